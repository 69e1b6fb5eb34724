import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { cleanCell, firstUnseen } from './cell.ts';

test('characters nobody sees are left out at the ends of a cell, and named with their place', () => {
  assert.deepEqual(cleanCell('李雷\u200b', false), {
    text: '李雷',
    leftOut: ['U+200B (zero width space) at character 3'],
    unmarked: false,
  });
  assert.deepEqual(cleanCell('\u202a+8613812345678\u202c', true).leftOut, [
    'U+202A (left-to-right embedding) at character 1',
    'U+202C (pop directional formatting) at character 16',
  ]);
  assert.equal(cleanCell('\ufeff\u00a0 Sukarno\u00ad \u3000', false).text, 'Sukarno');
  assert.equal(cleanCell(' \u200b ', false).text, '');
});

test('a number loses them everywhere, a name only at its ends', () => {
  assert.equal(cleanCell('138\u200b1234\u00ad5678', true).text, '13812345678');
  const name = cleanCell('李\u200b雷', false);
  assert.deepEqual([name.text, name.leftOut], ['李\u200b雷', []]);
  assert.equal(firstUnseen(name.text), 'U+200B (zero width space) at character 2');
  assert.equal(cleanCell('Li\u00a0Lei', false).text, 'Li Lei');
});

test('what turns text around is never left out in silence', () => {
  for (const cell of ['a\u202eb', '\u202eab', 'ab\u202e', 'a\nb'])
    assert.match(
      firstUnseen(cleanCell(cell, false).text) ?? 'taken',
      /^U\+(202E|000A) \(/,
      JSON.stringify(cell),
    );
});

test("a spreadsheet's mark for text is left out of numbers and told", () => {
  for (const cell of ["'024123456", '’024123456', '="024123456"'])
    assert.deepEqual(cleanCell(cell, true), { text: '024123456', leftOut: [], unmarked: true });
  assert.equal(cleanCell("'t Hooft", false).text, "'t Hooft");
});

test('of any text nothing disappears but spaces and what is named', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.boolean(), (cell, numeric) => {
      const { text, leftOut, unmarked } = cleanCell(cell, numeric);
      const lost = [...cell].length - [...text].length - leftOut.length - (unmarked ? 4 : 0);
      const spaces = [...cell].filter((character) => character.trim() === '').length;
      assert.ok(lost <= spaces);
    }),
  );
});
