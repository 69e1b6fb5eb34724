import assert from 'node:assert/strict';
import { storeTest } from '../../../test/support/databases.ts';
import { context, ID, inFactorLab, NOW, phoneIndex, policy } from '../../../test/support/factor-lab.ts';
import type { FactorResult } from '../factors.service.ts';

storeTest(
  'identity takes phone and ID together, and tells nothing about which was wrong',
  inFactorLab(async ({ knex, customer, checkIdentity, settle }) => {
    const check = (index: string, id: string) => checkIdentity(context(), index, id);
    const passed = await check(phoneIndex, ID);
    assert.ok(passed.kind === 'passed');
    assert.deepEqual(passed.passed, { factor: 'identity', customerId: customer, at: NOW });
    await settle(passed);
    const row = await knex('attempts')
      .where({ id: passed.attemptId ?? '' })
      .first();
    assert.deepEqual([row.status, row.customer_id], ['passed', customer]);
    const plain = (result: FactorResult) => ({ ...result, attemptId: undefined });
    const [wrongPhone, wrongId] = [await check('nobody', ID), await check(phoneIndex, '110105194912310038')];
    assert.equal(wrongPhone.kind, 'failed');
    assert.deepEqual(plain(wrongPhone), plain(wrongId));
  }),
);

storeTest(
  'a source that has named too many people is limited, and no customer is locked by it',
  inFactorLab(async ({ checkIdentity, settle }) => {
    for (let n = 0; n < policy.source.failedIdentificationsPerHour; n++)
      await settle(await checkIdentity(context(), `nobody-${n}`, ID));
    assert.equal((await checkIdentity(context(), phoneIndex, ID)).kind, 'limited');
    assert.equal((await checkIdentity(context(), 'nobody-0', ID)).kind, 'failed');
    const elsewhere = await checkIdentity(context({ sourceIndex: 'elsewhere' }), phoneIndex, ID);
    assert.equal(elsewhere.kind, 'passed');
  }),
);
