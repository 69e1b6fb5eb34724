import assert from 'node:assert/strict';
import { storeTest } from '../../test/support/databases.ts';
import { seededRandom } from '../platform/random.ts';
import {
  dueHandoffs,
  findDeskHandoff,
  handoffsLeft,
  handoffsOfStaff,
  insertDeskHandoff,
  lastWaits,
  openHandoffOfCall,
  placeInQueue,
  ticketsWithoutHandoff,
  updateDeskHandoff,
  waitingHandoffs,
} from './desk-handoffs.store.ts';
import { type DeskHandoff, newHandoff } from './handoff.ts';
import { insertHandoff, leaveQueue } from './handoffs.store.ts';

const handoff = (id: string, changes: Partial<DeskHandoff> = {}): DeskHandoff => ({
  ...newHandoff({
    ...{ id, callId: `CA${id}`, queue: 'verification', language: 'vi-VN', namesCustomer: true },
    enteredAt: 1_000,
  }),
  ...changes,
});

storeTest('a hand-off is written once and comes back as it was', async (knex) => {
  const whole = handoff('h1', {
    state: 'talking',
    agent: { id: 'anna', leg: { number: 2, callId: 'CAleg', joined: true, sequence: 7 } },
    supervisor: {
      id: 'sue',
      leg: { number: 1, callId: undefined, joined: false, sequence: 0 },
      voice: 'listen',
      until: 9,
    },
    labels: { caller: 1, agent: 2, supervisor: 1 },
    takenAt: 2_000,
    talkedAt: 3_000,
    front: true,
  });
  assert.equal(await insertDeskHandoff(knex, whole), true);
  assert.equal(await insertDeskHandoff(knex, handoff('h1')), false);
  const found = await findDeskHandoff(knex, 'h1');
  // JSON leaves out what is undefined.
  assert.deepEqual(JSON.parse(JSON.stringify(found)), JSON.parse(JSON.stringify(whole)));
  assert.equal(await findDeskHandoff(knex, 'h2'), undefined);
});

storeTest('of many steps over one version one is written', async (knex) => {
  await insertDeskHandoff(knex, handoff('h1'));
  const written = await Promise.all(
    Array.from({ length: 8 }, (_, n) =>
      knex.transaction((trx) =>
        updateDeskHandoff(trx, handoff('h1', { version: 2, agent: undefined, enteredAt: n })),
      ),
    ),
  );
  assert.equal(written.filter(Boolean).length, 1);
  assert.equal((await findDeskHandoff(knex, 'h1'))?.enteredAt, written.indexOf(true));
});

storeTest('places are counted in a queue: those who are brought back first, then by age', async (knex) => {
  const all = [
    handoff('old', { enteredAt: 1 }),
    handoff('young', { enteredAt: 3 }),
    handoff('back', { enteredAt: 2, front: true, state: 'agent_lost' }),
    handoff('offered', { enteredAt: 2, state: 'offered' }),
    handoff('talks', { enteredAt: 0, state: 'talking' }),
    handoff('other', { enteredAt: 0, queue: 'fraud' }),
  ];
  for (const one of all) await insertDeskHandoff(knex, one);
  const places = await Promise.all(all.slice(0, 4).map((one) => placeInQueue(knex, one)));
  assert.deepEqual(places, [2, 4, 1, 3]);
  assert.deepEqual((await waitingHandoffs(knex)).map(({ id }) => id).sort(), [
    'back',
    'offered',
    'old',
    'other',
    'young',
  ]);
});

storeTest('what is due, whose it is, and the call it is about are found', async (knex) => {
  const agent = { id: 'anna', leg: { number: 1, callId: 'CAa', joined: true, sequence: 1 } };
  await insertDeskHandoff(knex, handoff('due', { state: 'offered', until: 500, agent }));
  await insertDeskHandoff(knex, handoff('later', { state: 'talking', heldSince: 5_000, agent }));
  await insertDeskHandoff(knex, handoff('closed', { state: 'closed', until: 1, agent }));
  assert.deepEqual(await dueHandoffs(knex, 499, 9), []);
  assert.deepEqual(await dueHandoffs(knex, 500, 9), ['due']);
  assert.deepEqual(
    (await handoffsOfStaff(knex, 'anna')).map(({ id }) => id),
    ['later', 'due'],
  );
  assert.equal((await openHandoffOfCall(knex, 'CAdue'))?.id, 'due');
  assert.equal(await openHandoffOfCall(knex, 'CAclosed'), undefined);
});

storeTest('tickets of others are taken in, and those that left are told', async (knex) => {
  const random = seededRandom('tickets');
  const ticket = {
    reason: 'pin_forgotten',
    level: 'L1',
    language: 'vi-VN',
    step: 'pin.query',
    now: 7,
  } as const;
  const { id } = await insertHandoff(knex, random, { ...ticket, callId: 'CA1' });
  const [found] = await ticketsWithoutHandoff(knex, 5);
  assert.deepEqual(found, {
    ...{ id, callId: 'CA1', queue: 'verification', language: 'vi-VN', enteredAt: 7, namesCustomer: false },
  });
  assert.ok(found);
  await insertDeskHandoff(knex, newHandoff(found));
  assert.deepEqual(await ticketsWithoutHandoff(knex, 5), []);
  assert.deepEqual(await handoffsLeft(knex), []);
  await leaveQueue(knex, 'CA1', 'hung_up', 9);
  assert.deepEqual(await handoffsLeft(knex), [{ id, result: 'hung_up' }]);
});

storeTest('the last waits of a queue, in seconds', async (knex) => {
  for (const [n, taken] of [2_000, 61_000, 31_000].entries())
    await insertDeskHandoff(knex, handoff(`h${n}`, { state: 'talking', takenAt: taken }));
  await insertDeskHandoff(knex, handoff('fraud', { queue: 'fraud', takenAt: 9_000 }));
  assert.deepEqual(await lastWaits(knex, 'verification', 2_000, 5), [60, 30]);
  assert.deepEqual(await lastWaits(knex, 'verification', 0, 1), [60]);
});
