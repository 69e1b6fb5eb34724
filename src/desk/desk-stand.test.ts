import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HandoffStand } from '../escalation/desk-handoffs.store.ts';
import type { PresenceStand } from '../escalation/desk-presence.store.ts';
import { boardMark, type DeskStand, ownMark, queueStands } from './desk-stand.ts';

function handoff(id: string, changes: Partial<HandoffStand> = {}): HandoffStand {
  return {
    ...{ id, callId: `call-${id}`, queue: 'service', language: 'en-US', state: 'waiting', version: 1 },
    ...{ agentId: undefined, enteredAt: 1_000, takenAt: undefined },
    ...changes,
  };
}

const LIN: PresenceStand = {
  ...{
    staffId: 'lin',
    state: 'ready',
    since: 5,
    seenAt: 10,
    misses: 0,
    name: 'Lin',
    number: '4833',
    tier: 2,
  },
  languages: ['en-US'],
};

function stand(handoffs: readonly HandoffStand[], presences: readonly PresenceStand[] = [LIN]): DeskStand {
  return { handoffs, presences, pages: new Map(), touched: new Map() };
}

test('callers who wait are counted by queue, with the longest; a caller who is with somebody does not wait', () => {
  const queues = queueStands(
    stand([
      handoff('one', { enteredAt: 3_000 }),
      handoff('two', { state: 'offered', enteredAt: 2_000 }),
      handoff('three', { state: 'agent_lost', queue: 'fraud' }),
      handoff('four', { state: 'talking', enteredAt: 1 }),
    ]),
  );
  assert.deepEqual(
    queues.map(({ queue, waiting, since }) => [queue, waiting, since]),
    [
      ['verification', 0, undefined],
      ['complaints', 0, undefined],
      ['fraud', 1, 1_000],
      ['service', 2, 2_000],
    ],
  );
});

test('the first tier sees the queues it serves', () => {
  assert.deepEqual(
    queueStands(stand([]), 1).map(({ queue }) => queue),
    ['complaints', 'service'],
  );
});

test('a desk is drawn anew for its own call, its own presence and those who wait, not for the talks of others', () => {
  const before = stand([handoff('one', { state: 'talking', agentId: 'ben' })]);
  const same = stand(
    [handoff('one', { state: 'held', agentId: 'ben', version: 2 })],
    [{ ...LIN, seenAt: 99 }],
  );
  assert.equal(ownMark(same, 'lin'), ownMark(before, 'lin'));
  assert.notEqual(boardMark(same), boardMark(before), 'the board shows them');
  for (const changed of [
    stand([handoff('one', { state: 'talking', agentId: 'lin', version: 2 })]),
    stand([handoff('one', { state: 'talking', agentId: 'ben' }), handoff('two')]),
    stand([handoff('one', { state: 'talking', agentId: 'ben' })], [{ ...LIN, state: 'asked' }]),
    { ...before, touched: new Map([['lin', 1]]) },
  ])
    assert.notEqual(ownMark(changed, 'lin'), ownMark(before, 'lin'));
});
