import assert from 'node:assert/strict';
import { test } from 'node:test';
import { customerById } from '../src/customers/customers.store.ts';
import { carriedCodes } from '../src/factors/code/code.store.ts';
import { messageWords } from '../src/outbox/message-words.ts';
import { notify } from '../src/outbox/notify.service.ts';
import { OutboxStore } from '../src/outbox/outbox.store.ts';
import { DAY, HOUR, MINUTE } from '../src/platform/clock.ts';
import { seededRandom } from '../src/platform/random.ts';
import { registeredNumber, worldOf } from './support/callers.ts';
import { demoCustomer, type World } from './support/world.ts';

const lina = demoCustomer(({ id }) => id === 'demo-01');
type Purpose = 'action_notice' | 'lock_notice' | 'freeze_notice';

/** Tells the customer of so many events, each in a transaction of its own as a turn's is. */
async function tell(world: World, times: number, purpose: Purpose = 'action_notice', countries?: string[]) {
  const { knex, config, clock, release } = world;
  const outbox = new OutboxStore(config.keyring, seededRandom(`${purpose} ${clock.now()}`), carriedCodes);
  const customer = await customerById(knex, lina.id);
  assert.ok(customer);
  const limits = { ...release.policy.notices, ...(countries ? { countries } : {}) };
  const budget = purpose === 'action_notice' ? { limits, words: messageWords(release) } : ('always' as const);
  for (let n = 0; n < times; n++)
    await knex.transaction((transaction) =>
      notify(transaction, { keyring: config.keyring, outbox }, customer, {
        ...{ purpose, callId: 'CA1', body: `${purpose} ${n}`, budget },
        now: clock.now(),
      }),
    );
}

async function told(world: World): Promise<readonly string[]> {
  await world.deliver();
  return (await world.messagesTo(registeredNumber(lina))).map(({ body }) => body);
}

test('forty events in a day are ten messages and one that sums up thirty, then nothing more that day (R21)', async (t) => {
  const world = await worldOf(t);
  await tell(world, 40);
  assert.equal((await told(world)).length, 10);
  world.clock.advance(11 * MINUTE);
  const all = await told(world);
  assert.equal(all.length, 11);
  assert.match(all.at(-1) ?? '', /另有30项变动/);
  await tell(world, 5);
  world.clock.advance(HOUR);
  assert.equal((await told(world)).length, 11);
  world.clock.advance(DAY);
  await tell(world, 1);
  assert.equal((await told(world)).length, 12);
});

test('a freeze and a lock are told whatever the budget, wherever the number is (V8, RTS art. 4(4))', async (t) => {
  const world = await worldOf(t);
  await tell(world, 12);
  await tell(world, 1, 'freeze_notice');
  await tell(world, 1, 'lock_notice');
  const all = await told(world);
  assert.deepEqual(all.slice(10), ['freeze_notice 0', 'lock_notice 0']);
});

test('a number of a country that no notices go to is told nothing else', async (t) => {
  const world = await worldOf(t);
  await tell(world, 1, 'action_notice', ['VN']);
  assert.deepEqual(await told(world), []);
});
