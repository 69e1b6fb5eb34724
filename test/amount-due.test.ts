import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { expectStep, heard, heardSince, key, verifiedCaller } from './support/callers.ts';
import { demoCustomer, startWorld, type World, type WorldOptions } from './support/world.ts';

const lina = demoCustomer(({ id }) => id === 'demo-01');

/** A world where the customer's one loan stands like this. */
async function worldWith(
  t: TestContext,
  loan: { readonly due_minor?: number; readonly outstanding_minor?: number; readonly due_on?: string },
  options: WorldOptions = {},
): Promise<World> {
  const world = await startWorld(options);
  t.after(() => world.stop());
  await world.knex('bank_loans').where({ customer_id: lina.id }).update(loan);
  return world;
}

for (const outstanding_minor of [600, 12_000_000])
  test(`an amount due below the minimum is paid exactly, of ${outstanding_minor} owed (S6)`, async (t) => {
    const world = await worldWith(t, { due_minor: 600, outstanding_minor });
    const phone = await verifiedCaller(world, lina, { intent: 'repayment' });
    expectStep(phone, 'details.dueOrOther');
    await key(phone, '1');
    expectStep(phone, 'confirm.identity');
    await key(phone, '1');
    await key(phone, '1');
    const loan = await world.knex('bank_loans').where({ customer_id: lina.id }).first();
    assert.deepEqual([loan.due_minor, loan.outstanding_minor], [0, outstanding_minor - 600]);
    assert.match(heard(phone).join('\n'), /还款成功，金额人民币6元/);
    await phone.hangUp();
  });

test('any other amount below the minimum is refused, and what is due is under every other limit', async (t) => {
  const changeRelease: WorldOptions['changeRelease'] = (release) => ({
    ...release,
    policy: {
      ...release.policy,
      amounts: { ...release.policy.amounts, minimum: { ...release.policy.amounts.minimum, CNY: 5_000 } },
    },
  });
  const world = await worldWith(t, { due_minor: 2_300 }, { changeRelease });
  const phone = await verifiedCaller(world, lina, { intent: 'repayment' });
  await key(phone, '2');
  await key(phone, '24#');
  assert.match(heard(phone).join('\n'), /低于电话办理的最低金额/);
  await key(phone, '2');
  await key(phone, '23#');
  expectStep(phone, 'confirm.identity');
  await phone.hangUp();

  await world.knex('bank_accounts').where({ customer_id: lina.id }).update({ balance_minor: 2_299 });
  const poor = await verifiedCaller(world, lina, { intent: 'repayment' });
  const before = heard(poor).length;
  await key(poor, '1');
  assert.match(heardSince(poor, before), /余额/);
  await poor.hangUp();
});
