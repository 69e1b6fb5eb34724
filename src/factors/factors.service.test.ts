import assert from 'node:assert/strict';
import { storeTest, tablesOf } from '../../test/support/databases.ts';
import {
  context,
  ID,
  inFactorLab,
  NOW,
  PHONE,
  PIN,
  phoneIndex,
  WRONG,
} from '../../test/support/factor-lab.ts';
import type { KeyedFactor } from '../factors/checks.ts';
import { readCounter } from '../lockout/counters.store.ts';
import { Fault } from '../platform/fault.ts';

storeTest(
  '50 parallel calls with a wrong PIN: at most 5 are compared with the secret (invariant 1)',
  inFactorLab(async ({ pins, customer, checkPin, settle }) => {
    const results = await Promise.all(
      Array.from({ length: 50 }, async () => {
        const result = await checkPin(context(), customer, 'transaction', WRONG);
        await settle(result);
        return result.kind;
      }),
    );
    assert.equal(pins.againstTheSecret, 5);
    assert.equal(pins.made, 50, 'the refused cost the same work');
    assert.deepEqual([...new Set(results)].sort(), ['failed', 'locked']);
  }),
);

storeTest(
  'an attempt is committed before the secret is looked at, and a killed process still pays (invariant 3)',
  inFactorLab(async ({ knex, pins, customer, checkPin, failures }) => {
    const seen: unknown[] = [];
    pins.beforeEach = async () => {
      // SQLite has one connection: this query would wait for ever if a transaction were still open.
      seen.push(await knex('attempts').where({ customer_id: customer }).first('status'), await failures());
    };
    await checkPin(context(), customer, 'transaction', PIN);
    assert.deepEqual(seen, [{ status: 'reserved' }, 1]);
    assert.equal(await failures(), 1, 'nobody settled it');
  }),
);

storeTest(
  'busy is neither right nor wrong and is not charged (invariant 6)',
  inFactorLab(async ({ customer, checkPin, settle, failures, usePins }) => {
    const pins = usePins(1, 0);
    let open = () => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    let waiting = 0;
    pins.beforeEach = async () => {
      if (++waiting === 3) open();
      await gate;
    };
    const all = [PIN, PIN, WRONG].map((pin) => checkPin(context(), customer, 'transaction', pin));
    const results = await Promise.all(all);
    const busy = results.filter((result) => result.kind === 'busy');
    assert.equal(busy.length, 2);
    for (const result of busy) assert.deepEqual(await settle(result), { kept: true });
    assert.equal(await failures(), 1, 'only the one that was compared is counted until it is settled');
  }),
);

storeTest(
  'a fault while comparing refunds the attempt (invariants 6, 28)',
  inFactorLab(async ({ knex, customer, checkPin, failures }) => {
    await knex('pin_verifiers').where({ customer_id: customer }).update({ verifier: 'unreadable' });
    await assert.rejects(checkPin(context(), customer, 'transaction', PIN), Fault);
    assert.equal(await failures(), 0);
  }),
);

storeTest(
  'a turn that cannot be finished refunds its attempt, once',
  inFactorLab(async ({ customer, refund, checkPin, settle, failures }) => {
    const result = await checkPin(context(), customer, 'transaction', PIN);
    await refund(result);
    await refund(result);
    assert.equal(await failures(), 0);
    assert.deepEqual(await settle(result), { kept: false, again: true }, 'a refunded attempt grants nothing');
  }),
);

storeTest(
  'a result whose attempt a repeated webhook refunded is charged before it counts',
  inFactorLab(async ({ customer, refund, checkPin, settle, failures }) => {
    for (const pin of [WRONG, PIN]) {
      const same = context();
      const result = await checkPin(same, customer, 'transaction', pin);
      await refund(result);
      assert.deepEqual(await settle(result), { kept: false, again: true });
      const again = await checkPin(same, customer, 'transaction', pin);
      assert.equal(await failures(), pin === WRONG ? 1 : 2, 'charged anew');
      assert.deepEqual(await settle(again), { kept: true });
    }
  }),
);

storeTest(
  'an attempt that a repeated webhook may be comparing is refunded by neither (invariants 3, 8)',
  inFactorLab(async ({ knex, service, customer, settle, failures }) => {
    for (const firstIsBusy of [true, false]) {
      const before = await failures();
      const same = context();
      const keyed: KeyedFactor = { factor: 'pin', customerId: customer, kind: 'transaction', pin: WRONG };
      const [first, twin] = await knex.transaction(async (transaction) => [
        await service.reserve(transaction, same, keyed),
        await service.reserve(transaction, same, keyed),
      ]);
      assert.ok(
        first !== 'conflict' &&
          first?.kind === 'in_process' &&
          twin !== 'conflict' &&
          twin?.kind === 'in_process',
      );
      assert.equal(await failures(), before + 1, 'the two are one attempt');
      const [busy, comparing] = firstIsBusy ? [first, twin] : [twin, first];
      if (firstIsBusy) {
        await service.compareInProcess(busy);

        assert.deepEqual(await settle({ ...busy.checked, kind: 'busy' }), {
          kept: false,
          again: true,
        });
      }
      await knex.transaction((transaction) => service.refund(transaction, busy, NOW));
      assert.equal(await failures(), before + 1, 'it stays charged');
      assert.deepEqual(await settle(await service.compareInProcess(comparing)), { kept: true });
      assert.equal(await failures(), before + 1);
    }
  }),
);

storeTest(
  'two right PINs at the same time both pass (invariant 11)',
  inFactorLab(async ({ customer, checkPin, settle, keyPin, failures }) => {
    for (let n = 0; n < 3; n++) await keyPin(WRONG);
    const results = await Promise.all([1, 2].map(() => checkPin(context(), customer, 'transaction', PIN)));
    assert.deepEqual(await Promise.all(results.map((result) => settle(result))), [
      { kept: true },
      { kept: true },
    ]);
    assert.equal(await failures(), 0);
  }),
);

storeTest(
  'a repeated webhook is charged and settled once; another input on its token is not compared',
  inFactorLab(async ({ pins, customer, check, checkPin, settle, failures }) => {
    const keyed = context();
    const [first, again] = [
      await checkPin(keyed, customer, 'transaction', PIN),
      await checkPin(keyed, customer, 'transaction', PIN),
    ];
    assert.equal(await failures(), 1);
    const made = pins.made;
    const guess = await check(
      { ...keyed, requestDigest: 'other' },
      { factor: 'pin', customerId: customer, kind: 'transaction', pin: WRONG },
    );
    assert.equal(guess.kind, 'conflict');
    assert.equal(pins.made, made);
    assert.deepEqual(await settle(first), { kept: true });
    assert.deepEqual(await settle(again), { kept: false });
  }),
);

storeTest(
  'a stranger spends the strangers’ budget, never that of the registered line (invariant 10)',
  inFactorLab(async ({ knex, customer, keyPin }) => {
    const stranger = (n: number) => ({ sourceIndex: `stranger-${n}`, sourcePhoneIndex: undefined });
    for (let n = 0; n < 20; n++) await keyPin(WRONG, NOW, stranger(n));
    const counter = await readCounter(knex, customer, 'pin.transaction');
    assert.deepEqual([counter.own.failures, counter.other.failures], [0, 5]);
    assert.equal((await keyPin(PIN, NOW, stranger(99))).kind, 'locked');
    assert.equal((await keyPin(PIN)).kind, 'passed');
  }),
);

storeTest(
  'no PIN, code or ID that was keyed is anywhere in the database or in an error (invariant 15)',
  inFactorLab(async ({ knex, customer, checkPin, checkIdentity, checkCode, settle, keyPin, issue }) => {
    const { code } = await issue('call', 'order');
    await keyPin(PIN);
    await keyPin(WRONG);
    await settle(await checkCode(context({ callId: 'call' }), customer, 'order', code));
    await settle(await checkIdentity(context(), phoneIndex, ID));
    await knex('pin_verifiers').where({ customer_id: customer }).update({ verifier: 'unreadable' });
    const error = await checkPin(context(), customer, 'query', PIN).catch((thrown: Error) => thrown);
    assert.ok(error instanceof Fault);
    const dump = [JSON.stringify(error), error.message, error.stack];
    for (const name of await tablesOf(knex)) dump.push(JSON.stringify(await knex(name)));
    // Digests and sealed text hold digits too; a secret of six would show as a value or a word of its own.
    for (const secret of [PIN, WRONG, code, ID, PHONE])
      for (const text of dump)
        assert.ok(
          !new RegExp(`(?<![0-9A-Za-z_-])${secret.replace('+', '\\+')}(?![0-9A-Za-z_-])`).test(text ?? ''),
        );
  }),
);
