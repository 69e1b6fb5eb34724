import assert from 'node:assert/strict';
import { test } from 'node:test';
import { member } from '../../test/support/desk-lab.ts';
import { SECOND } from '../platform/clock.ts';
import { type DeskHandoff, newHandoff } from './handoff.ts';
import { canServe, servingOrder, whomToAsk } from './offer-choice.ts';

const NOW = 1_000_000;
const waiting = (id: string, changes: Partial<DeskHandoff> = {}): DeskHandoff => ({
  ...newHandoff({
    ...{ id, callId: `CA${id}`, queue: 'service', language: 'en-US', namesCustomer: false },
    enteredAt: NOW,
  }),
  ...changes,
});
const nobodyAsked = new Map<string, { times: number; last: number }>();

test('freezes go first, then who could not be verified, complaints, the rest; within a queue who is brought back, then age', () => {
  const order = servingOrder([
    waiting('service', { enteredAt: 1 }),
    waiting('complaint', { queue: 'complaints', enteredAt: 2 }),
    waiting('late', { queue: 'verification', enteredAt: 9 }),
    waiting('early', { queue: 'verification', enteredAt: 3 }),
    waiting('back', { queue: 'verification', enteredAt: 8, front: true }),
    waiting('freeze', { queue: 'fraud', enteredAt: 10 }),
  ]);
  assert.deepEqual(
    order.map(({ id }) => id),
    ['freeze', 'back', 'early', 'late', 'complaint', 'service'],
  );
});

test('locks and fraud are for tier 2, and nobody is offered a caller whose language they do not speak', () => {
  const junior = member('ben', { tier: 1, languages: ['en-US'] });
  assert.equal(canServe(junior, waiting('a')), true);
  assert.equal(canServe(junior, waiting('a', { language: 'vi-VN' })), false);
  for (const queue of ['fraud', 'verification'] as const) {
    assert.equal(canServe(junior, waiting('a', { queue })), false);
    assert.equal(canServe({ ...junior, tier: 2 }, waiting('a', { queue })), true);
  }
  assert.equal(canServe(junior, waiting('a', { queue: 'complaints' })), true);
});

test('the person who has been ready longest is asked; one who was asked about this caller already, later and not at once', () => {
  const ready = [member('long', { since: 1 }), member('short', { since: 2 })];
  const asked = (id: string, last: number) => new Map([[id, { times: 1, last }]]);
  assert.equal(whomToAsk(waiting('a'), ready, nobodyAsked, NOW)?.staffId, 'long');
  assert.equal(whomToAsk(waiting('a'), ready, asked('long', NOW - 60 * SECOND), NOW)?.staffId, 'short');
  const [only] = ready;
  assert.ok(only);
  assert.equal(whomToAsk(waiting('a'), [only], asked('long', NOW - 29 * SECOND), NOW), undefined);
  assert.equal(whomToAsk(waiting('a'), [only], asked('long', NOW - 30 * SECOND), NOW)?.staffId, 'long');
});

test('a caller whose agent dropped a moment ago is offered to that agent alone', () => {
  const lost = waiting('a', { state: 'agent_lost', lastAgent: 'short', lostAt: NOW });
  const ready = [member('long', { since: 1 }), member('short', { since: 2 })];
  assert.equal(whomToAsk(lost, ready, nobodyAsked, NOW)?.staffId, 'short');
  assert.equal(whomToAsk(lost, ready.slice(0, 1), nobodyAsked, NOW), undefined);
});
