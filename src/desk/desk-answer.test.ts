import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HANDOFF_STATES, KEYING_KINDS, KEYING_RESULTS, OUTCOMES } from '../escalation/handoff.ts';
import { CASE_OUTCOMES } from './case-work.service.ts';
import { DECLINE_REASONS } from './decline-reasons.ts';
import { DESK_REFUSALS } from './desk-answer.ts';
import { controlsOf } from './desk-view.ts';
import { RUNGS } from './ladder.ts';

test('what people choose from and what they are told is closed, and a talk has at most twelve outcomes', () => {
  assert.ok(OUTCOMES.length <= 12);
  for (const list of [
    OUTCOMES,
    DECLINE_REASONS,
    DESK_REFUSALS,
    CASE_OUTCOMES,
    RUNGS,
    KEYING_KINDS,
    KEYING_RESULTS,
  ]) {
    assert.equal(new Set<string>(list).size, list.length);
    for (const word of list) assert.match(word, /^[a-z]+(_[a-z]+)*$/);
  }
});

test('every state of a hand-off that somebody has, and no other, has something to press', () => {
  const withControls = HANDOFF_STATES.filter(
    (state) => controlsOf({ state, caller: 'conference' }).length > 0,
  );
  assert.deepEqual(withControls, ['offered', 'connecting', 'talking', 'held', 'keying', 'wrap_up']);
});

test('while the caller keys the agent can bring them back, and can neither hold nor transfer them', () => {
  assert.deepEqual(controlsOf({ state: 'keying', caller: 'keying' }), ['take_back', 'freeze', 'save_notes']);
});
