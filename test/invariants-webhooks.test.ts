import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks.js';
import type { DemoCustomer } from '../db/seeds/demo-customers.ts';
import { DIFFERENT_ANSWER } from '../phone-sim/answer.ts';
import type { Exchange } from '../phone-sim/carrier.client.ts';
import { expectedSignature } from '../phone-sim/carrier-request.ts';
import type { Phone } from '../phone-sim/phone.ts';
import type { RawPost } from '../phone-sim/phone-options.ts';
import { BODY_BYTES } from '../src/carriers/webhook.routes.ts';
import { firstBrokenEntry } from '../src/ledger/entry.ts';
import { entriesOfCall } from '../src/ledger/ledger.store.ts';
import { MINUTE, SECOND } from '../src/platform/clock.ts';
import {
  callerAtCode,
  callerAtLastKey,
  calling,
  carriedOut,
  expectStep,
  handoffReason,
  heard,
  INTENT_KEYS,
  identifiedCaller,
  key,
  newestCode,
  transferred,
  wrongPin,
} from './support/callers.ts';
import { demoCustomer, keysOf, startWorld, type World, type WorldOptions } from './support/world.ts';

const GRACE = demoCustomer((customer) => customer.id === 'demo-07');
const ORDER = { amount: 321, payee: 1 } as const;

async function world(t: TestContext, options: WorldOptions = {}): Promise<World> {
  const started = await startWorld({ seed: t.name, ...options });
  t.after(() => started.stop());
  return started;
}

/** What only the customer may hear, in the words of the English line. */
const PERSONAL = [
  'Chan',
  'Daniel Wong',
  ...[GRACE.nationalId.slice(-4), '1007', '9701', '0701'].map((digits) => [...digits].join(' ')),
  '321 yuan',
  '309,679',
  'receipt is',
  'starts with',
];

/** What the carrier's own library would sign for a form in which a name may come twice. */
function signatureOf(at: World, { url, parameters = [] }: RawPost): string {
  const form: { [name: string]: string | string[] } = {};
  for (const [name, value] of parameters) {
    const before = form[name];
    form[name] = before === undefined ? value : [before, value].flat();
  }
  return getExpectedTwilioSignature(at.config.webhookTokens[0] ?? '', url, form);
}

function bodyOf({ outcome }: Exchange): string {
  assert.equal(outcome.kind, 'answered');
  return outcome.kind === 'answered' ? outcome.response.body : '';
}

function statusOf({ outcome }: Exchange): number {
  return outcome.kind === 'answered' ? outcome.response.status : 0;
}

function assertNothingPersonal(exchange: Exchange, what: string): void {
  const body = bodyOf(exchange);
  for (const secret of PERSONAL) assert.equal(body.includes(secret), false, `${what}: ${secret} in ${body}`);
}

/** A genuine webhook is always answered with words, and with a way on. */
function assertKeepsAlive(exchange: Exchange, what: string): void {
  assert.equal(statusOf(exchange), 200, what);
  assert.match(bodyOf(exchange), /<Gather|<Enqueue|<Hangup|<Redirect/, what);
}

/** Everything a webhook could move: the call, attempts, counters, codes, orders, money, messages, entries. */
async function everything({ knex }: World): Promise<unknown> {
  const calls = await knex('calls')
    .orderBy('id')
    .select('id', 'step', 'token', 'version', 'status', 'entries');
  const rest = await Promise.all([
    knex('attempts').orderBy('id').select('id', 'status'),
    knex('lock_counters').orderBy(['customer_id', 'factor']),
    knex('codes').orderBy('id').select('id', 'state', 'tries'),
    knex('carried_orders').orderBy('idempotency_key').select('idempotency_key'),
    knex('bank_accounts').orderBy('id').select('id', 'balance_minor'),
    knex('outbox').orderBy('id').select('id'),
    knex('ledger_entries').orderBy(['stream_kind', 'stream_id', 'seq']).select('hash'),
    knex('turns').count({ count: '*' }),
    knex('customers').orderBy('id').select('id', 'freeze'),
    knex('handoffs').count({ count: '*' }),
  ]);
  return { calls, rest };
}

/** Runs what must move nothing at all. */
async function unmoved<Result>(at: World, what: string, run: () => Promise<Result>): Promise<Result> {
  const before = await everything(at);
  const result = await run();
  assert.deepEqual(await everything(at), before, `${what} moved something`);
  return result;
}

/** A call waiting at each kind of step, with what its customer would key there. */
const STEPS: {
  readonly [step: string]: (
    at: World,
    customer: DemoCustomer,
  ) => Promise<{ readonly phone: Phone; readonly keys: string }>;
} = {
  'menu.main': async (at, customer) => ({ phone: await calling(at, customer), keys: '1' }),
  'identity.phone': async (at, customer) => {
    const phone = await calling(at, customer);
    await key(phone, INTENT_KEYS.enquiry);
    return { phone, keys: keysOf(customer).phone };
  },
  'identity.id': async (at, customer) => {
    const phone = await calling(at, customer);
    await key(phone, `${INTENT_KEYS.enquiry}${keysOf(customer).phone}#`);
    return { phone, keys: keysOf(customer).id };
  },
  'pin.entry': async (at, customer) => ({
    phone: await identifiedCaller(at, customer, { intent: 'enquiry' }),
    keys: customer.queryPin,
  }),
  'code.entry': async (at, customer) => {
    const phone = await callerAtCode(at, customer, ORDER);
    return { phone, keys: await newestCode(at, customer) };
  },
  'confirm.order': async (at, customer) => ({ phone: await callerAtLastKey(at, customer, ORDER), keys: '1' }),
};

/** So much in one parameter leaves room for the others within what is read of a webhook. */
const LONG = BODY_BYTES - 2 * 1024;

describe('a webhook that is not the carrier’s own moves nothing (invariant 39)', () => {
  for (const [step, arrive] of Object.entries(STEPS))
    test(`at ${step}`, async (t) => {
      const at = await world(t);
      const { phone, keys } = await arrive(at, GRACE);
      await phone.listen();
      expectStep(phone, step);
      const action = phone.actionUrl ?? '';
      const form = { ...phone.parameters(), Digits: keys };
      const parameters = Object.entries(form);
      const token = at.config.webhookTokens[0] ?? '';
      const elsewhere = action.replace('/voice/turn', '/voice/answer');
      const otherHost = action.replace(/^http:\/\/[^/]+/, 'https://hotline.example');
      const forged: { readonly [what: string]: RawPost } = {
        unsigned: { url: action, parameters, signature: 'absent' },
        'wrongly signed': { url: action, parameters, signature: { value: `${'A'.repeat(27)}=` } },
        'signed with another token': {
          url: action,
          parameters,
          signature: { value: expectedSignature(`${token}x`, action, form) },
        },
        'signed for another path': {
          url: action,
          parameters,
          signature: { value: expectedSignature(token, elsewhere, form) },
        },
        'signed for another host': {
          url: action,
          parameters,
          signature: { value: expectedSignature(token, otherHost, form) },
        },
        'signed for another step': {
          url: action,
          parameters,
          signature: { value: expectedSignature(token, action.replace(/t=[^&]*/, 't=other'), form) },
        },
        'signed for other keys': {
          url: action,
          parameters,
          signature: { value: expectedSignature(token, action, { ...form, Digits: '0' }) },
        },
        'with a parameter added after signing': {
          url: action,
          parameters: [...parameters, ['QueueResult', 'error']],
          signature: { value: expectedSignature(token, action, form) },
        },
        'a signature of another length': { url: action, parameters, signature: { value: 'AAAA' } },
        'a hang-up nobody signed': {
          url: '/voice/status',
          parameters: [...parameters, ['CallStatus', 'completed']],
          signature: 'absent',
        },
        'a megabyte nobody signed': {
          url: action,
          parameters: [...parameters, ['x', '5'.repeat(1024 * 1024)]],
          signature: 'absent',
        },
      };
      for (const [what, post] of Object.entries(forged)) {
        const exchange = await unmoved(at, what, () => phone.post(post));
        assert.equal(statusOf(exchange), 403, what);
        assert.equal(bodyOf(exchange), 'forbidden');
      }
      // Afterwards the genuine one is taken as if nothing had been.
      await key(phone, phone.collects === 'entry' ? `${keys}#` : keys);
      assert.notEqual(phone.step, step);
      assert.equal(
        phone.events.some(({ kind }) => kind === 'fault'),
        false,
      );
    });
});

describe('a genuine webhook that comes again (invariant 39)', () => {
  test('soon after, gets the first answer byte for byte, at every step of a call', async (t) => {
    const at = await world(t);
    const phone = await calling(at, GRACE);
    const again = async () => {
      const first = phone.exchanges.at(-1);
      assert.ok(first);
      const repeated = await unmoved(at, phone.step ?? 'more', () => phone.repeatLast());
      assert.equal(bodyOf(repeated), bodyOf(first));
    };
    await again();
    const { phone: number, id } = keysOf(GRACE);
    for (const entry of ['2', '2', `${number}#`, `${id}#`, `${GRACE.transactionPin}#`, '1', '321#']) {
      await key(phone, entry);
      await again();
    }
    await key(phone, `${await newestCode(at, GRACE)}#`);
    await again();
    for (const entry of ['1', '1', '9', '2']) {
      await key(phone, entry);
      await again();
    }
    assert.equal((await carriedOut(at, GRACE)).length, 1);
  });

  test('with other keys than the first time, it is no retry: it moves nothing and is told nothing personal', async (t) => {
    const at = await world(t);
    const phone = await callerAtCode(at, GRACE, ORDER);
    await key(phone, `${await newestCode(at, GRACE)}#`);
    expectStep(phone, 'confirm.identity');
    const first = phone.exchanges.at(-1);
    assert.ok(first);
    const parameters = [...new URLSearchParams(first.request.body)].map(([name, value]) =>
      name === 'Digits' ? ([name, '111111'] as const) : ([name, value] as const),
    );
    const { pathname, search } = new URL(first.request.url);
    const other = await unmoved(at, 'confirm.identity', () =>
      phone.post({ url: `${pathname}${search}`, parameters }),
    );
    assert.notEqual(bodyOf(other), bodyOf(first));
    assertNothingPersonal(other, 'other keys on the step of the code');
  });

  for (const duplicates of ['after', 'parallel'] as const)
    test(`every webhook of a call sent twice (${duplicates}) is one call`, async (t) => {
      const at = await world(t);
      const phone = await transferred(at, GRACE, { ...ORDER, phone: { duplicates } });
      await key(phone, '2');
      const notes = phone.events.flatMap((event) => (event.kind === 'http' ? [event.note] : []));
      assert.equal(notes.includes(DIFFERENT_ANSWER), false);
      assert.ok(notes.filter((note) => note !== undefined).length > 10);
      assert.equal((await carriedOut(at, GRACE)).length, 1);
      const attempts: { factor: string; status: string }[] = await at.knex('attempts').select();
      assert.deepEqual(attempts.map(({ factor, status }) => `${factor} ${status}`).sort(), [
        'code passed',
        'identity passed',
        'pin.transaction passed',
      ]);
      assert.equal((await at.knex('codes')).length, 1);
      assert.equal(firstBrokenEntry(await entriesOfCall(at.knex, phone.callSid)), undefined);
    });

  for (const step of ['menu.main', 'pin.entry', 'code.entry', 'confirm.order'])
    test(`ten at once at ${step} are one turn with one answer`, async (t) => {
      const at = await world(t);
      const arrive = STEPS[step];
      assert.ok(arrive);
      const { phone, keys } = await arrive(at, GRACE);
      await phone.listen();
      const turns = (await at.knex('turns').where({ call_id: phone.callSid })).length;
      const url = phone.actionUrl ?? '';
      const parameters: [string, string][] = [...Object.entries(phone.parameters()), ['Digits', keys]];
      const answers = await Promise.all(Array.from({ length: 10 }, () => phone.post({ url, parameters })));
      assert.equal(new Set(answers.map(bodyOf)).size, 1);
      for (const answer of answers) assertKeepsAlive(answer, step);
      assert.equal((await at.knex('turns').where({ call_id: phone.callSid })).length, turns + 1);
    });

  test('ten different PINs at once at one step are one attempt', async (t) => {
    const at = await world(t);
    const phone = await identifiedCaller(at, GRACE, { intent: 'transfer' });
    await phone.listen();
    const url = phone.actionUrl ?? '';
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, n) =>
        phone.post({
          url,
          parameters: [...Object.entries(phone.parameters()), ['Digits', wrongPin(GRACE, n)]],
        }),
      ),
    );
    for (const answer of answers) assertKeepsAlive(answer, 'a PIN of ten');
    const attempts: unknown[] = await at.knex('attempts').where({ factor: 'pin.transaction' });
    assert.equal(attempts.length, 1);
    const counter = await at
      .knex('lock_counters')
      .where({ customer_id: GRACE.id, factor: 'pin.transaction' })
      .first();
    assert.equal(counter.own_failures, 1);
  });

  test('after a further step, a minute or the end, is told nothing and moves nothing', async (t) => {
    const at = await world(t);
    const phone = await transferred(at, GRACE, ORDER);
    await key(phone, '9');
    const replayAll = async (what: string, upTo: number) => {
      for (let number = 1; number <= upTo; number++) {
        const name = `webhook ${number} ${what}`;
        const again = await unmoved(at, name, () => phone.replay(number));
        // The status of a call is told to nobody.
        if (!again.request.url.endsWith('/voice/status')) assertKeepsAlive(again, name);
        assertNothingPersonal(again, name);
      }
    };
    const last = phone.exchanges.length;
    await replayAll('after further steps', last - 1);
    at.clock.advance(59 * SECOND);
    assert.equal(bodyOf(await phone.replay(last)), bodyOf(phone.exchanges[last - 1] as Exchange));
    at.clock.advance(2 * SECOND);
    await replayAll('after a minute', last);
    await key(phone, '2');
    assert.equal(phone.endedBy, undefined);
    await phone.listen();
    assert.equal(phone.state, 'ended');
    await replayAll('after the end', last);
    at.clock.advance(2 * MINUTE);
    await replayAll('long after the end', phone.exchanges.length);
    assert.equal((await carriedOut(at, GRACE)).length, 1);
  });

  test('after a hang-up, is told that the call is over', async (t) => {
    const at = await world(t);
    const phone = await callerAtLastKey(at, GRACE, ORDER);
    const url = phone.actionUrl ?? '';
    await phone.hangUp();
    const late = await unmoved(at, 'the last key after the hang-up', () =>
      phone.post({ url, parameters: [...Object.entries(phone.parameters()), ['Digits', '1']] }),
    );
    assert.match(bodyOf(late), /already ended.*<Hangup/);
    for (let number = 1; number <= phone.exchanges.length; number++) {
      const again = await unmoved(at, `webhook ${number}`, () => phone.replay(number));
      assertNothingPersonal(again, `webhook ${number}`);
    }
    assert.deepEqual(await carriedOut(at, GRACE), []);
  });
});

describe('out of order and astray (invariant 39)', () => {
  test('keys before the call was announced start it from the beginning', async (t) => {
    const at = await world(t);
    const other = await calling(at, GRACE);
    const url = other.actionUrl ?? '';
    const parameters: [string, string][] = Object.entries({
      ...other.parameters(),
      CallSid: `CA${'7'.repeat(32)}`,
      Digits: '1',
    });
    const early = await unmoved(at, 'keys of a call nobody knows', () => other.post({ url, parameters }));
    assert.match(bodyOf(early), /<Redirect method="POST">[^<]*\/voice\/answer<\/Redirect>/);
  });

  test('the end of a call before its last keys: the keys are worth nothing', async (t) => {
    const at = await world(t);
    const phone = await identifiedCaller(at, GRACE, { intent: 'enquiry' });
    await phone.post({
      url: '/voice/status',
      parameters: Object.entries({ ...phone.parameters(), CallStatus: 'completed' }),
    });
    const late = await unmoved(at, 'a PIN after the end', async () => {
      await key(phone, GRACE.queryPin);
      return phone.exchanges.at(-1) as Exchange;
    });
    assert.match(bodyOf(late), /already ended/);
    const again = await unmoved(at, 'the end once more', () =>
      phone.post({
        url: '/voice/status',
        parameters: Object.entries({ ...phone.parameters(), CallStatus: 'failed' }),
      }),
    );
    assert.equal(statusOf(again), 200);
  });

  test('the announcement once more in the middle of a call asks again for the step it is at', async (t) => {
    const at = await world(t);
    const phone = await callerAtLastKey(at, GRACE, ORDER);
    for (const path of ['/voice/answer', '/voice/fallback']) {
      const answer = await unmoved(at, path, () =>
        phone.post({ url: path, parameters: Object.entries(phone.parameters()) }),
      );
      assert.match(bodyOf(answer), /step=confirm\.order/);
      assertNothingPersonal(answer, path);
    }
    await key(phone, '1');
    expectStep(phone, 'more');
  });

  test('the token of another call takes no step in either of them', async (t) => {
    const at = await world(t);
    const mine = await identifiedCaller(at, GRACE, { intent: 'transfer' });
    const theirs = await callerAtLastKey(
      at,
      demoCustomer((customer) => customer.id === 'demo-01'),
      { amount: 500 },
    );
    await mine.listen();
    for (const [phone, other, digits] of [
      [mine, theirs, '1'],
      [theirs, mine, GRACE.transactionPin],
      [mine, theirs, GRACE.transactionPin],
    ] as const) {
      const answer = await unmoved(at, 'a foreign token', () =>
        phone.post({
          url: other.actionUrl ?? '',
          parameters: [...Object.entries(phone.parameters()), ['Digits', digits]],
        }),
      );
      assertKeepsAlive(answer, 'a foreign token');
      assertNothingPersonal(answer, 'a foreign token');
    }
    await key(mine, `${GRACE.transactionPin}#`);
    expectStep(mine, 'details.payee');
  });

  test('missing, doubled and huge parameters take no step and no attempt', async (t) => {
    const at = await world(t);
    for (const [step, arrive] of Object.entries(STEPS)) {
      const customer = step === 'code.entry' ? demoCustomer((one) => one.id === 'demo-16') : GRACE;
      const { phone, keys } =
        step === 'code.entry'
          ? {
              phone: await callerAtCode(at, customer, { amount: 50_000 }),
              keys: await newestCode(at, customer),
            }
          : await arrive(at, customer);
      await phone.listen();
      expectStep(phone, step);
      const url = phone.actionUrl ?? '';
      const bare = Object.entries(phone.parameters());
      const whole: [string, string][] = [...bare, ['Digits', keys]];
      const posts: { readonly [what: string]: RawPost } = {
        'no keys': { url, parameters: bare },
        'keys twice': { url, parameters: [...whole, ['Digits', '0']] },
        'no token': { url: url.replace(/[?&]t=[^&]*/, ''), parameters: whole },
        'token twice': { url: `${url}&t=again`, parameters: whole },
        'an empty token': { url: url.replace(/t=[^&]*/, 't='), parameters: whole },
        'a token cut short': { url: url.slice(0, -1), parameters: whole },
        'the call twice': { url, parameters: [...whole, ['CallSid', phone.callSid]] },
        'no call': { url, parameters: whole.filter(([name]) => name !== 'CallSid') },
        'as many keys as are read': {
          url,
          parameters: [...bare, ['Digits', keys.repeat(Math.ceil(LONG / keys.length))]],
        },
        'as much as is read beside the keys twice': {
          url,
          parameters: [...whole, ['Digits', keys], ['x', '1'.repeat(LONG)]],
        },
        'no keys and a result of a queue': { url, parameters: [...bare, ['QueueResult', 'error']] },
        'a result of a queue beside the keys': { url, parameters: [...whole, ['QueueResult', 'error']] },
      };
      for (const [what, post] of Object.entries(posts)) {
        const name = `${what} at ${step}`;
        const signature = { value: signatureOf(at, post) };
        const answer = await unmoved(at, name, () => phone.post({ ...post, signature }));
        assertKeepsAlive(answer, name);
        assertNothingPersonal(answer, name);
      }
      await phone.hangUp();
    }
  });

  test('a PIN that comes after the idle time is not looked at', async (t) => {
    const at = await world(t);
    const phone = await identifiedCaller(at, GRACE, { intent: 'enquiry' });
    await phone.listen();
    at.clock.advance(at.release.policy.session.idleSeconds * SECOND + 1);
    await key(phone, `${GRACE.queryPin}#`);
    assert.equal(await handoffReason(at, phone), 'session_expired');
    assert.equal((await at.knex('attempts').where({ factor: 'pin.query' })).length, 0);
  });
});

describe('a caller who cannot key anything comes to a person', () => {
  /** Follows the action URLs of the answers, as the carrier would, with the keys left out each time. */
  async function webhooksToPerson(phone: Phone, digits: string | undefined): Promise<number> {
    let url = phone.actionUrl ?? '';
    for (let webhooks = 1; webhooks <= 40; webhooks++) {
      const parameters = Object.entries(phone.parameters());
      if (digits !== undefined) parameters.push(['Digits', digits]);
      const answer = await phone.post({ url, parameters });
      assertKeepsAlive(answer, 'silence');
      const body = bodyOf(answer);
      if (body.includes('<Enqueue')) return webhooks;
      url = /action="([^"]*)"/.exec(body)?.[1]?.replaceAll('&amp;', '&') ?? '';
      assert.ok(url, body);
    }
    return Number.POSITIVE_INFINITY;
  }

  for (const [step, arrive] of Object.entries(STEPS))
    for (const [what, digits] of [
      ['empty', ''],
      ['missing', undefined],
    ] as const)
      test(`with keys ${what} again and again at ${step}`, async (t) => {
        const at = await world(t);
        const { phone } = await arrive(at, GRACE);
        await phone.listen();
        const attempts = (await at.knex('attempts')).length;
        const webhooks = await webhooksToPerson(phone, digits);
        t.diagnostic(`${webhooks} webhooks`);
        assert.ok(webhooks <= 16, `${webhooks} webhooks until a person`);
        assert.equal(await handoffReason(at, phone), 'no_key_pressed');
        assert.equal((await at.knex('attempts')).length, attempts);
        assert.deepEqual(await carriedOut(at, GRACE), []);
      });

  test('and a caller who is silent from the start hears words all the time', async (t) => {
    const at = await world(t);
    const phone = await calling(at, GRACE);
    for (let turn = 0; phone.state !== 'queued'; turn++) {
      assert.ok(turn < 8, 'within a few turns');
      const before = heard(phone).length;
      await phone.staySilent();
      await phone.listen();
      assert.ok(heard(phone).length > before);
    }
    assert.ok(heard(phone).length > 0);
    assert.equal(phone.queue, 'service');
  });
});
