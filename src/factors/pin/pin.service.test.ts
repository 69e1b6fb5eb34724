import assert from 'node:assert/strict';
import { storeTest } from '../../../test/support/databases.ts';
import { context, inFactorLab, NOW, nextCustomer, PIN, WRONG } from '../../../test/support/factor-lab.ts';
import type { PinKind } from '../../actions/requirement.ts';
import { DAY, HOUR, MINUTE } from '../../platform/clock.ts';
import type { AttemptContext } from '../check.ts';

storeTest(
  'the right PIN passes and the wrong one fails, by kind and customer',
  inFactorLab(async ({ customer, checkPin, settle, keyPin, failures }) => {
    const right = await checkPin(context(), customer, 'transaction', PIN);
    assert.ok(right.kind === 'passed');
    assert.deepEqual(right.passed, { factor: 'pin', customerId: customer, kind: 'transaction', at: NOW });
    assert.deepEqual(await settle(right), { kept: true });
    assert.equal((await keyPin(WRONG)).kind, 'failed');
    assert.equal(await failures(), 1);
  }),
);

storeTest(
  'the right PIN, while locked, is refused with the same work as a wrong one (invariant 4)',
  inFactorLab(async ({ pins, keyPin }) => {
    for (let n = 0; n < 5; n++) await keyPin(WRONG);
    const [made, compared] = [pins.made, pins.againstTheSecret];
    const right = await keyPin(PIN);
    assert.deepEqual([right.kind, right.attemptId], ['locked', undefined]);
    assert.equal(pins.made, made + 1);
    assert.equal(pins.againstTheSecret, compared, 'the secret itself is not touched');
    assert.equal((await keyPin(PIN, NOW + 30 * MINUTE)).kind, 'passed');
  }),
);

storeTest(
  'the right PIN is refused once the budget is spent, for ever',
  inFactorLab(async ({ pins, keyPin }) => {
    for (const at of [NOW, NOW + HOUR, NOW + 2 * DAY, NOW + 4 * DAY])
      for (let n = 0; n < 6; n++) await keyPin(WRONG, at);
    assert.equal(pins.againstTheSecret, 10);
    const late = await keyPin(PIN, NOW + 1000 * DAY);
    assert.deepEqual([late.kind, 'reason' in late && late.reason], ['locked', 'void']);
  }),
);

storeTest(
  'known and unknown, right, wrong, locked and without a PIN: the same one comparison each (invariant 20)',
  inFactorLab(async ({ knex, pins, customer, checkPin, keyPin }) => {
    const work = async (
      over: Partial<AttemptContext>,
      who: string | undefined,
      kind: PinKind,
      pin: string,
    ) => {
      const [made, statements] = [pins.made, [] as string[]];
      const listen = (query: { sql: string }) => statements.push(query.sql);
      knex.on('query', listen);
      await checkPin(context(over), who, kind, pin);
      knex.off('query', listen);
      const outside = statements.filter((sql) => /from [`"](customers|pin_verifiers)[`"]/.test(sql));
      return { made: pins.made - made, outside };
    };
    const wrong = await work({}, customer, 'transaction', WRONG);
    assert.equal(wrong.made, 1);
    assert.equal(wrong.outside.length, 2);
    assert.deepEqual(await work({}, undefined, 'transaction', PIN), wrong);
    assert.deepEqual(await work({}, customer, 'transaction', PIN), wrong);
    for (let n = 0; n < 5; n++) await keyPin(WRONG);
    assert.deepEqual(await work({}, customer, 'transaction', PIN), wrong);
    await knex('pin_verifiers').where({ customer_id: customer, kind: 'query' }).delete();
    assert.deepEqual(await work({}, customer, 'query', PIN), wrong);
  }),
);

storeTest(
  'a PIN for nobody known always fails and is recorded against the source',
  inFactorLab(async ({ knex, checkPin, settle }) => {
    for (let n = 0; n < 12; n++) {
      const result = await checkPin(context(), undefined, 'query', PIN);
      assert.equal(result.kind, 'failed');
      await settle(result);
    }
    assert.equal(
      (await knex('attempts').whereNull('customer_id').where({ source_index: 'own-source' })).length,
      12,
    );
  }),
);

storeTest(
  'swapping two customers’ verifiers verifies none (invariant 18)',
  inFactorLab(async ({ knex, customer, enrol, checkPin }) => {
    const other = await enrol(nextCustomer(), '+8613900000009');
    const row = (id: string) => knex('pin_verifiers').where({ customer_id: id, kind: 'transaction' });
    const [mine, theirs] = [await row(customer).first('verifier'), await row(other).first('verifier')];
    await row(customer).update(theirs);
    await row(other).update(mine);
    for (const id of [customer, other])
      assert.equal((await checkPin(context(), id, 'transaction', PIN)).kind, 'failed');
  }),
);

storeTest(
  'an issued first PIN opens nothing, in time or not (V11)',
  inFactorLab(async ({ knex, customer, keyPin }) => {
    for (const until of [NOW + HOUR, NOW - HOUR]) {
      await knex('pin_verifiers').where({ customer_id: customer }).update({ first_until: until });
      assert.equal((await keyPin(PIN)).kind, 'failed');
    }
  }),
);
