import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { heard, identifiedCaller, key, orderTransfer, verifiedCaller } from './support/callers.ts';
import { demoCustomer, startWorld, type World } from './support/world.ts';

const lina = demoCustomer(({ id }) => id === 'demo-01');

/** A world whose customer accepted these versions; the shipped policy names 2026-1 of both. */
async function worldWith(
  t: TestContext,
  facts: { readonly agreement_version?: string; readonly risk_notice_version?: string },
  unknown: 'tolerated' | 'refused' = 'tolerated',
): Promise<World> {
  const world = await startWorld({
    changeRelease: (release) => ({
      ...release,
      policy: { ...release.policy, consent: { ...release.policy.consent, unknown } },
    }),
  });
  t.after(() => world.stop());
  await world
    .knex('customers')
    .where({ id: lina.id })
    .update({ agreement_version: null, ...facts });
  return world;
}

async function transfer(world: World) {
  const phone = await verifiedCaller(world, lina, { intent: 'transfer' });
  if (phone.step === 'details.payee') await orderTransfer(phone, { amount: 1_000 });
  return phone;
}

const REFUSED = /您还没有确认现行的服务协议和风险提示/;

for (const [what, facts, unknown] of [
  [
    'an agreement that is not in force',
    { agreement_version: '2025-1', risk_notice_version: '2026-1' },
    'tolerated',
  ],
  [
    'a risk notice that is not in force',
    { agreement_version: '2026-1', risk_notice_version: '2025-1' },
    'tolerated',
  ],
  ['an agreement nothing is known of, where that is refused', {}, 'refused'],
] as const)
  test(`${what} takes no transfer: the reason and the way out are said after the PIN (E1.2, E3.2)`, async (t) => {
    const world = await worldWith(t, facts, unknown);
    const phone = await transfer(world);
    assert.match(heard(phone).join('\n'), REFUSED);
    assert.deepEqual(await world.knex('codes'), []);
    const ticket = await world.knex('handoffs').where({ call_id: phone.callSid }).first();
    assert.deepEqual([ticket.reason, ticket.queue], ['agreement_needed', 'service']);
  });

test('the versions in force allow a transfer, and so does what is not known where that is tolerated', async (t) => {
  for (const facts of [{ agreement_version: '2026-1', risk_notice_version: '2026-1' }, {}]) {
    const phone = await transfer(await worldWith(t, facts));
    assert.equal(phone.step, 'code.entry');
  }
});

test('without it one can still look, repay the own loan and freeze', async (t) => {
  const world = await worldWith(t, { agreement_version: '2025-1' });
  const looking = await verifiedCaller(world, lina, { intent: 'enquiry' });
  assert.equal(looking.step, 'confirm.identity');
  await looking.hangUp();
  const freezing = await identifiedCaller(world, lina, { intent: 'freeze' });
  assert.match(heard(freezing).join('\n'), /冻结/);
  const { freeze } = await world.knex('customers').where({ id: lina.id }).first('freeze');
  assert.notEqual(freeze, 'none');
  await freezing.hangUp();
});

test('the gate asks again: an agreement that ends between the read-back and the yes stops the order (invariant 22)', async (t) => {
  const world = await worldWith(t, { agreement_version: '2026-1', risk_notice_version: '2026-1' });
  const phone = await verifiedCaller(world, lina, { intent: 'loan_application' });
  await key(phone, '1000#');
  await world.knex('customers').where({ id: lina.id }).update({ agreement_version: '2025-1' });
  await key(phone, '11');
  const entries = await world
    .knex('ledger_entries')
    .where({ stream_id: phone.callSid })
    .select('type', 'data');
  const refused = entries.find(({ type }) => type === 'order.refused');
  assert.equal(JSON.parse(refused?.data ?? '{}').reason, 'agreement_needed');
  assert.ok(!entries.some(({ type }) => type === 'order.carried'));
});
