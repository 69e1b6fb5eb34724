import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Phone } from '../phone-sim/phone.ts';
import { CALL_HEADS } from '../src/cli/audit.command.ts';
import { insertHandoff } from '../src/escalation/handoffs.store.ts';
import { entriesOfCall } from '../src/ledger/ledger.store.ts';
import { callStream } from '../src/ledger/stream.ts';
import { verifyStored } from '../src/ledger/verify.service.ts';
import { ManualClock, SECOND } from '../src/platform/clock.ts';
import { seededRandom } from '../src/platform/random.ts';
import { connect, forTurns, type Knex } from '../src/storage/connect.ts';
import { callerWhoFailed, key, verifiedCaller, worldOf } from './support/callers.ts';
import { problemsOfRecord } from './support/crash-checks.ts';
import { DeskLab, member } from './support/desk-lab.ts';
import { startPostgres, type TestPostgres } from './support/postgres.ts';
import { demoCustomer, type World } from './support/world.ts';

const LINA = demoCustomer(({ id }) => id === 'demo-01');
const ANNA = { id: 'anna', phone: 'sip:anna@desk.example' };

function deskOf(world: World, seed?: string): DeskLab {
  const { knex, clock, config } = world;
  return new DeskLab({ knex, clock, keyring: config.keyring }, seed);
}

async function typesRecorded(world: World, phone: Phone): Promise<readonly string[]> {
  const entries = await entriesOfCall(world.knex, phone.callSid);
  return entries.filter(({ type }) => /^(handoff|levels)\./.test(type)).map(({ type }) => type);
}

async function expectWhole(world: World, phone: Phone): Promise<void> {
  assert.deepEqual((await verifyStored(world.knex, callStream(phone.callSid), CALL_HEADS)).differences, []);
  assert.deepEqual(await problemsOfRecord(world, phone.callSid), []);
}

describe('a caller who waits for a person', () => {
  test('is offered, taken, talks, holds, ends and is written up, in the record of their own call', async (t) => {
    const world = await worldOf(t);
    const desk = deskOf(world);
    const phone = await callerWhoFailed(world, LINA, { intent: 'enquiry' });
    const callId = phone.callSid;
    desk.carrierOf(callId);
    await desk.offering.round();
    assert.equal((await desk.ofCall(callId)).state, 'waiting', 'nobody is there');
    await desk.arrives(member('anna'));
    await desk.offering.round();
    const offered = await desk.ofCall(callId);
    assert.deepEqual([offered.state, offered.agent?.id, offered.queue], ['offered', 'anna', 'verification']);
    assert.equal((await desk.handoffs.step(offered.id, { kind: 'take', by: ANNA })).kind, 'changed');
    await desk.settle(callId);
    assert.equal((await desk.ofCall(callId)).state, 'talking');
    assert.deepEqual(
      desk.sent.map(({ kind }) => kind),
      ['call_staff', 'join_caller'],
    );
    for (const held of [true, false]) {
      await desk.handoffs.step(offered.id, { kind: 'hold', by: 'anna', held });
      await desk.settle(callId);
    }
    await desk.handoffs.step(offered.id, { kind: 'end', by: 'anna' });
    await desk.settle(callId);
    assert.equal((await desk.ofCall(callId)).state, 'wrap_up');
    assert.equal(desk.carrierOf(callId).place, 'dead');
    await phone.hangUp();
    await desk.handoffs.step(offered.id, { kind: 'wrap_up', by: 'anna', outcome: 'answered' });
    const closed = await desk.handoffs.find(world.knex, offered.id);
    assert.deepEqual([closed?.state, closed?.end], ['closed', 'answered']);
    const ticket = await world.knex('handoffs').where({ id: offered.id }).first();
    assert.deepEqual([ticket.state, ticket.result], ['left', 'answered']);
    const recorded = await typesRecorded(world, phone);
    for (const type of ['handoff.offered', 'handoff.taken', 'handoff.leg', 'handoff.moved', 'handoff.closed'])
      assert.ok(recorded.includes(type), `${type} is recorded: ${recorded}`);
    const [presence] = await world.knex('desk_presence').where({ staff_id: 'anna' });
    assert.equal(presence.state, 'ready');
    await expectWhole(world, phone);
  });

  test('a caller who hangs up while an offer stands is nobody’s to take', async (t) => {
    const world = await worldOf(t);
    const desk = deskOf(world);
    const phone = await callerWhoFailed(world, LINA, { intent: 'enquiry' });
    await desk.arrives(member('anna'));
    await desk.offering.round();
    const { id } = await desk.ofCall(phone.callSid);
    await phone.hangUp();
    const taken = await desk.handoffs.step(id, { kind: 'take', by: ANNA });
    assert.deepEqual([taken.kind, taken.handoff?.state], ['refused', 'closed']);
    assert.equal((await world.knex('carrier_commands')).length, 0, 'nobody’s phone rings for a dead call');
    const offers = await world.knex('desk_offers').select('result');
    assert.deepEqual(offers, [{ result: 'withdrawn' }]);
  });

  test('two offers that nobody answers: the person is asked whether they are there, and the next one is offered', async (t) => {
    const world = await worldOf(t);
    const desk = deskOf(world);
    const phone = await callerWhoFailed(world, LINA, { intent: 'enquiry' });
    await desk.arrives(member('anna', { since: 1 }));
    for (let miss = 0; miss < 2; miss++) {
      await desk.offering.round();
      assert.equal((await desk.ofCall(phone.callSid)).agent?.id, 'anna');
      world.clock.advance(30 * SECOND);
      await desk.arrives({ ...member('anna', { since: 1 }), misses: miss });
      await desk.offering.round();
    }
    const [presence] = await world.knex('desk_presence').where({ staff_id: 'anna' });
    assert.equal(presence.state, 'asked');
    await desk.arrives(member('ben'));
    await desk.offering.round();
    assert.equal((await desk.ofCall(phone.callSid)).agent?.id, 'ben');
    assert.equal(phone.state, 'queued');
  });

  test('a hold beyond the limit takes away what PIN and code had proved, and nothing else (invariant 54)', async (t) => {
    const world = await worldOf(t);
    const desk = deskOf(world);
    const phone = await verifiedCaller(world, LINA, { intent: 'transfer' });
    await key(phone, '0');
    const callId = phone.callSid;
    desk.carrierOf(callId);
    await desk.arrives(member('anna'));
    await desk.offering.round();
    const { id } = await desk.ofCall(callId);
    await desk.handoffs.step(id, { kind: 'take', by: ANNA });
    await desk.settle(callId);
    await desk.handoffs.step(id, { kind: 'hold', by: 'anna', held: true });
    assert.ok(!(await typesRecorded(world, phone)).includes('levels.lowered'));
    world.clock.advance(120 * SECOND);
    await desk.arrives(member('anna', { state: 'busy' }));
    await desk.offering.round();
    assert.ok((await typesRecorded(world, phone)).includes('levels.lowered'));
    await expectWhole(world, phone);
  });

  test('a process that dies after a commit leaves its commands to another one', async (t) => {
    const world = await worldOf(t);
    const first = deskOf(world, 'first');
    const phone = await callerWhoFailed(world, LINA, { intent: 'enquiry' });
    await first.arrives(member('anna'));
    await first.offering.round();
    const { id } = await first.ofCall(phone.callSid);
    await first.handoffs.step(id, { kind: 'take', by: ANNA });
    const second = deskOf(world, 'second');
    second.carrierOf(phone.callSid);
    await second.settle(phone.callSid);
    assert.equal((await second.ofCall(phone.callSid)).state, 'talking');
    assert.equal(first.sent.length, 0);
  });

  test('a carrier that does not answer is asked again, and one that refuses sends the caller to the next person', async (t) => {
    const world = await worldOf(t);
    const desk = deskOf(world);
    const phone = await callerWhoFailed(world, LINA, { intent: 'enquiry' });
    desk.carrierOf(phone.callSid);
    await desk.arrives(member('anna'));
    await desk.offering.round();
    const { id } = await desk.ofCall(phone.callSid);
    await desk.handoffs.step(id, { kind: 'take', by: ANNA });
    desk.answer = () => ({ kind: 'retry' });
    await desk.sender.sendDue();
    assert.equal(await desk.sender.sendDue(), 0, 'not at once');
    world.clock.advance(SECOND);
    desk.answer = () => ({ kind: 'refused', carrierError: 13_223 });
    await desk.sender.sendDue();
    const handoff = await desk.ofCall(phone.callSid);
    assert.equal(handoff.state, 'waiting');
    assert.equal(desk.sent.length, 2);
  });
});

describe('two processes on one PostgreSQL', { timeout: 240_000 }, () => {
  let postgres: TestPostgres;
  before(async () => {
    postgres = await startPostgres({ withoutSyncing: true });
  });
  after(() => postgres?.stop());

  test('two that offer different callers to the same person at once: one offer is made', async (t) => {
    const url = await postgres.newMigratedDatabase();
    const knexes = [1, 2].map(() => connect(forTurns({ kind: 'postgres', url })));
    t.after(() => Promise.all(knexes.map((knex) => knex.destroy())));
    const { config } = await worldOf(t);
    const clock = new ManualClock();
    const [one, other] = knexes.map(
      (knex, n) => new DeskLab({ knex, clock, keyring: config.keyring }, `desk ${n}`),
    );
    assert.ok(one && other);
    for (let round = 0; round < 15; round++) {
      const ids = await Promise.all(
        ['a', 'b'].map(async (which) => {
          const callId = `CA${round}${which}`;
          const { id } = await insertHandoff(one.parts.knex, seededRandom(callId), {
            ...{ callId, reason: 'pin_forgotten', level: 'L1', language: 'en-US', step: 'pin.entry' },
            now: clock.now(),
          });
          return id;
        }),
      );
      await one.offering.round();
      const anna = `anna${round}`;
      await one.arrives(member(anna));
      const until = clock.now() + 20 * SECOND;
      await Promise.all(
        ids.map((id, n) => (n ? one : other).handoffs.step(id, { kind: 'offer', to: anna, until })),
      );
      const offered: unknown[] = await one.parts.knex('desk_handoffs').where({ agent_id: anna });
      assert.equal(offered.length, 1, `round ${round}`);
    }
  });

  test('of two that take the same offer at once exactly one wins', async (t) => {
    const url = await postgres.newMigratedDatabase();
    const open = () => connect(forTurns({ kind: 'postgres', url }));
    const knexes: readonly Knex[] = [open(), open()];
    t.after(() => Promise.all(knexes.map((knex) => knex.destroy())));
    const clock = new ManualClock();
    const world = await worldOf(t);
    const desks = knexes.map(
      (knex, n) => new DeskLab({ knex, clock, keyring: world.config.keyring }, `desk ${n}`),
    );
    const [one, other] = desks;
    assert.ok(one && other);
    await one.arrives(member('anna'));
    for (let round = 0; round < 20; round++) {
      await insertHandoff(one.parts.knex, seededRandom(`round ${round}`), {
        ...{
          callId: `CA${round}`,
          reason: 'pin_forgotten',
          level: 'L1',
          language: 'en-US',
          step: 'pin.entry',
        },
        now: clock.now() + round,
      });
      await one.arrives(member('anna'));
      // Both processes look at once: one offer comes of it.
      await Promise.all(desks.map((desk) => desk.offering.round()));
      const { id } = await one.ofCall(`CA${round}`);
      const taken: readonly { readonly kind: string }[] = await Promise.all(
        Array.from({ length: 8 }, (_, n) =>
          (n % 2 ? one : other).handoffs.step(id, { kind: 'take', by: ANNA }),
        ),
      );
      assert.equal(taken.filter(({ kind }) => kind === 'changed').length, 1, `round ${round}`);
      const offers: unknown[] = await one.parts.knex('desk_offers').where({ handoff_id: id });
      const commands: unknown[] = await one.parts.knex('carrier_commands').where({ handoff_id: id });
      assert.deepEqual([offers.length, commands.length], [1, 1]);
      await one.handoffs.step(id, { kind: 'end', by: 'anna' });
      await one.parts.knex('handoffs').where({ id }).update({ state: 'left', result: 'hung_up' });
      await one.offering.round();
    }
  });
});
