import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { DemoCustomer } from '../db/seeds/demo-customers.ts';
import type { Phone } from '../phone-sim/phone.ts';
import type { LedgerEntry } from '../src/ledger/entry.ts';
import { entriesOfCall } from '../src/ledger/ledger.store.ts';
import { DAY } from '../src/platform/clock.ts';
import type { Arrived } from './support/balancer.ts';
import {
  callerAtCode,
  callerAtLastKey,
  carriedOut,
  comparedAndWrong,
  expectStep,
  failuresOf,
  identifiedCaller,
  key,
  newestCode,
  rightPin,
  TIMELESS,
  transferred,
  verifiedCaller,
  wordsOf,
  wrongPin,
} from './support/callers.ts';
import { problemsOfRecord } from './support/crash-checks.ts';
import { startPostgres, type TestPostgres } from './support/postgres.ts';
import { type ProcessWorld, startProcessWorld } from './support/processes.ts';
import { demoCustomer, keysOf } from './support/world.ts';

const PROCESSES = 3;
const byId = (id: string) => demoCustomer((customer) => customer.id === id);

describe('three processes on one PostgreSQL', { timeout: 240_000 }, () => {
  let postgres: TestPostgres;
  let hotline: ProcessWorld;

  before(async () => {
    // Here processes die, not the database.
    postgres = await startPostgres({ withoutSyncing: true });
    hotline = await startProcessWorld({
      database: { kind: 'postgres', url: await postgres.newDatabase() },
      processes: PROCESSES,
      seed: 'three processes',
    });
  });
  after(async () => {
    await hotline?.stop();
    await postgres?.stop();
  });

  /** Webhooks go to the processes in turn while this works. */
  async function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    let next = 0;
    hotline.pick = () => {
      const one = hotline.processes[next++ % PROCESSES];
      assert.ok(one);
      return one;
    };
    try {
      return await work();
    } finally {
      hotline.pick = undefined;
    }
  }

  /** What a phone would send with these keys, to be sent as often as one likes. */
  function keyed(phone: Phone, digits: string): Parameters<Phone['post']>[0] {
    return {
      url: phone.actionUrl ?? '',
      parameters: [...Object.entries(phone.parameters()), ['Digits', digits], ['msg', 'Gather End']],
    };
  }

  async function debits(customer: DemoCustomer): Promise<number> {
    return (await carriedOut(hotline, customer)).length;
  }

  test('50 parallel calls with wrong PINs get the five comparisons there are, and no process takes a sixth (invariant 2)', async () => {
    const customer = byId('demo-01');
    const phones: Phone[] = [];
    for (let call = 0; call < 50; call++)
      phones.push(await identifiedCaller(hotline, customer, { intent: 'enquiry', phone: TIMELESS }));
    await inTurn(() =>
      Promise.all(phones.map((phone, index) => key(phone, `${wrongPin(customer, index)}#`))),
    );
    assert.equal(await comparedAndWrong(hotline, customer, 'pin.query'), 5);
    assert.equal(await failuresOf(hotline.knex, customer, 'pin.query'), 5);
    const refused = await inTurn(() =>
      Promise.all(
        phones.slice(0, PROCESSES).map(async (phone) => {
          expectStep(phone, 'refused');
          await key(phone, `1${rightPin(customer, 'enquiry')}#`);
          return phone.step;
        }),
      ),
    );
    assert.deepEqual(refused, ['refused', 'refused', 'refused']);
  });

  test('one code keyed 100 times at once at all processes succeeds once, and all hear the same (invariant 12)', async () => {
    const customer = byId('demo-07');
    const phone = await callerAtCode(hotline, customer, { amount: 1_000, payee: 1 });
    const request = keyed(phone, await newestCode(hotline, customer));
    const answers = await inTurn(() => Promise.all(Array.from({ length: 100 }, () => phone.post(request))));
    assert.equal(new Set(answers.map(({ outcome }) => JSON.stringify(outcome))).size, 1, 'one answer');
    assert.match(wordsOf(answers[0]), /step=confirm\.identity/);
    const attempts: { status: string }[] = await hotline
      .knex('attempts')
      .where({ call_id: phone.callSid, factor: 'code' });
    assert.deepEqual(
      attempts.map(({ status }) => status),
      ['passed'],
    );
    const codes: { state: string }[] = await hotline.knex('codes').where({ call_id: phone.callSid });
    assert.deepEqual(
      codes.map(({ state }) => state),
      ['consumed'],
    );
    assert.deepEqual(await problemsOfRecord(hotline, phone.callSid), []);
  });

  test('two right PINs at the same time at two processes both pass (invariant 11)', async () => {
    const customer = byId('demo-06');
    for (let round = 0; round < 8; round++) {
      const pair = [
        await identifiedCaller(hotline, customer, { intent: 'enquiry' }),
        await identifiedCaller(hotline, customer, { intent: 'enquiry' }),
      ];
      await inTurn(() => Promise.all(pair.map((phone) => key(phone, `${rightPin(customer, 'enquiry')}#`))));
      assert.deepEqual(
        pair.map(({ step }) => step),
        ['confirm.identity', 'confirm.identity'],
      );
    }
    assert.equal(await failuresOf(hotline.knex, customer, 'pin.query'), 0);
  });

  test('the last key, sent to every process at once, moves the money once and is answered alike (invariant 39)', async () => {
    const customer = byId('demo-02');
    const phone = await callerAtLastKey(hotline, customer, { amount: 500 });
    const { balance_minor: balanceBefore } = await hotline
      .knex('bank_accounts')
      .where({ id: 'demo-02-account-1' })
      .first();
    const request = keyed(phone, '1');
    const answers = await inTurn(() => Promise.all(Array.from({ length: 30 }, () => phone.post(request))));
    assert.equal(new Set(answers.map(({ outcome }) => JSON.stringify(outcome))).size, 1, 'one answer');
    assert.equal(await debits(customer), 1);
    const { balance_minor: balance } = await hotline
      .knex('bank_accounts')
      .where({ id: 'demo-02-account-1' })
      .first();
    assert.equal(balanceBefore - balance, 50_000);
  });

  test('once a freeze is acknowledged by one process no debit under way at another commits (invariant 29)', async () => {
    const customer = byId('demo-05');
    for (let round = 0; round < 3; round++) {
      // Codes and day limits begin anew; an operator lifts the freeze of the day before.
      hotline.clock.advance(2 * DAY);
      await hotline.knex('customers').where({ id: customer.id }).update({ freeze: 'none', frozen_at: null });
      await hotline.knex('bank_freezes').where({ customer_id: customer.id }).delete();
      const paying: Phone[] = [];
      for (let call = 0; call < 3; call++)
        paying.push(await callerAtLastKey(hotline, customer, { amount: 100 }));
      const freezing = await identifiedCallerBeforeId(customer);
      const late = paying.pop();
      assert.ok(late);
      let acknowledged = -1;
      const freeze = async () => {
        await key(freezing, `${keysOf(customer).id}#`);
        acknowledged = await debits(customer);
      };
      // The freeze is sent first, in the middle or last, so that it lands at different moments of the debits.
      const sent: (() => Promise<void>)[] = paying.map((phone) => () => key(phone, '1'));
      sent.splice(round % 3, 0, freeze);
      await inTurn(() => Promise.all(sent.map((send) => send())));
      // A caller who was one key from it, at any of the processes, gets no further.
      await key(late, '1');
      assert.equal(await debits(customer), acknowledged, 'nothing committed after the acknowledgement');
      const { freeze: state } = await hotline.knex('customers').where({ id: customer.id }).first();
      assert.equal(state, 'provisional');
      for (const phone of [...paying, late, freezing]) {
        assert.deepEqual(await problemsOfRecord(hotline, phone.callSid), []);
        await phone.hangUp();
      }
    }
  });

  async function identifiedCallerBeforeId(customer: DemoCustomer): Promise<Phone> {
    const phone = hotline.phone();
    await phone.dial({ from: customer.phone?.e164 ?? '', to: '+861058880001' });
    await key(phone, `4${keysOf(customer).phone}#`);
    expectStep(phone, 'identity.id');
    return phone;
  }

  test('a whole transfer works although every turn goes to another process (invariant 40)', async () => {
    const customer = byId('demo-13');
    const from = hotline.taken.length;
    const phone = await inTurn(() => transferred(hotline, customer, { amount: 500_000 }));
    const taken = hotline.taken.slice(from);
    assert.ok(taken.length > 10, 'the transfer took its turns');
    assert.ok(
      taken.every((process, index) => process === (index + (taken[0] ?? 0)) % PROCESSES),
      'each turn went to another process',
    );
    assert.equal(await debits(customer), 1);
    assert.deepEqual(await problemsOfRecord(hotline, phone.callSid), []);
  });

  test('a process killed in the middle of load takes no step with it and has none repeated (invariant 40)', async () => {
    const customers = ['demo-02', 'demo-06', 'demo-07', 'demo-09', 'demo-12', 'demo-16'].map(byId);
    const enquire = async (customer: DemoCustomer): Promise<Phone> => {
      const phone = await verifiedCaller(hotline, customer, { intent: 'enquiry', phone: TIMELESS });
      await key(phone, '1');
      return phone;
    };
    const decisionsOf = async (phone: Phone) =>
      (await entriesOfCall(hotline.knex, phone.callSid)).map(inShort);
    const [first] = customers;
    assert.ok(first);
    const undisturbed = await decisionsOf(await enquire(first));

    const from = hotline.taken.length;
    let killed: Promise<void> | undefined;
    let lost = 0;
    const route = hotline.surroundings.balancer.route;
    hotline.surroundings.balancer.route = async (arrived: Arrived) => {
      const [victim] = hotline.processes;
      if (hotline.taken.length - from >= 40 && !killed && victim) killed = victim.kill();
      const before = hotline.taken.length;
      const delivered = await route(arrived);
      if (killed && hotline.taken.slice(before).includes(0)) lost += 1;
      return delivered;
    };
    const phones = await Promise.all([...customers, ...customers, ...customers].map(enquire));
    await killed;
    assert.ok(killed && lost > 0, 'turns were under way in the process that was killed');
    const replaced = await hotline.startOne();
    assert.ok(replaced.port !== undefined);
    for (const phone of phones) {
      assert.deepEqual(await decisionsOf(phone), undisturbed);
      assert.deepEqual(await problemsOfRecord(hotline, phone.callSid), []);
      // The others and the new one go on with what the dead one had begun.
      await key(phone, '2');
      await phone.listen();
      assert.equal(phone.endedBy, 'service');
    }
    for (const customer of customers) assert.equal(await failuresOf(hotline.knex, customer, 'pin.query'), 0);
  });
});

/** An entry without what differs between two callers who do the same. */
function inShort({ type, step, data }: LedgerEntry): string {
  return [type, step, data.factor, data.outcome, data.action].filter(Boolean).join(' ');
}
