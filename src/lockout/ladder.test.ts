import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { parse } from 'yaml';
import { codeBudgetOf } from '../factors/code/code.ts';
import { pinBudgetOf } from '../factors/pin/pin.ts';
import { DAY, HOUR, MINUTE } from '../platform/clock.ts';
import { policySchema } from '../policy/policy.ts';
import {
  afterSuccess,
  type CallerLine,
  decideAttempt,
  EMPTY_COUNTER,
  type LadderRules,
  type LockCounter,
  refund,
  takeNotice,
} from './ladder.ts';

const policy = policySchema.parse(
  parse(readFileSync(new URL('../../flows/policy/default.yaml', import.meta.url), 'utf8')),
);
const { rules: pin } = pinBudgetOf('transaction', policy);
const { rules: code } = codeBudgetOf(policy);
const NOW = Date.UTC(2026, 0, 15);

interface Fate {
  readonly counter: LockCounter;
  readonly taken: number;
  readonly refusal: string | undefined;
}

/** Wrong entries one after the other until one is refused. */
function fail(from: LockCounter, line: CallerLine, rules: LadderRules, now: number, upTo = 100): Fate {
  let counter = from;
  for (let taken = 0; taken < upTo; taken++) {
    const decision = decideAttempt(counter, line, 0, rules, now);
    if (decision.kind === 'refused') return { counter, taken, refusal: decision.reason };
    counter = decision.counter;
  }
  return { counter, taken: upTo, refusal: undefined };
}

test('the own line locks at 5 for 30 minutes, at 7 for 24 hours, and at 10 the PIN is void', () => {
  const first = fail(EMPTY_COUNTER, 'own', pin, NOW);
  assert.deepEqual([first.taken, first.refusal], [5, 'locked']);
  assert.equal(first.counter.own.lockedUntil, NOW + 30 * MINUTE);
  assert.equal(fail(first.counter, 'own', pin, NOW + 30 * MINUTE - 1).taken, 0);
  const second = fail(first.counter, 'own', pin, NOW + 30 * MINUTE);
  assert.deepEqual([second.taken, second.refusal], [2, 'locked']);
  const open = NOW + 30 * MINUTE + DAY;
  assert.equal(second.counter.own.lockedUntil, open);
  assert.equal(fail(second.counter, 'own', pin, open - 1).taken, 0);
  const third = fail(second.counter, 'own', pin, open);
  assert.deepEqual([third.taken, third.refusal], [3, 'void']);
  assert.equal(third.counter.voidAt, open);
  assert.equal(fail(third.counter, 'own', pin, open + 1000 * DAY).refusal, 'void');
});

test('strangers alone never lock the own line and never void the PIN (invariant 10)', () => {
  const first = fail(EMPTY_COUNTER, 'other', pin, NOW);
  assert.deepEqual([first.taken, first.refusal], [5, 'locked']);
  const second = fail(first.counter, 'other', pin, NOW + HOUR);
  assert.deepEqual([second.taken, second.refusal], [2, 'locked']);
  const muchLater = NOW + 1000 * DAY;
  assert.deepEqual(fail(second.counter, 'other', pin, muchLater).taken, 0);
  assert.equal(second.counter.voidAt, null);
  const own = fail(second.counter, 'own', pin, NOW + HOUR);
  assert.deepEqual([own.taken, own.refusal], [policy.pin.reservedForOwnLine, 'void']);
});

test('any schedule of strangers leaves the own line its reserve (invariant 10)', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -2 * DAY, max: 2 * DAY }), { maxLength: 60 }), (jumps) => {
      let [counter, now] = [EMPTY_COUNTER, NOW];
      for (const jump of jumps) {
        now += jump;
        const decision = decideAttempt(counter, 'other', 0, pin, now);
        if (decision.kind === 'allowed') counter = decision.counter;
        const own = fail(counter, 'own', pin, now);
        assert.ok(own.taken >= policy.pin.reservedForOwnLine);
      }
    }),
  );
});

test('a source is refused for a customer after its share, the own line is not', () => {
  const spent = policy.pin.otherLineFailures;
  assert.deepEqual(decideAttempt(EMPTY_COUNTER, 'other', spent, pin, NOW), {
    kind: 'refused',
    reason: 'source_refused',
  });
  assert.equal(decideAttempt(EMPTY_COUNTER, 'other', spent - 1, pin, NOW).kind, 'allowed');
  assert.equal(decideAttempt(EMPTY_COUNTER, 'own', spent, pin, NOW).kind, 'allowed');
});

test('wrong codes count as one whatever the line, lock at 5 and 10, and never void', () => {
  let counter = EMPTY_COUNTER;
  for (const line of ['own', 'other', 'own', 'other', 'own'] as const)
    counter = fail(counter, line, code, NOW, 1).counter;
  assert.equal(fail(counter, 'other', code, NOW).refusal, 'locked');
  const second = fail(counter, 'other', code, NOW + HOUR);
  assert.deepEqual([second.taken, second.counter.own.lockedUntil], [5, NOW + HOUR + DAY]);
  const third = fail(second.counter, 'own', code, NOW + HOUR + DAY);
  assert.deepEqual([third.taken, third.refusal], [1, 'locked'], 'past the end every failure locks anew');
  assert.equal(third.counter.voidAt, null);
});

test('a lock ends at its instant: a clock set back does not open it, and adds nothing to it', () => {
  const { counter } = fail(EMPTY_COUNTER, 'own', pin, NOW);
  for (const jump of [-DAY, -1, 0, 1, 30 * MINUTE - 1])
    assert.equal(decideAttempt(counter, 'own', 0, pin, NOW + jump).kind, 'refused');
  assert.equal(counter.own.lockedUntil, NOW + 30 * MINUTE);
  assert.equal(decideAttempt(counter, 'own', 0, pin, NOW + 30 * MINUTE).kind, 'allowed');
});

test('a refund undoes exactly the lock and the void that the attempt began', () => {
  const locked = fail(EMPTY_COUNTER, 'own', pin, NOW).counter;
  const open = refund(locked, 'own', pin);
  assert.deepEqual(open, fail(EMPTY_COUNTER, 'own', pin, NOW, 4).counter);
  const seventh = fail(locked, 'own', pin, NOW + HOUR).counter;
  const sixth = refund(seventh, 'own', pin);
  assert.equal(sixth.own.lockedUntil, NOW + 30 * MINUTE, 'the lock before is in force again');
  const strangers = fail(EMPTY_COUNTER, 'other', pin, NOW, 5).counter;
  const voided = fail(fail(strangers, 'own', pin, NOW).counter, 'own', pin, NOW + HOUR);
  assert.equal(voided.refusal, 'void');
  const mended = refund(voided.counter, 'other', pin);
  assert.deepEqual([mended.voidAt, mended.voidNoticeDue, mended.other.failures], [null, false, 4]);
});

test('an attempt that is refunded at once leaves no trace', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ line: fc.constantFrom<CallerLine>('own', 'other'), after: fc.nat(DAY) }), {
        maxLength: 20,
      }),
      fc.constantFrom(pin, code),
      (attempts, rules) => {
        let [counter, now] = [EMPTY_COUNTER, NOW];
        for (const { line, after } of attempts) {
          now += after;
          const decision = decideAttempt(counter, line, 0, rules, now);
          if (decision.kind === 'refused') continue;
          const back = refund(decision.counter, line, rules);
          assert.equal(back.voidAt, counter.voidAt);
          for (const which of ['own', 'other'] as const) {
            assert.equal(back[which].failures, counter[which].failures);
            assert.equal(back[which].lockedUntil, counter[which].lockedUntil);
          }
          counter = decision.counter;
        }
      },
    ),
  );
});

test('the right PIN as the tenth try counts: the void it began beforehand goes with it', () => {
  let { counter } = fail(EMPTY_COUNTER, 'own', pin, NOW);
  counter = fail(counter, 'own', pin, NOW + HOUR).counter;
  counter = fail(counter, 'own', pin, NOW + 2 * DAY).counter;
  assert.notEqual(counter.voidAt, null);
  assert.deepEqual(afterSuccess(counter, { own: 0, other: 0 }, pin, NOW + 2 * DAY), EMPTY_COUNTER);
});

test('a factor made void by a person stays void though an attempt under way succeeds', () => {
  const one = fail(EMPTY_COUNTER, 'own', pin, NOW, 1).counter;
  assert.equal(afterSuccess({ ...one, voidAt: NOW }, { own: 0, other: 0 }, pin, NOW), undefined);
});

test('after a success only attempts still being compared stay counted, with the lock they amount to', () => {
  const { counter } = fail(EMPTY_COUNTER, 'own', pin, NOW);
  const reset = afterSuccess(counter, { own: 2, other: 1 }, pin, NOW);
  assert.deepEqual([reset?.own.failures, reset?.other.failures, reset?.own.lockedUntil], [2, 1, null]);
  const many = afterSuccess(counter, { own: 5, other: 0 }, pin, NOW);
  assert.equal(many?.own.lockedUntil, NOW + 30 * MINUTE);
});

test('the notice of a lock is due once, and a void comes before a lock', () => {
  const { counter } = fail(EMPTY_COUNTER, 'own', pin, NOW);
  const first = takeNotice(counter, NOW);
  assert.deepEqual(first.notice, { until: NOW + 30 * MINUTE });
  assert.equal(takeNotice(first.counter, NOW).notice, undefined);
  assert.equal(takeNotice(counter, NOW + HOUR).notice, undefined, 'a lock that is over is no news');
  const voided = { ...counter, voidAt: NOW, voidNoticeDue: true };
  assert.deepEqual(takeNotice(voided, NOW).notice, { void: true });
  assert.equal(takeNotice(takeNotice(voided, NOW).counter, NOW).notice, undefined);
});
