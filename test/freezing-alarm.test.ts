import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { DEMO_CUSTOMERS } from '../db/seeds/demo-customers.ts';
import { alarmsOf } from '../src/fraud/alarms.store.ts';
import { freezingWatch } from '../src/freeze/freezing-watch.service.ts';
import { DAY, HOUR, SECOND } from '../src/platform/clock.ts';
import { memoryTelemetry } from '../src/telemetry/memory.ts';
import { identifiedCaller, registeredNumber, strangersNumber, worldOf } from './support/callers.ts';
import { isFrozen } from './support/freeze-walk.ts';
import type { World } from './support/world.ts';

const VICTIMS = DEMO_CUSTOMERS.filter(({ phone }) => phone !== undefined).slice(0, 7);

/** A watch whose timer rings when told to, and what it logged. */
function watchOn(t: TestContext, world: World) {
  const events: { readonly name: string; readonly attributes: object }[] = [];
  const timers: (() => void)[] = [];
  const telemetry = memoryTelemetry();
  const watch = freezingWatch({
    knex: world.knex,
    clock: world.clock,
    policy: () => world.release.policy,
    log: { event: (name, attributes = {}) => void events.push({ name, attributes }) },
    telemetry,
    startTimer: (_milliseconds, ring) => {
      timers.push(ring);
      return () => void timers.splice(0);
    },
  });
  t.after(() => watch.stop());
  watch.start();
  const look = async () => {
    await watch.idle();
    world.clock.advance(20 * SECOND);
    timers.splice(0)[0]?.();
    await watch.idle();
  };
  return { events, telemetry, look };
}

async function freeze(world: World, victim: (typeof VICTIMS)[number], from: string): Promise<void> {
  const phone = await identifiedCaller(world, victim, { intent: 'freeze', from, line: 'en-US' });
  await phone.listen();
  assert.equal(phone.queue, 'fraud');
  await phone.hangUp();
  assert.ok(await isFrozen(world, victim.id), 'no alarm and no count stands before a freeze (invariant 41)');
}

test('one number that freezes many strangers raises one alarm, and each of them is frozen all the same (R18.1)', async (t) => {
  const world = await worldOf(t);
  const { events, telemetry, look } = watchOn(t, world);
  const most = world.release.policy.freezing.customers;
  assert.ok(VICTIMS.length > most);
  for (const [index, victim] of VICTIMS.entries()) {
    await freeze(world, victim, strangersNumber(7));
    await look();
    const raised = events.filter(({ name }) => name === 'alarm.raised').length;
    assert.equal(raised, index + 1 < most ? 0 : 1, `after ${index + 1} customers`);
  }
  assert.deepEqual(events[0]?.attributes, { kind: 'freezing', customers: most, sources: 1, failures: 0 });
  assert.equal(await telemetry.count('hotline.alarms', { kind: 'freezing' }), 1);
  const [alarm, ...others] = await alarmsOf(world.knex, 'freezing');
  assert.deepEqual([others, alarm?.customers], [[], VICTIMS.length]);
  world.clock.advance(DAY + 2 * HOUR);
  await look();
  assert.equal(events.at(-1)?.name, 'alarm.ended');
});

test('customers who each freeze from their own number raise none', async (t) => {
  const world = await worldOf(t);
  const { events, look } = watchOn(t, world);
  for (const victim of VICTIMS) await freeze(world, victim, registeredNumber(victim));
  await look();
  assert.deepEqual(events, []);
});
