import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { DAY } from '../../platform/clock.ts';
import { readDay } from './dates.ts';

const dayOf = (text: string, order?: 'dmy' | 'mdy') => {
  const read = readDay(text, order);
  return read.kind === 'day' ? read.day : read.kind;
};

test('dates in the forms of spreadsheets are read', () => {
  for (const text of [
    '2024-01-25',
    '2024/1/25',
    '2024.01.25',
    '2024年1月25日',
    '25/01/2024',
    '1/25/2024',
    '２０２４-０１-２５',
    '2024-01-25 00:00:00',
    '2024-01-25T08:30',
    '45316',
  ])
    assert.equal(dayOf(text), '2024-01-25', text);
  assert.equal(dayOf('05/05/2024'), '2024-05-05', 'swapping changes nothing');
});

test('a date whose day and month could be swapped is asked about, not guessed', () => {
  assert.equal(dayOf('05/01/2024'), 'ambiguous');
  assert.equal(dayOf('05/01/2024', 'dmy'), '2024-01-05');
  assert.equal(dayOf('05/01/2024', 'mdy'), '2024-05-01');
});

test('what is no day is none', () => {
  for (const text of [
    '',
    '2024-02-30',
    '2024-13-01',
    '30/02/2024',
    '2024',
    '20240125',
    'yesterday',
    '1.5E+4',
    '5/1/24',
  ])
    assert.equal(dayOf(text), 'none', text);
});

test('every day is read back from each way of writing it', () => {
  fc.assert(
    fc.property(fc.integer({ min: 20_000, max: 59_999 }), (serial) => {
      const at = Date.UTC(1899, 11, 30) + serial * DAY;
      const day = new Date(at).toISOString().slice(0, 10);
      const [year, month, date] = day.split('-');
      assert.equal(dayOf(String(serial)), day);
      assert.equal(dayOf(`${date}/${month}/${year}`, 'dmy'), day);
      assert.equal(dayOf(`${month}/${date}/${year}`, 'mdy'), day);
    }),
  );
});
