import assert from 'node:assert/strict';
import { seedDemoStaff } from '../../db/seeds/demo-staff.ts';
import { storeTest } from '../../test/support/databases.ts';
import { demoStaff } from '../../test/support/desk.ts';
import { onDuty, QUICK_ARGON2, staffParts } from '../../test/support/staff.ts';
import { entriesOf } from '../ledger/ledger.store.ts';
import { HOUR, MINUTE } from '../platform/clock.ts';
import { policySchema } from '../policy/policy.ts';
import type { Knex } from '../storage/connect.ts';
import { type ShiftStep, takeShiftStep, workload } from './shift.service.ts';
import { sessionStream } from './staff-record.service.ts';

const NOW = Date.UTC(2026, 0, 15);
/** As a policy of before there was a desk has it. */
const staff = policySchema.shape.staff.parse(undefined);
type Policy = Parameters<typeof workload>[2];
const policy = { staff } as Policy;

async function agentOf(knex: Knex) {
  const parts = staffParts(knex);
  await seedDemoStaff(knex, parts.keyring, QUICK_ARGON2, parts.random, NOW);
  const agent = await onDuty(knex, demoStaff('agent'));
  return {
    agent,
    take: (step: ShiftStep, at: number) => takeShiftStep(parts, policy, agent, step, at),
    stands: (at: number) => workload(knex, agent.id, policy, at),
  };
}

storeTest('a shift with its break, as its owner takes it, stands in the record', async (knex) => {
  const { agent, take, stands } = await agentOf(knex);
  for (const [step, at] of [
    ['begin', NOW],
    ['break', NOW + 2 * HOUR],
    ['resume', NOW + 2 * HOUR + 15 * MINUTE],
    ['end', NOW + 4 * HOUR],
  ] as const)
    assert.deepEqual(await take(step, at), { kind: 'done' }, step);
  assert.equal((await stands(NOW + 5 * HOUR)).mayStartAt, NOW + 15 * HOUR);
  const entries = await entriesOf(knex, sessionStream(agent.session));
  assert.deepEqual(
    entries.map(({ type, data }) => [type, data.event]),
    ['begin', 'break', 'resume', 'end'].map((step) => ['staff.shift', step]),
  );
});

storeTest('steps that do not follow are refused and change nothing', async (knex) => {
  const { take } = await agentOf(knex);
  const refused = { kind: 'refused', reason: 'out_of_order' };
  for (const step of ['break', 'resume', 'end'] as const)
    assert.deepEqual(await take(step, NOW), refused, step);
  await take('begin', NOW);
  assert.deepEqual(await take('begin', NOW + 1), refused);
  assert.deepEqual(await take('resume', NOW + 1), refused);
  await take('end', NOW + HOUR);
  assert.deepEqual(await take('begin', NOW + 2 * HOUR), { kind: 'refused', reason: 'resting' });
  assert.deepEqual(await take('begin', NOW + 12 * HOUR), { kind: 'done' });
});

storeTest('a shift that nobody ended is over at its limit, so that the next may begin', async (knex) => {
  const { take, stands } = await agentOf(knex);
  await take('begin', NOW);
  await take('break', NOW + 9 * HOUR);
  assert.deepEqual(await take('end', NOW + 22 * HOUR), { kind: 'done' });
  assert.equal((await stands(NOW + 22 * HOUR)).mayStartAt, undefined);
  assert.deepEqual(await take('begin', NOW + 22 * HOUR), { kind: 'done' });
});

storeTest('roles without calls have no shifts', async (knex) => {
  const { agent } = await agentOf(knex);
  const parts = staffParts(knex);
  const administrator = { ...agent, role: 'administrator' as const };
  const answer = await takeShiftStep(parts, policy, administrator, 'begin', NOW);
  assert.deepEqual(answer, { kind: 'refused', reason: 'not_allowed' });
});
