import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HOUR, MINUTE, SECOND } from '../platform/clock.ts';
import { minutesOf, shownIn } from './shown.ts';

const AT = Date.UTC(2026, 0, 15, 2, 5, 9);

test('moments are shown at the time of the desk, as each language writes them', () => {
  const there = 'Asia/Shanghai';
  assert.deepEqual(
    (['zh-CN', 'vi-VN', 'en-US'] as const).map((language) => shownIn(language, there).day(AT)),
    ['2026/01/15', '15/01/2026', '01/15/2026'],
  );
  for (const language of ['zh-CN', 'vi-VN', 'en-US'] as const)
    assert.equal(shownIn(language, there).time(AT), '10:05', language);
  assert.equal(shownIn('en-US', 'Asia/Ho_Chi_Minh').time(AT), '09:05');
});

test('a day of a form is over when it is over at the desk', () => {
  const shown = shownIn('en-US', 'Asia/Shanghai');
  assert.equal(shown.endOfDay('2026-01-15'), Date.UTC(2026, 0, 15, 16));
  assert.equal(shown.isoDay(Date.UTC(2026, 0, 15, 16) - 1), '2026-01-15');
  assert.equal(shown.endOfDay('2026-02-30'), undefined);
  assert.equal(shown.endOfDay('soon'), undefined);
});

test('a time that passes is shown to the second, one that is left in whole minutes upwards', () => {
  const { length } = shownIn('en-US', 'Asia/Shanghai');
  assert.deepEqual([0, 9 * SECOND, 4 * MINUTE + 12 * SECOND, HOUR + 61 * SECOND].map(length), [
    ...['0:00', '0:09', '4:12', '1:01:01'],
  ]);
  assert.equal(length(-SECOND), '0:00');
  assert.deepEqual([-1, 0, 1, MINUTE, MINUTE + 1].map(minutesOf), [0, 0, 1, 1, 2]);
});
