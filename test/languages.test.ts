import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { parse } from 'yaml';
import type { Phone } from '../phone-sim/phone.ts';
import type { Verb } from '../phone-sim/twiml.ts';
import { readTwiml } from '../phone-sim/twiml-reader.ts';
import type { CallState } from '../src/calls/call.ts';
import { LANGUAGES, type Language } from '../src/locales/catalogue.ts';
import { HOUR } from '../src/platform/clock.ts';
import { open } from '../src/platform/keyring.ts';
import {
  type CallingOptions,
  callerAtCode,
  callerAtLastKey,
  calling,
  confirmIdentity,
  expectStep,
  handoffReason,
  INTENT_KEYS,
  identifiedCaller,
  key,
  keyIdentity,
  keyNewestCode,
  newestCode,
  orderTransfer,
  rightPin,
  strangersNumber,
  transferred,
  verifiedCaller,
  wrongCode,
  wrongPin,
} from './support/callers.ts';
import { demoCustomer, startWorld, type World } from './support/world.ts';

const byId = (id: string) => demoCustomer((customer) => customer.id === id);
/** Has accounts and payees in both currencies, so that every lane is open on every line. */
const GRACE = byId('demo-07');

async function world(t: TestContext): Promise<World> {
  const started = await startWorld({ seed: t.name });
  t.after(() => started.stop());
  return started;
}

/** What may be said in a language: each prompt with any values. */
function templatesOf(language: Language): ReadonlyMap<string, RegExp> {
  const file = join(import.meta.dirname, '..', 'flows', 'locales', language, 'prompts.yaml');
  const found = new Map<string, RegExp>();
  const walk = (part: unknown, name: string): void => {
    if (typeof part === 'string') {
      const words = part
        .trim()
        .replace(/\s+/g, ' ')
        .split(/\{[A-Za-z]+\}/)
        .map((piece) => piece.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
      found.set(name, new RegExp(`^${words.join('.+?')}$`, 'u'));
    } else if (part !== null && typeof part === 'object')
      for (const [inner, value] of Object.entries(part)) walk(value, name ? `${name}.${inner}` : inner);
  };
  walk((parse(readFileSync(file, 'utf8')) as { prompts: unknown }).prompts, '');
  return found;
}
const TEMPLATES = new Map(LANGUAGES.map((language) => [language, templatesOf(language)]));

function promptsMatching(language: Language, text: string): readonly string[] {
  const said = text.trim().replace(/\s+/g, ' ');
  return [...(TEMPLATES.get(language) ?? [])].flatMap(([name, shape]) => (shape.test(said) ? [name] : []));
}

interface Spoken {
  readonly language: string;
  readonly voice?: string;
  readonly text: string;
}

/** Everything the service gave to be said from an answer on, also what a key cut short. */
function spokenSince(phone: Phone, exchanges: number): readonly Spoken[] {
  return phone.exchanges.slice(exchanges).flatMap(({ outcome }) => {
    assert.equal(outcome.kind, 'answered');
    const read = readTwiml(outcome.kind === 'answered' ? outcome.response.body : '');
    assert.equal(read.kind, 'read');
    const verbs: readonly Verb[] = read.kind === 'read' ? read.verbs : [];
    const spoken: Spoken[] = [];
    for (const verb of verbs)
      for (const one of verb.kind === 'gather' ? verb.nested : [verb])
        if (one.kind === 'say') spoken.push(one);
    return spoken;
  });
}

const LANES: { readonly [lane: string]: (at: World, call: CallingOptions) => Promise<Phone> } = {
  'an enquiry, heard again and ended': async (at, call) => {
    const phone = await verifiedCaller(at, GRACE, { ...call, intent: 'enquiry' });
    await key(phone, '192');
    return phone;
  },
  'recent transactions of two accounts, one without any': async (at, call) => {
    const phone = await verifiedCaller(at, GRACE, { ...call, intent: 'recent_transactions' });
    await key(phone, '11');
    await key(phone, `1${INTENT_KEYS.recent_transactions}2`);
    await key(phone, '2');
    return phone;
  },
  'a repayment of what is due': async (at, call) => {
    const phone = await verifiedCaller(at, GRACE, { ...call, intent: 'repayment' });
    await key(phone, '1');
    await confirmIdentity(phone);
    await key(phone, '12');
    return phone;
  },
  'loans overdue and not due, more than are told at a time': async (at, call) => {
    const loan = await at.knex('bank_loans').where({ customer_id: GRACE.id }).first();
    await at.knex('bank_loans').insert(
      [1, 2, 3, 4, 5, 6].map((n) => ({
        ...loan,
        ...{ id: `${loan.id}-${n}`, number: `CL2024080${n}`, due_on: '2025-12-01' },
        ...(n === 1 ? { due_minor: 0 } : {}),
      })),
    );
    const phone = await verifiedCaller(at, GRACE, { ...call, intent: 'enquiry' });
    await key(phone, '16');
    await key(phone, `1${INTENT_KEYS.repayment}`);
    await key(phone, '2');
    return phone;
  },
  'a repayment where nothing is due, and one where nothing is owed': async (at, call) => {
    const loans = at.knex('bank_loans').where({ customer_id: GRACE.id });
    await loans.clone().update({ due_minor: 0 });
    const phone = await verifiedCaller(at, GRACE, { ...call, intent: 'repayment' });
    await loans.clone().update({ outstanding_minor: 0 });
    await phone.hangUp();
    return verifiedCaller(at, GRACE, { ...call, intent: 'repayment' });
  },
  'stars after other keys, and a repayment that is overdue': async (at, call) => {
    await at.knex('bank_loans').where({ customer_id: GRACE.id }).update({ due_on: '2025-12-01' });
    const phone = await identifiedCaller(at, GRACE, { ...call, intent: 'repayment' });
    await key(phone, '12**#');
    await key(phone, rightPin(GRACE, 'repayment'));
    expectStep(phone, 'details.dueOrOther');
    return phone;
  },
  'a repayment of another amount': async (at, call) => {
    const phone = await verifiedCaller(at, GRACE, { ...call, intent: 'repayment' });
    await key(phone, '29#1000#');
    await confirmIdentity(phone);
    await key(phone, '1');
    return phone;
  },
  'a transfer in yuan': async (at, call) => {
    const phone = await transferred(at, GRACE, { ...call, amount: 300, payee: 1 });
    await key(phone, '92');
    return phone;
  },
  'a transfer in dong': (at, call) => transferred(at, GRACE, { ...call, amount: 300_000, payee: 2 }),
  'a transfer changed at the last key, and one too large': async (at, call) => {
    const phone = await callerAtLastKey(at, GRACE, { ...call, amount: 300, payee: 1 });
    await key(phone, '21');
    // By the Vietnamese line an amount between its own line and the largest takes biometrics, whatever the currency.
    await key(phone, call.line === 'vi-VN' ? '9000000#' : '400000#');
    expectStep(phone, 'details.amount');
    await key(phone, '9000000#12#');
    return phone;
  },
  'a repayment of more than is owed, and of less than the least': async (at, call) => {
    const phone = await verifiedCaller(at, GRACE, { ...call, intent: 'repayment' });
    await key(phone, '2100000#');
    await key(phone, '209#');
    return phone;
  },
  'a small and a large loan application': async (at, call) => {
    const phone = await verifiedCaller(at, GRACE, { ...call, intent: 'loan_application' });
    await key(phone, '1000#');
    await confirmIdentity(phone);
    await key(phone, '11');
    await key(phone, '3150000#');
    await keyNewestCode(at, phone, GRACE);
    await key(phone, '1');
    return phone;
  },
  'a change of contact number': async (at, call) => {
    const phone = await verifiedCaller(at, GRACE, { ...call, intent: 'contact_change' });
    await key(phone, '9#');
    await key(phone, call.line === 'vi-VN' ? '0912345678#' : '13912348765#');
    await keyNewestCode(at, phone, GRACE);
    await confirmIdentity(phone);
    await key(phone, '1');
    return phone;
  },
  'a code: wrong, more time, sent again, late, refused': async (at, call) => {
    const phone = await callerAtCode(at, GRACE, { ...call, amount: 300, payee: 1 });
    const first = await newestCode(at, GRACE);
    await key(phone, `1#${wrongCode(first)}#9#`);
    await phone.staySilent();
    await phone.listen();
    await key(phone, '1#');
    await key(phone, `${first}#7#`);
    return phone;
  },
  'a freeze of an account': (at, call) => identifiedCaller(at, GRACE, { ...call, intent: 'freeze' }),
  'a freeze by two stars': async (at, call) => {
    const phone = await verifiedCaller(at, GRACE, { ...call, intent: 'enquiry' });
    await key(phone, '**');
    return phone;
  },
  'PINs that are wrong, with why and everything again': async (at, call) => {
    const phone = await identifiedCaller(at, GRACE, { ...call, intent: 'transfer' });
    await key(phone, `9#${wrongPin(GRACE, 0)}#2`);
    await key(phone, '9#13800001007#9#');
    await key(phone, `${GRACE.nationalId}#${wrongPin(GRACE, 1)}#1${wrongPin(GRACE, 2)}#`);
    return phone;
  },
  'a first key and a pause': async (at, call) => {
    const phone = await calling(at, GRACE, call);
    await key(phone, `${INTENT_KEYS.enquiry}0`);
    await phone.pass(11_000);
    await keyIdentity(phone, GRACE);
    await key(phone, '7');
    await phone.pass(11_000);
    return phone;
  },
  'silence, a star and keys that are none': async (at, call) => {
    const phone = await calling(at, GRACE, call);
    await phone.staySilent();
    await key(phone, '*6');
    await key(phone, '7');
    await phone.staySilent();
    return phone;
  },
  'hours, safety and a complaint': async (at, call) => {
    const phone = await calling(at, GRACE, call);
    await key(phone, '521531551');
    return phone;
  },
  '“that is not me”': async (at, call) => {
    const phone = await verifiedCaller(at, GRACE, { ...call, intent: 'enquiry' });
    await key(phone, '2');
    return phone;
  },
  'an amount no telephone may move': async (at, call) => {
    const phone = await verifiedCaller(at, byId('demo-09'), { ...call, intent: 'transfer' });
    await orderTransfer(phone, { amount: 10_000_000 });
    return phone;
  },
  'a payee in its cooling-off': async (at, call) => {
    const phone = await verifiedCaller(at, byId('demo-10'), { ...call, intent: 'transfer' });
    await key(phone, '1');
    return phone;
  },
  'no payee': (at, call) => verifiedCaller(at, byId('demo-15'), { ...call, intent: 'transfer' }),
  'no loan': (at, call) => verifiedCaller(at, byId('demo-15'), { ...call, intent: 'repayment' }),
  'a frozen account': (at, call) => verifiedCaller(at, byId('demo-04'), { ...call, intent: 'transfer' }),
  'a code that cannot be sent': (at, call) =>
    verifiedCaller(at, byId('demo-05'), { ...call, intent: 'transfer' }),
  'a SIM that was changed': async (at, call) => {
    const phone = await identifiedCaller(at, GRACE, { ...call, intent: 'contact_change' });
    await at.knex('customers').where({ id: GRACE.id }).update({ sim_changed_at: at.clock.now() });
    await key(phone, GRACE.transactionPin);
    return phone;
  },
  'one of two accounts': async (at, call) => {
    const phone = await verifiedCaller(at, byId('demo-02'), { ...call, intent: 'transfer' });
    await key(phone, '1');
    expectStep(phone, 'details.account');
    return phone;
  },
  'a code that could be sent a moment before': async (at, call) => {
    const phone = await verifiedCaller(at, GRACE, { ...call, intent: 'contact_change' });
    await at.knex('customers').where({ id: GRACE.id }).update({ phone_since: at.clock.now() });
    await key(phone, call.line === 'vi-VN' ? '0912345678#' : '13912348765#');
    return phone;
  },
  'a forgotten PIN': async (at, call) => {
    const phone = await identifiedCaller(at, GRACE, { ...call, intent: 'enquiry' });
    await key(phone, '7#');
    return phone;
  },
  'time that ran out': async (at, call) => {
    const phone = await identifiedCaller(at, GRACE, { ...call, intent: 'enquiry' });
    at.clock.advance(10 * 60_000);
    await key(phone, `${GRACE.queryPin}#`);
    return phone;
  },
  'an outage': async (at, call) => {
    const phone = await calling(at, GRACE, call);
    await at.knex.raw(
      "create trigger broken before insert on turns begin select raise(abort, 'the disk is full'); end",
    );
    await key(phone, '1');
    await phone.listen();
    await at.knex.raw('drop trigger broken');
    return phone;
  },
};

describe('a call is in the language of its line and in no other', () => {
  const heardKeys = new Map<Language, Set<string>>(LANGUAGES.map((language) => [language, new Set()]));

  for (const [lane, play] of Object.entries(LANES))
    test(lane, async () => {
      for (const line of LANGUAGES) {
        const at = await startWorld({ seed: `${lane} ${line}` });
        try {
          const phone = await play(at, { line });
          await phone.listen();
          // Nobody is free: what is said then is of the call's language as well.
          if (phone.state === 'queued') await phone.leaveQueue('queue-full');
          await phone.listen();
          assert.equal(
            phone.events.some(({ kind }) => kind === 'fault'),
            false,
          );
          const { prompts } = at.release;
          let others = 0;
          const events = spokenSince(phone, 0);
          const voiceOfLine = prompts.voice(line).language;
          // A name in another voice, and the words that it parts in two: whole sentences are looked at elsewhere.
          const isName = ({ language, text }: Spoken) => language !== voiceOfLine && !/\d/.test(text);
          for (const [index, event] of events.entries()) {
            if ([events[index - 1], event, events[index + 1]].some((one) => one && isName(one))) continue;
            const spoken = LANGUAGES.find((language) => prompts.voice(language).language === event.language);
            assert.ok(spoken, `${event.language} is one of ours`);
            assert.equal(event.voice, prompts.voice(spoken).voice);
            const matching = promptsMatching(spoken, event.text);
            assert.ok(matching.length > 0, `${spoken} has these words: ${event.text}`);
            if (spoken !== line) {
              // The one thing said in the other languages: how to come to them.
              assert.deepEqual(matching, ['greeting.languageHint'], event.text);
              others++;
            } else for (const name of matching) heardKeys.get(line)?.add(name);
          }
          assert.equal(others, LANGUAGES.length - 1);
        } finally {
          await at.stop();
        }
      }
    });

  test('the lanes have said nearly all there is to say, and the same in each language', (t) => {
    // What the desk says is heard where there is one (test/desk-takeover.test.ts).
    const all = [...(TEMPLATES.get('en-US')?.keys() ?? [])].filter((name) => !name.startsWith('desk.'));
    for (const language of LANGUAGES) {
      const unheard = all.filter((name) => !heardKeys.get(language)?.has(name));
      t.diagnostic(`${language}, not heard: ${unheard.join(', ')}`);
      assert.ok(
        unheard.length <= all.length / 5,
        `${unheard.length} of ${all.length} prompts were not heard`,
      );
    }
  });
});

/** A call at each step that takes keys, in which the language may be changed. */
const STEPS: { readonly [step: string]: (at: World) => Promise<Phone> } = {
  'menu.main': (at) => calling(at, GRACE),
  'menu.money': async (at) => {
    const phone = await calling(at, GRACE);
    await key(phone, '2');
    return phone;
  },
  'menu.services': async (at) => {
    const phone = await calling(at, GRACE);
    await key(phone, '3');
    return phone;
  },
  'menu.other': async (at) => {
    const phone = await calling(at, GRACE);
    await key(phone, '5');
    return phone;
  },
  'identity.phone': async (at) => {
    const phone = await calling(at, GRACE);
    await key(phone, INTENT_KEYS.enquiry);
    return phone;
  },
  'identity.id': async (at) => {
    const phone = await calling(at, GRACE);
    await key(phone, `${INTENT_KEYS.enquiry}13800001007#`);
    return phone;
  },
  'pin.entry': (at) => identifiedCaller(at, GRACE, { intent: 'transfer' }),
  refused: async (at) => {
    const phone = await identifiedCaller(at, GRACE, { intent: 'transfer' });
    await key(phone, `${wrongPin(GRACE)}#`);
    return phone;
  },
  'details.loan': async (at) => {
    const loan = await at.knex('bank_loans').where({ customer_id: GRACE.id }).first();
    await at.knex('bank_loans').insert({ ...loan, id: `${loan.id}-b`, number: 'CL20240702' });
    return verifiedCaller(at, GRACE, { intent: 'repayment' });
  },
  'details.payee': (at) => verifiedCaller(at, GRACE, { intent: 'transfer' }),
  'details.account': async (at) => {
    const phone = await verifiedCaller(at, byId('demo-02'), { intent: 'transfer' });
    await key(phone, '1');
    return phone;
  },
  'details.dueOrOther': (at) => verifiedCaller(at, GRACE, { intent: 'repayment' }),
  'details.amount': (at) => verifiedCaller(at, GRACE, { intent: 'loan_application' }),
  'details.contact': (at) => verifiedCaller(at, GRACE, { intent: 'contact_change' }),
  'code.entry': async (at) => {
    const phone = await callerAtCode(at, GRACE, { amount: 300, payee: 1 });
    await key(phone, `${wrongCode(await newestCode(at, GRACE))}#`);
    return phone;
  },
  'confirm.identity': (at) => verifiedCaller(at, GRACE, { intent: 'enquiry' }),
  'confirm.order': (at) => callerAtLastKey(at, GRACE, { amount: 300, payee: 1 }),
  'freeze.meant': async (at) => {
    const phone = await identifiedCaller(at, GRACE, { intent: 'transfer' });
    at.clock.advance(HOUR);
    await key(phone, '12**');
    while (phone.step === 'pin.entry') await phone.pass(1_000);
    return phone;
  },
  more: (at) => transferred(at, GRACE, { amount: 300, payee: 1 }),
};

async function snapshot(at: World, phone: Phone): Promise<CallState> {
  const row = await at.knex('calls').where({ id: phone.callSid }).first();
  return JSON.parse(open(at.config.keyring, `calls.snapshot:${row.id}`, row.snapshot_sealed));
}

/** What no change of language may touch. */
async function counted({ knex }: World): Promise<unknown> {
  return Promise.all([
    knex('attempts').orderBy('id').select('id', 'status'),
    knex('lock_counters').orderBy(['customer_id', 'factor']),
    knex('codes').orderBy('id').select('id', 'state', 'tries', 'expires_at'),
    knex('carried_orders').select('idempotency_key'),
  ]);
}

/** What key 8 offers: to every speaker in their own words, with the key of their language. */
const OFFERED: { readonly [language in Language]: string } = {
  'zh-CN': '中文，请按1。',
  'vi-VN': 'Tiếng Việt, bấm phím 2.',
  'en-US': 'English, press 3.',
};

describe('key 8 changes the language and nothing else (invariant 5)', () => {
  test('every step that takes keys is among those tried', async (t) => {
    const at = await world(t);
    // The steps of a call that a member of staff has are reached at a desk alone (test/desk-keying.test.ts).
    const collecting = [...at.release.flow.steps.values()].filter(
      ({ name, meta }) => meta.collect !== undefined && !name.startsWith('desk.'),
    );
    assert.deepEqual(collecting.map(({ name }) => name).sort(), Object.keys(STEPS).sort());
  });

  for (const [step, arrive] of Object.entries(STEPS))
    test(`at ${step}`, async (t) => {
      const at = await world(t);
      const phone = await arrive(at);
      await phone.listen();
      expectStep(phone, step);
      const before = await snapshot(at, phone);
      const outside = await counted(at);
      let speaking = before.flow.language;
      for (let times = 1; times <= LANGUAGES.length; times++) {
        await key(phone, phone.collects === 'entry' ? '8#' : '8');
        await phone.listen();
        expectStep(phone, step);
        assert.deepEqual(
          spokenSince(phone, phone.exchanges.length - 1).map(({ language, text }) => [language, text]),
          [
            ...LANGUAGES.map((one) => [at.release.prompts.voice(one).language, OFFERED[one]]),
            [
              at.release.prompts.voice(speaking).language,
              at.release.prompts.text({ prompt: 'language.moreTime' }, speaking),
            ],
          ],
          'each language in its own voice, and more time in the one that is spoken',
        );
        const said = phone.exchanges.length;
        const chosen = (LANGUAGES.indexOf(before.flow.language) + times) % LANGUAGES.length;
        await key(phone, String(chosen + 1));
        await phone.listen();
        expectStep(phone, step);
        const after = await snapshot(at, phone);
        const expected = LANGUAGES[chosen];
        assert.equal(after.flow.language, expected);
        speaking = after.flow.language;
        const {
          language: _was,
          counters: countersBefore,
          starPending: _star,
          endedItself: _ended,
          languageChosen: _chosen,
          ...flowBefore
        } = before.flow;
        const {
          language: _is,
          counters: countersAfter,
          starPending: _pending,
          languageChosen,
          ...flowAfter
        } = after.flow;
        assert.equal(languageChosen, true, 'that it was chosen is all that is noted');
        assert.deepEqual(flowAfter, flowBefore, 'the order, its code and its revision stay');
        assert.deepEqual(after.proofs, before.proofs);
        assert.deepEqual(countersAfter, { ...countersBefore, repeats: countersBefore.repeats + times });
        assert.deepEqual(await counted(at), outside);
        const spoken = spokenSince(phone, said);
        assert.ok(spoken.length > 0 && expected);
        for (const { language, text } of spoken) {
          assert.equal(language, at.release.prompts.voice(expected).language);
          assert.ok(promptsMatching(expected, text).length > 0, text);
        }
      }
      // A caller who does nothing but change the language is asking for a person.
      for (let times = 0; phone.state === 'collecting'; times++) {
        assert.ok(times < 20);
        await key(phone, phone.collects === 'entry' ? '8#' : '8');
        await phone.listen();
      }
      // A caller who may have come to freeze is put through as such (42).
      const reason = step === 'freeze.meant' ? 'freeze_wanted' : 'too_many_invalid_keys';
      assert.equal(await handoffReason(at, phone), reason);
      assert.deepEqual(await counted(at), outside);
    });

  test('wrong PINs with a change of language between them are still three', async (t) => {
    const at = await world(t);
    const phone = await identifiedCaller(at, GRACE, { intent: 'enquiry', from: strangersNumber(1) });
    for (let n = 0; n < 3; n++) {
      await key(phone, '8#');
      await key(phone, `2${wrongPin(GRACE, n)}#`);
      if (n < 2) await key(phone, '831');
    }
    assert.equal(await handoffReason(at, phone), 'verification_exhausted');
  });

  test('a code that was sent in one language is good in another', async (t) => {
    const at = await world(t);
    const phone = await callerAtCode(at, GRACE, { amount: 300, payee: 1 });
    await key(phone, '8#2');
    await keyNewestCode(at, phone, GRACE);
    await key(phone, '83');
    await confirmIdentity(phone);
    await key(phone, '81');
    await phone.listen();
    await key(phone, '1');
    expectStep(phone, 'more');
    assert.equal((await at.knex('carried_orders')).length, 1);
  });
});
