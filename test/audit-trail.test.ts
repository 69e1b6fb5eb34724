import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import type { Phone } from '../phone-sim/phone.ts';
import { CALL_HEADS } from '../src/cli/audit.command.ts';
import { entryHash, firstBrokenEntry, type LedgerEntry } from '../src/ledger/entry.ts';
import { entriesOfCall } from '../src/ledger/ledger.store.ts';
import { callStream, NO_ENTRY_HASH } from '../src/ledger/stream.ts';
import { verifyStored } from '../src/ledger/verify.service.ts';
import {
  callerAtCode,
  callerAtLastKey,
  calling,
  carriedOut,
  codesSentTo,
  confirmIdentity,
  expectStep,
  heard,
  INTENT_KEYS,
  identifiedCaller,
  key,
  keyNewestCode,
  newestCode,
  orderTransfer,
  registeredNumber,
  strangersNumber,
  threeWrongPins,
  transferred,
  verifiedCaller,
  wrongCode,
  wrongPin,
} from './support/callers.ts';
import { demoCustomer, lineOf, startWorld, type World } from './support/world.ts';

const byId = (id: string) => demoCustomer((customer) => customer.id === id);
const GRACE = byId('demo-07');
const LIN = byId('demo-05');

async function world(t: TestContext): Promise<World> {
  const started = await startWorld({ seed: t.name });
  t.after(() => started.stop());
  return started;
}

/** An entry in short: its type, and what was decided. Steps from state to state are left out. */
function brief({ type, data }: LedgerEntry): string {
  const { factor, outcome, reason, part, action, level, freeze, matched, why, by } = data;
  const said = [factor, part, action, outcome, reason, level, freeze, why, by].filter(Boolean);
  return [type, ...said, ...(matched === undefined ? [] : [matched ? 'matched' : 'nobody'])].join(' ');
}

async function decisions(at: World, phone: Phone): Promise<readonly string[]> {
  const entries = await entriesOfCall(at.knex, phone.callSid);
  return entries.filter(({ type }) => type !== 'call.step' && type !== 'order.changed').map(brief);
}

/** Lanes as they are played, and every decision that must have left its entry, in this order. */
const LANES: {
  readonly [lane: string]: readonly [
    play: (at: World) => Promise<Phone>,
    decisions: readonly string[],
    rules: readonly string[],
  ];
} = {
  'an enquiry': [
    async (at) => {
      const phone = await verifiedCaller(at, GRACE, { intent: 'enquiry' });
      await key(phone, '12');
      return phone;
    },
    [
      'call.started',
      'factor.outcome identity PASSED',
      'sim.checked pin.query unknown',
      'factor.outcome pin.query PASSED',
      'order.assessed enquiry CLEAR',
      'confirmation.given identity',
      'order.carried enquiry L2',
      'levels.voided KEY.2',
      'call.ended line',
    ],
    ['R4.1', 'R4.2', 'R5.1', 'R6.1', 'R8', 'R11.1', 'Z1', 'Z3'],
  ],
  'a repayment of what is due': [
    async (at) => {
      const phone = await verifiedCaller(at, GRACE, { intent: 'repayment' });
      await key(phone, '1');
      await confirmIdentity(phone);
      await key(phone, '1');
      return phone;
    },
    [
      'call.started',
      'factor.outcome identity PASSED',
      'sim.checked pin.transaction unknown',
      'factor.outcome pin.transaction PASSED',
      'order.assessed repayment CLEAR',
      'confirmation.given identity',
      'confirmation.given order',
      'order.carried repayment L2',
    ],
    ['R6.1', 'R8', 'S6'],
  ],
  'a transfer with a wrong code and one sent again': [
    async (at) => {
      const phone = await callerAtCode(at, GRACE, { amount: 300, payee: 1 });
      const first = await newestCode(at, GRACE);
      await key(phone, `${wrongCode(first)}#`);
      await phone.pass(50_000);
      await phone.listen();
      await key(phone, '9#');
      await phone.pass(20_000);
      await key(phone, '1#');
      await key(phone, `${first}#`);
      await keyNewestCode(at, phone, GRACE);
      await confirmIdentity(phone);
      await key(phone, '1');
      return phone;
    },
    [
      'call.started',
      'factor.outcome identity PASSED',
      'sim.checked pin.transaction unknown',
      'factor.outcome pin.transaction PASSED',
      'order.assessed transfer STEP_UP',
      'sim.checked code unchanged',
      'code.sent',
      'factor.outcome code FAILED',
      'sim.checked code unchanged',
      'code.sent',
      'factor.outcome code LATE',
      'factor.outcome code PASSED',
      'confirmation.given identity',
      'confirmation.given order',
      'order.carried transfer L3',
    ],
    ['R7.1', 'R7.2', 'R8', 'V1', 'V2', 'V10', 'Z6', 'Z8'],
  ],
  'a large loan application': [
    async (at) => {
      const phone = await verifiedCaller(at, GRACE, { intent: 'loan_application' });
      await key(phone, '50000#');
      await keyNewestCode(at, phone, GRACE);
      await confirmIdentity(phone);
      await key(phone, '1');
      return phone;
    },
    [
      'call.started',
      'factor.outcome identity PASSED',
      'sim.checked pin.transaction unknown',
      'factor.outcome pin.transaction PASSED',
      'order.assessed loan_application STEP_UP',
      'sim.checked code unchanged',
      'code.sent',
      'factor.outcome code PASSED',
      'confirmation.given identity',
      'confirmation.given order',
      'order.carried loan_application L3',
    ],
    ['R7.1', 'R7.2'],
  ],
  'a change of contact number': [
    async (at) => {
      const phone = await verifiedCaller(at, GRACE, { intent: 'contact_change' });
      await key(phone, '13912348765#');
      await keyNewestCode(at, phone, GRACE);
      await confirmIdentity(phone);
      await key(phone, '1');
      return phone;
    },
    [
      'call.started',
      'factor.outcome identity PASSED',
      'sim.checked pin.transaction unknown',
      'factor.outcome pin.transaction PASSED',
      'order.assessed contact_change STEP_UP',
      'sim.checked code unchanged',
      'code.sent',
      'factor.outcome code PASSED',
      'confirmation.given identity',
      'confirmation.given order',
      'order.carried contact_change L3',
    ],
    ['R7.1', 'R7.2', 'S6'],
  ],
  'a freeze of an account': [
    (at) => identifiedCaller(at, GRACE, { intent: 'freeze' }),
    [
      'call.started',
      'factor.outcome identity PASSED',
      'account.freeze frozen L1 provisional matched',
      'call.handoff freeze_reported L1',
    ],
    ['R18.2', 'V8'],
  ],
  'a freeze of nobody’s account': [
    async (at) => {
      const phone = at.phone();
      await phone.dial({ from: strangersNumber(1), to: lineOf('en-US') });
      await key(phone, '413698761234#110101199003074514#');
      return phone;
    },
    [
      'call.started',
      'factor.outcome identity FAILED',
      'account.freeze nobody',
      'call.handoff freeze_reported L0',
    ],
    ['R18.2', 'V8', 'Z3'],
  ],
  'a freeze by two stars in the middle of a code': [
    async (at) => {
      const phone = await callerAtCode(at, GRACE, { amount: 300, payee: 1 });
      await key(phone, '**#');
      return phone;
    },
    [
      'call.started',
      'factor.outcome identity PASSED',
      'sim.checked pin.transaction unknown',
      'factor.outcome pin.transaction PASSED',
      'order.assessed transfer STEP_UP',
      'sim.checked code unchanged',
      'code.sent',
      'account.freeze frozen L2 full matched',
    ],
    ['R18.2', 'V8'],
  ],
  'three wrong PINs, the lock among them': [
    async (at) => {
      for (let call = 0; call < 2; call++) {
        const phone = await identifiedCaller(at, GRACE, { intent: 'transfer' });
        await key(phone, threeWrongPins(GRACE));
        if (call === 1) return phone;
        await phone.hangUp();
      }
      throw new Error('two calls were made');
    },
    [
      'call.started',
      'factor.outcome identity PASSED',
      'factor.outcome pin.transaction FAILED',
      'factor.lock pin.transaction locked',
      'factor.outcome pin.transaction FAILED',
      'factor.outcome pin.transaction LOCKED locked',
      'call.handoff verification_exhausted L1',
    ],
    ['V11', 'Z3', 'Z9', 'R5.2', 'R6.2'],
  ],
  'a code that cannot be sent': [
    (at) => verifiedCaller(at, LIN, { intent: 'transfer' }),
    [
      'call.started',
      'factor.outcome identity PASSED',
      'sim.checked pin.transaction unknown',
      'factor.outcome pin.transaction PASSED',
      'code.not_sent phone_too_new',
      'call.handoff code_unavailable L2',
    ],
    ['R7.2', 'R14.2'],
  ],
  'an amount no telephone may move': [
    async (at) => {
      const customer = byId('demo-09');
      const phone = await verifiedCaller(at, customer, { intent: 'transfer' });
      await orderTransfer(phone, { amount: 10_000_000 });
      return phone;
    },
    [
      'call.started',
      'factor.outcome identity PASSED',
      'sim.checked pin.transaction unknown',
      'factor.outcome pin.transaction PASSED',
      'order.assessed transfer NOT_POSSIBLE biometric_required',
      'call.handoff biometric_required L2',
    ],
    ['V1', 'V2', 'Z6'],
  ],
  'a freeze that lands before the last key': [
    async (at) => {
      const phone = await callerAtLastKey(at, GRACE, { amount: 300, payee: 1 });
      const other = await identifiedCaller(at, GRACE, { intent: 'freeze', from: strangersNumber(2) });
      await other.hangUp();
      await key(phone, '1');
      return phone;
    },
    [
      'call.started',
      'factor.outcome identity PASSED',
      'sim.checked pin.transaction unknown',
      'factor.outcome pin.transaction PASSED',
      'order.assessed transfer STEP_UP',
      'sim.checked code unchanged',
      'code.sent',
      'factor.outcome code PASSED',
      'confirmation.given identity',
      'confirmation.given order',
      'order.refused transfer account_frozen',
      'call.handoff account_frozen L3',
    ],
    ['V8', 'R8'],
  ],
  '“that is not me”': [
    async (at) => {
      const phone = await verifiedCaller(at, GRACE, { intent: 'enquiry' });
      await key(phone, '2');
      await phone.hangUp();
      return phone;
    },
    [
      'call.started',
      'factor.outcome identity PASSED',
      'sim.checked pin.query unknown',
      'factor.outcome pin.query PASSED',
      'order.assessed enquiry CLEAR',
      'levels.voided KEY.2',
      'call.ended caller',
    ],
    ['R8', 'Z1'],
  ],
  'a person, and a hang-up': [
    async (at) => {
      const phone = await calling(at, GRACE);
      await key(phone, '0');
      await phone.hangUp();
      return phone;
    },
    ['call.started', 'call.handoff caller_asked L0', 'call.ended'],
    ['R4.2'],
  ],
};

describe('every decision of every lane leaves its entry, in one chain (R11.1)', () => {
  for (const [lane, [play, expected, rules]] of Object.entries(LANES))
    test(lane, async (t) => {
      const at = await world(t);
      const phone = await play(at);
      await phone.listen();
      const entries = await entriesOfCall(at.knex, phone.callSid);
      assert.equal(firstBrokenEntry(entries), undefined);
      const made = await decisions(at, phone);
      // A call that ended has one more entry, by the party that ended it.
      const comparable =
        expected.at(-1) === 'call.ended'
          ? made.map((one) => one.replace(/^call\.ended .*/, 'call.ended'))
          : made;
      assert.deepEqual(comparable, expected);
      const cited = new Set(entries.flatMap((entry) => entry.rules));
      for (const rule of rules) assert.ok(cited.has(rule), `${rule} is cited`);
      for (const entry of entries) {
        assert.equal(entry.release, at.release.hash, 'the policy version stands in every entry');
        if (entry.step !== 'ended')
          assert.ok(entry.rules.length > 0, `${entry.type} at ${entry.step} cites a rule`);
        assert.equal(entry.stream.id, phone.callSid);
      }
      const call = await at.knex('calls').where({ id: phone.callSid }).first();
      assert.equal(call.entries, entries.length);
      assert.equal(call.last_hash, entries.at(-1)?.hash);
    });
});

describe('a change of the trail is found (invariant 36)', () => {
  async function trail(t: TestContext): Promise<{ at: World; entries: readonly LedgerEntry[] }> {
    const at = await world(t);
    const phone = await transferred(at, GRACE, { amount: 300, payee: 1 });
    await key(phone, '2');
    const entries = await entriesOfCall(at.knex, phone.callSid);
    assert.ok(entries.length > 25);
    assert.equal(firstBrokenEntry(entries), undefined);
    return { at, entries };
  }
  const without = (entries: readonly LedgerEntry[], index: number) => entries.toSpliced(index, 1);

  test('a change of any field of any entry', async (t) => {
    const { entries } = await trail(t);
    const changes: readonly ((entry: LedgerEntry) => LedgerEntry)[] = [
      (entry) => ({ ...entry, stream: { ...entry.stream, id: `${entry.stream.id}0` } }),
      (entry) => ({ ...entry, seq: entry.seq + 1 }),
      (entry) => ({ ...entry, at: entry.at + 1 }),
      (entry) => ({ ...entry, type: entry.type === 'call.step' ? 'call.ended' : 'call.step' }),
      (entry) => ({ ...entry, step: `${entry.step}x` }),
      (entry) => ({ ...entry, rules: [...entry.rules, 'R1.1'] }),
      (entry) => ({ ...entry, rules: entry.rules.slice(1) }),
      (entry) => ({ ...entry, release: `${entry.release}0` }),
      (entry) => ({ ...entry, data: { ...entry.data, amountMinor: 1 } }),
      (entry) => ({ ...entry, data: {} }),
      (entry) => ({ ...entry, prevHash: 'f'.repeat(64) }),
      (entry) => ({ ...entry, hash: 'f'.repeat(64) }),
    ];
    for (const [index, entry] of entries.entries())
      for (const [which, change] of changes.entries()) {
        const changed = change(entry);
        if (JSON.stringify(changed) === JSON.stringify(entry)) continue;
        const found = firstBrokenEntry(entries.with(index, changed));
        assert.equal(found, index, `change ${which} of entry ${index}`);
      }
  });

  test('a change with a new hash of its own is found at the next entry', async (t) => {
    const { entries } = await trail(t);
    for (const [index, entry] of entries.entries()) {
      if (index === entries.length - 1) continue;
      const body = { ...entry, data: { ...entry.data, customerId: 'somebody-else' } };
      const forged = { ...body, hash: entryHash(body) };
      assert.equal(firstBrokenEntry(entries.with(index, forged)), index + 1);
    }
  });

  test('an entry taken out, put in, doubled or moved', async (t) => {
    const { entries } = await trail(t);
    for (const [index, entry] of entries.entries()) {
      if (index < entries.length - 1) {
        assert.equal(firstBrokenEntry(without(entries, index)), index, `entry ${index} taken out`);
        const next = entries[index + 1];
        assert.ok(next);
        const swapped = entries.with(index, next).with(index + 1, entry);
        assert.equal(firstBrokenEntry(swapped), index, `entry ${index} moved`);
      }
      assert.notEqual(
        firstBrokenEntry(entries.toSpliced(index, 0, entry)),
        undefined,
        `entry ${index} doubled`,
      );
      const prevHash = entries[index - 1]?.hash ?? NO_ENTRY_HASH;
      const body = { ...entry, prevHash, data: { ...entry.data, receipt: '00000000' } };
      const planted = { ...body, hash: entryHash(body) };
      assert.equal(
        firstBrokenEntry(entries.toSpliced(index, 0, planted)),
        index + 1,
        `an entry put in at ${index}`,
      );
    }
    assert.equal(firstBrokenEntry(entries.toReversed()), 0);
  });

  test('in the database itself', async (t) => {
    const { at, entries } = await trail(t);
    const callId = entries[0]?.stream.id ?? '';
    const carried = entries.findIndex(({ type }) => type === 'order.carried');
    const row = await at.knex('ledger_entries').where({ stream_id: callId, seq: carried }).first();
    const broken = async () => firstBrokenEntry(await entriesOfCall(at.knex, callId));
    await at
      .knex('ledger_entries')
      .where({ stream_id: callId, seq: carried })
      .update({ data: row.data.replace('"amountMinor":30000', '"amountMinor":30') });
    assert.equal(await broken(), carried);
    await at.knex('ledger_entries').where({ stream_id: callId, seq: carried }).delete();
    assert.equal(await broken(), carried);
    await at.knex('ledger_entries').insert(row);
    assert.equal(await broken(), undefined);
  });

  test('an entry of another call', async (t) => {
    const at = await world(t);
    const one = await calling(at, GRACE);
    const other = await calling(at, LIN);
    const [first = [], second = []] = await Promise.all(
      [one, other].map((phone) => entriesOfCall(at.knex, phone.callSid)),
    );
    const foreign = second[1];
    assert.ok(foreign);
    assert.equal(firstBrokenEntry(first.with(1, foreign)), 1);
  });

  test('a cut at the end leaves a whole chain, and the call’s row tells of it', async (t) => {
    const { at, entries } = await trail(t);
    const callId = entries[0]?.stream.id ?? '';
    await at
      .knex('ledger_entries')
      .where({ stream_id: callId, seq: entries.length - 1 })
      .delete();
    const left = await entriesOfCall(at.knex, callId);
    assert.equal(firstBrokenEntry(left), undefined);
    const { differences } = await verifyStored(at.knex, callStream(callId), CALL_HEADS);
    assert.deepEqual(differences, [
      { where: 'end', what: 'length', calculated: String(left.length), recorded: String(entries.length) },
      {
        where: 'end',
        what: 'newest hash',
        calculated: left.at(-1)?.hash,
        recorded: entries.at(-1)?.hash,
      },
    ]);
  });
});

describe('a decision and its entry commit together (invariant 35, R12.1)', () => {
  /** Everything a turn may leave behind, but for attempts, which are looked at apart. */
  async function state({ knex }: World): Promise<unknown> {
    return Promise.all([
      knex('calls').orderBy('id').select('id', 'step', 'token', 'version', 'status', 'entries', 'last_hash'),
      knex('turns').count({ count: '*' }),
      knex('ledger_entries').orderBy(['stream_kind', 'stream_id', 'seq']).select('hash'),
      knex('lock_counters')
        .orderBy(['customer_id', 'factor'])
        .where('customer_id', GRACE.id)
        .whereRaw('own_failures + other_failures > 0')
        .select('own_failures', 'other_failures', 'own_locked_until', 'void_at'),
      knex('codes').orderBy('id').select('id', 'state', 'tries'),
      knex('carried_orders').select('idempotency_key'),
      knex('bank_accounts').orderBy('id').select('id', 'balance_minor'),
      knex('bank_postings').select('idempotency_key'),
      knex('outbox').select('id'),
      // The ticket of the outage itself is what the caller is put through with.
      knex('handoffs').whereNot({ reason: 'outage' }).select('id'),
      knex('customers').orderBy('id').select('id', 'freeze', 'contact_phone_sealed'),
    ]);
  }

  const break_ = (at: World, table: string) =>
    at.knex.raw(
      `create trigger broken before insert on ${table} begin select raise(abort, 'the disk is full'); end`,
    );
  const mend = (at: World) => at.knex.raw('drop trigger broken');

  /** A call one key away from a decision, and the keys that make it. */
  const MOMENTS: {
    readonly [moment: string]: (at: World) => Promise<readonly [phone: Phone, keys: string, next: string]>;
  } = {
    'a choice from the menu': async (at) => [await calling(at, GRACE), '2', 'menu.money'],
    'a right ID': async (at) => {
      const phone = await calling(at, GRACE);
      await key(phone, `${INTENT_KEYS.enquiry}13800001007#`);
      return [phone, `${GRACE.nationalId}#`, 'pin.entry'];
    },
    'a wrong ID': async (at) => {
      const phone = await calling(at, GRACE);
      await key(phone, `${INTENT_KEYS.enquiry}13800001007#`);
      return [phone, '110101199003074514#', 'pin.entry'];
    },
    'a right PIN': async (at) => [
      await identifiedCaller(at, GRACE, { intent: 'transfer' }),
      `${GRACE.transactionPin}#`,
      'details.payee',
    ],
    'a wrong PIN': async (at) => [
      await identifiedCaller(at, GRACE, { intent: 'transfer' }),
      `${wrongPin(GRACE)}#`,
      'refused',
    ],
    'an order that needs a code': async (at) => {
      const phone = await verifiedCaller(at, GRACE, { intent: 'transfer' });
      await key(phone, '1');
      return [phone, '300#', 'code.entry'];
    },
    'a right code': async (at) => {
      const phone = await callerAtCode(at, GRACE, { amount: 300, payee: 1 });
      return [phone, `${await newestCode(at, GRACE)}#`, 'confirm.identity'];
    },
    'a wrong code': async (at) => {
      const phone = await callerAtCode(at, GRACE, { amount: 300, payee: 1 });
      return [phone, `${wrongCode(await newestCode(at, GRACE))}#`, 'code.entry'];
    },
    'the last key of a transfer': async (at) => [
      await callerAtLastKey(at, GRACE, { amount: 300, payee: 1 }),
      '1',
      'more',
    ],
    'a freeze': async (at) => [await verifiedCaller(at, GRACE, { intent: 'transfer' }), '**', 'more'],
  };

  for (const [moment, arrive] of Object.entries(MOMENTS))
    test(`${moment}: without its entry nothing of it is, and the caller hears the truth`, async (t) => {
      const at = await world(t);
      const [phone, keys, next] = await arrive(at);
      await phone.listen();
      const step = phone.step;
      const before = await state(at);
      const failedBefore = await at.knex('attempts').where({ status: 'failed' });
      await break_(at, 'ledger_entries');
      const said = heard(phone).length;
      // Two stars at a menu are two turns, and the first of them fails already.
      await key(phone, keys === '**' ? '*' : keys);
      assert.deepEqual(await state(at), before, 'nothing moved');
      const attempts: { status: string }[] = await at.knex('attempts').select('status');
      assert.equal(
        attempts.filter(({ status }) => status === 'reserved').length,
        0,
        'no attempt is left open',
      );
      assert.equal(
        attempts.filter(({ status }) => status === 'failed').length,
        failedBefore.length,
        'none is charged',
      );
      await phone.listen();
      const outage = at.release.prompts.text({ prompt: 'common.outage' }, 'en-US');
      assert.equal(heard(phone)[said], outage);
      assert.equal(phone.queue, 'verification', 'and a person takes over, of whom nothing is claimed');

      // Once all is well again the caller comes back to the step that was not taken, and takes it.
      await mend(at);
      await phone.leaveQueue('queue-full');
      await phone.listen();
      expectStep(phone, step ?? '');
      assert.deepEqual(await state(at), before);
      await key(phone, keys);
      await phone.listen();
      expectStep(phone, next);
      assert.equal(firstBrokenEntry(await entriesOfCall(at.knex, phone.callSid)), undefined);
    });

  for (const table of ['turns', 'carried_orders', 'bank_postings', 'outbox'])
    test(`when ${table} cannot be written, a transfer leaves neither money nor entry behind`, async (t) => {
      const at = await world(t);
      const phone = await callerAtLastKey(at, GRACE, { amount: 300, payee: 1 });
      const before = await state(at);
      await break_(at, table);
      const said = heard(phone).length;
      await key(phone, '1');
      assert.deepEqual(await state(at), before);
      await phone.listen();
      assert.equal(heard(phone)[said], at.release.prompts.text({ prompt: 'common.outage' }, 'en-US'));
      await mend(at);
      await phone.leaveQueue('error');
      await phone.listen();
      await key(phone, '1');
      expectStep(phone, 'more');
      assert.equal((await carriedOut(at, GRACE)).length, 1);
      assert.equal((await codesSentTo(at, registeredNumber(GRACE))).length, 1);
    });

  test('a hang-up whose entry cannot be written is not said to be taken, and is taken when it comes again', async (t) => {
    const at = await world(t);
    const phone = await callerAtCode(at, GRACE, { amount: 300, payee: 1 });
    await break_(at, 'ledger_entries');
    const parameters = Object.entries({ ...phone.parameters(), CallStatus: 'completed' });
    const failed = await phone.post({ url: '/voice/status', parameters });
    assert.equal(failed.outcome.kind === 'answered' && failed.outcome.response.status, 503);
    await mend(at);
    const taken = await phone.post({ url: '/voice/status', parameters });
    assert.equal(taken.outcome.kind === 'answered' && taken.outcome.response.status, 200);
    assert.deepEqual((await decisions(at, phone)).slice(-2), ['levels.voided HANGUP', 'call.ended caller']);
  });
});
