import assert from 'node:assert/strict';
import { test } from 'node:test';
import { calendarDay, DAY, endOfCalendarDay } from './clock.ts';

test('a calendar day ends at midnight where the customer is', () => {
  assert.equal(endOfCalendarDay('2024-01-05', 'Asia/Shanghai'), Date.UTC(2024, 0, 5, 16) - 1);
  assert.equal(endOfCalendarDay('2024-01-05', 'Asia/Ho_Chi_Minh'), Date.UTC(2024, 0, 5, 17) - 1);
  for (const zone of ['Pacific/Kiritimati', 'Pacific/Pago_Pago', 'UTC', 'America/New_York'])
    for (const day of ['2024-02-29', '2024-03-10', '2024-12-31']) {
      const end = endOfCalendarDay(day, zone);
      assert.equal(calendarDay(end, zone), day, zone);
      assert.notEqual(calendarDay(end + 1, zone), day, zone);
      assert.equal(endOfCalendarDay(day, zone), end);
      assert.equal(calendarDay(end + DAY / 2, zone) > day, true);
    }
});
