import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LEAST_WAITS, minutesToWait } from './wait-estimate.ts';

const waits = (...seconds: number[]) => seconds;

test('of few waits nothing is said', () => {
  assert.equal(
    minutesToWait(
      Array.from({ length: LEAST_WAITS - 1 }, () => 60),
      0,
    ),
    undefined,
  );
  assert.equal(
    minutesToWait(
      Array.from({ length: LEAST_WAITS }, () => 60),
      0,
    ),
    1,
  );
});

test('four in five callers like these waited no longer than is said', () => {
  const ten = waits(60, 60, 60, 60, 60, 60, 60, 300, 900, 3_600);
  assert.equal(minutesToWait(ten, 0), 5);
  assert.equal(minutesToWait(ten, 61), 4);
});

test('a caller who has waited longer than that is told no number', () => {
  assert.equal(
    minutesToWait(
      Array.from({ length: 20 }, () => 120),
      120,
    ),
    undefined,
  );
});
