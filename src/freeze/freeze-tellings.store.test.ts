import assert from 'node:assert/strict';
import { storeTest } from '../../test/support/databases.ts';
import {
  claimDueTellings,
  insertTelling,
  markAnswered,
  pendingTellings,
  postpone,
  untoldSince,
} from './freeze-tellings.store.ts';

const telling = (id: string) => ({ id, customerId: `c-${id}`, callId: 'CA1', askedAt: 900 });

storeTest('a due freeze is claimed by one process, and given back once its lease is over', async (knex) => {
  await insertTelling(knex, telling('f1'), 'owed', false, 1_000);
  await insertTelling(knex, telling('f1'), 'owed', false, 2_000);
  assert.equal((await pendingTellings(knex, 10)).length, 1, 'a known id changes nothing');
  const claims = await Promise.all([1, 2, 3].map(() => claimDueTellings(knex, 1_000, 500, 10)));
  assert.deepEqual(
    claims.flat().map(({ id, tries }) => [id, tries]),
    [['f1', 1]],
  );
  assert.deepEqual(await claimDueTellings(knex, 1_499, 500, 10), []);
  assert.equal((await claimDueTellings(knex, 1_500, 500, 10)).length, 1);
});

storeTest('a freeze that the core has is told once, and what was owed is said once', async (knex) => {
  await insertTelling(knex, telling('f1'), 'owed', false, 1_000);
  const [claimed] = await claimDueTellings(knex, 1_000, 500, 10);
  assert.ok(claimed);
  assert.deepEqual(await postpone(knex, claimed, 5_000), { noticeDue: true });
  assert.deepEqual(await postpone(knex, claimed, 6_000), { noticeDue: false });
  assert.deepEqual(await untoldSince(knex, 999), { freezes: 0, tries: 0 });
  assert.deepEqual(await untoldSince(knex, 1_000), { freezes: 1, tries: 1 });
  assert.equal(await markAnswered(knex, claimed, 7_000), 'line');
  assert.equal(await markAnswered(knex, claimed, 7_000), undefined, 'another process ended it');
  assert.deepEqual(await pendingTellings(knex, 10), []);
});

storeTest('a freeze that the core had in the turn is not asked again', async (knex) => {
  await insertTelling(knex, telling('f1'), 'none', true, 1_000);
  assert.deepEqual(await claimDueTellings(knex, 9_000, 500, 10), []);
  const { tries, answered_at } = await knex('freeze_tellings').first();
  assert.deepEqual([Number(tries), Number(answered_at)], [1, 1_000]);
});
