import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { HOUR, MINUTE } from '../platform/clock.ts';
import { type StaffPeriod, workloadOf } from './workload.ts';

const NOW = Date.UTC(2026, 0, 15, 8);
const policy = {
  staff: {
    ...{ breakAfterSeconds: 7_200, noOffersAfterSeconds: 9_000, breakSeconds: 900 },
    ...{ shiftSeconds: 36_000, restSeconds: 39_600, longCallSeconds: 2_700 },
  },
};
const period = (kind: StaffPeriod['kind'], startedAt: number, endedAt?: number): StaffPeriod => ({
  ...{ kind, startedAt, endedAt },
});
const at = (periods: readonly StaffPeriod[], now: number) => workloadOf(periods, policy, now);

test('a person without a shift is off, and offered nothing', () => {
  assert.equal(at([], NOW).noOffers, 'off');
  assert.equal(at([], NOW).mayStartAt, undefined);
});

test('a break is due after two hours, and calls end half an hour later', () => {
  const shift = period('shift', NOW);
  assert.equal(at([shift], NOW).noOffers, undefined);
  assert.equal(at([shift], NOW).breakDueAt, NOW + 2 * HOUR);
  assert.equal(at([shift], NOW + 150 * MINUTE - 1).noOffers, undefined);
  assert.equal(at([shift], NOW + 150 * MINUTE).noOffers, 'break_overdue');
});

test('a whole break begins the count anew; a short one only stops it for its own time', () => {
  const shift = period('shift', NOW);
  const whole = period('break', NOW + HOUR, NOW + HOUR + 15 * MINUTE);
  assert.equal(at([shift, whole], NOW + 2 * HOUR).breakDueAt, NOW + HOUR + 15 * MINUTE + 2 * HOUR);
  const short = period('break', NOW + HOUR, NOW + HOUR + 14 * MINUTE);
  assert.equal(at([shift, short], NOW + 2 * HOUR).breakDueAt, NOW + 2 * HOUR + 14 * MINUTE);
  assert.equal(at([shift, short], NOW + 2 * HOUR).workedMilliseconds, 2 * HOUR - 14 * MINUTE);
});

test('on a break nothing is offered, and afterwards something is again', () => {
  const shift = period('shift', NOW);
  const now = NOW + 3 * HOUR;
  assert.equal(at([shift, period('break', now - MINUTE)], now).noOffers, 'on_break');
  assert.equal(at([shift, period('break', now - 15 * MINUTE, now)], now).noOffers, undefined);
  assert.equal(at([shift, period('break', now - 14 * MINUTE, now)], now).noOffers, 'break_overdue');
});

test('after a long or abusive call a break is due at once, until one was taken', () => {
  const shift = period('shift', NOW);
  const hard = period('hard_call', NOW + MINUTE, NOW + HOUR);
  assert.equal(at([shift, hard], NOW + HOUR).breakDueAt, NOW + HOUR);
  const rest = period('break', NOW + HOUR, NOW + HOUR + 15 * MINUTE);
  assert.equal(at([shift, hard, rest], NOW + 2 * HOUR).breakDueAt, NOW + HOUR + 15 * MINUTE + 2 * HOUR);
});

test('a shift has an end, past which nothing is offered, and the next may begin after the rest', () => {
  const breaks = Array.from({ length: 10 }, (_, n) =>
    period('break', NOW + (n + 1) * HOUR - 15 * MINUTE, NOW + (n + 1) * HOUR),
  );
  const shift = period('shift', NOW);
  assert.equal(at([shift, ...breaks], NOW + 10 * HOUR - 1).noOffers, undefined);
  assert.equal(at([shift, ...breaks], NOW + 10 * HOUR).noOffers, 'shift_over');
  const over = period('shift', NOW, NOW + 10 * HOUR);
  assert.equal(at([over], NOW + 11 * HOUR).mayStartAt, NOW + 21 * HOUR);
  assert.equal(at([over], NOW + 21 * HOUR).mayStartAt, undefined);
});

test('no order of the periods changes anything, and nobody is offered calls without a break for 150 minutes', () => {
  const piece = fc.record({ start: fc.nat(600), minutes: fc.integer({ min: 1, max: 90 }) });
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), fc.nat(600), (pieces, minute) => {
      const breaks = pieces.map(({ start, minutes }) =>
        period('break', NOW + start * MINUTE, NOW + (start + minutes) * MINUTE),
      );
      const periods = [period('shift', NOW), ...breaks].filter(
        ({ startedAt }) => startedAt <= NOW + minute * MINUTE,
      );
      const now = NOW + minute * MINUTE;
      const past = periods.filter(({ endedAt }) => endedAt === undefined || endedAt <= now);
      const stands = at(past, now);
      assert.deepEqual(stands, at([...past].reverse(), now));
      const resting = past.filter(
        ({ kind, endedAt = 0 }) => kind === 'break' && endedAt > now - 150 * MINUTE,
      );
      if (resting.length === 0 && minute >= 150) assert.notEqual(stands.noOffers, undefined);
    }),
  );
});
