import assert from 'node:assert/strict';
import { storeTest } from '../../test/support/databases.ts';
import { TEST_KEYS } from '../../test/support/keys.ts';
import { seededRandom } from '../platform/random.ts';
import type { CarrierCommand } from './carrier-command.ts';
import { claimCommands, endCommand, insertCommands, postponeCommand } from './carrier-commands.store.ts';

const keyring = TEST_KEYS;
const random = seededRandom('commands');
const endLeg = (callId: string): CarrierCommand => ({ kind: 'end_leg', callId });

storeTest('commands leave in order within a hand-off, and beside each other between them', async (knex) => {
  await insertCommands(knex, keyring, random, 'h1', [endLeg('CA1'), endLeg('CA2')], 10);
  await insertCommands(knex, keyring, random, 'h2', [endLeg('CA3')], 11);
  await insertCommands(knex, keyring, random, 'h1', [endLeg('CA4')], 12);
  const claim = () => claimCommands(knex, keyring, 20, 100, 9);
  const first = await claim();
  assert.deepEqual(
    first.map(({ handoffId, number, command }) => [handoffId, number, command]),
    [
      ['h1', 1, endLeg('CA1')],
      ['h2', 1, endLeg('CA3')],
    ],
  );
  assert.deepEqual(await claim(), [], 'the next waits for the one before it');
  const [one] = first;
  assert.ok(one);
  assert.equal(await endCommand(knex, one, 'done'), true);
  assert.equal(await endCommand(knex, one, 'gone'), false);
  const [second] = await claim();
  assert.deepEqual(second?.command, endLeg('CA2'));
});

storeTest(
  'a command that nobody ended is sent again once its lease is over; the number of staff is sealed',
  async (knex) => {
    const to = '+8613900000001';
    const call: CarrierCommand = {
      ...{ kind: 'call_staff', handoff: 'h1', conference: 'h-h1', label: { role: 'agent', number: 1 }, to },
      ...{ language: 'zh-CN', ringSeconds: 20 },
    };
    await insertCommands(knex, keyring, random, 'h1', [call], 10);
    const [row] = await knex('carrier_commands');
    assert.ok(!JSON.stringify(row).includes(to));
    const [first] = await claimCommands(knex, keyring, 10, 100, 9);
    assert.ok(first);
    assert.deepEqual(await claimCommands(knex, keyring, 109, 100, 9), []);
    const [again] = await claimCommands(knex, keyring, 110, 100, 9);
    assert.equal(again?.tries, 2);
    await postponeCommand(knex, first, 0);
    assert.deepEqual(
      await claimCommands(knex, keyring, 111, 100, 9),
      [],
      'who lost the lease decides nothing',
    );
    assert.ok(again);
    await postponeCommand(knex, again, 150);
    assert.equal((await claimCommands(knex, keyring, 150, 100, 9)).length, 1);
  },
);

storeTest('of many that claim a command one gets it', async (knex) => {
  await insertCommands(knex, keyring, random, 'h1', [endLeg('CA1')], 1);
  const claimed = await Promise.all(Array.from({ length: 8 }, () => claimCommands(knex, keyring, 5, 100, 9)));
  assert.equal(claimed.flat().length, 1);
});
