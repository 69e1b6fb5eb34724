import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { chineseIdCheckCharacter } from './cn-documents.ts';
import { lastFourOfId, nationalIdBirthDigits, readNationalId } from './national-id.ts';

const NOW = Date.UTC(2026, 0, 15);

test('a Chinese ID with the right check character is read, X in any case and width', () => {
  assert.deepEqual(readNationalId('11010519491231002X', NOW), { kind: 'CN', id: '11010519491231002X' });
  assert.deepEqual(readNationalId('11010519491231002x', NOW), { kind: 'CN', id: '11010519491231002X' });
  assert.deepEqual(readNationalId('１１０１０５１９４９１２３１００２Ｘ', NOW), {
    kind: 'CN',
    id: '11010519491231002X',
  });
  assert.deepEqual(readNationalId('440524188001010014', NOW), undefined);
});

test('every single wrong character and every swap of neighbours in a Chinese ID is noticed', () => {
  const id = '11010519491231002X';
  for (let at = 0; at < 18; at++) {
    for (const character of '0123456789X') {
      if (character === id[at]) continue;
      assert.equal(readNationalId(id.slice(0, at) + character + id.slice(at + 1), NOW), undefined);
    }
    if (at < 17 && id[at] !== id[at + 1])
      assert.equal(
        readNationalId(`${id.slice(0, at)}${id[at + 1]}${id[at]}${id.slice(at + 2)}`, NOW),
        undefined,
      );
  }
});

test('a birth date that does not exist or has not come yet is refused although the check character fits', () => {
  const withDate = (date: string) => {
    const first = `110105${date}002`;
    return readNationalId(first + chineseIdCheckCharacter(first), NOW);
  };
  for (const date of ['19490230', '19491301', '19490001', '20230229', '18991231', '20260116', '99991231'])
    assert.equal(withDate(date), undefined, date);
  for (const date of ['19000101', '20240229', '20260115']) assert.equal(withDate(date)?.kind, 'CN', date);
});

test('region codes are not judged', () => {
  const first = '99999919900101001';
  assert.equal(readNationalId(first + chineseIdCheckCharacter(first), NOW)?.kind, 'CN');
});

test('a Vietnamese CCCD needs a birth year that has come, whatever its province or country', () => {
  assert.deepEqual(readNationalId('001090000001', NOW), { kind: 'VN', id: '001090000001' });
  for (const id of ['096226000001', '101085000777', '000090000001', '301190000001'])
    assert.equal(readNationalId(id, NOW)?.kind, 'VN', id);
  for (const id of ['001227000001', '001490000001', '00109000001', 'ABCDEFGHIJKL'])
    assert.equal(readNationalId(id, NOW), undefined, id);
});

test('birth digits and the last four come from the ID itself', () => {
  assert.equal(nationalIdBirthDigits({ kind: 'CN', id: '11010519491231002X' }), '19491231');
  assert.equal(nationalIdBirthDigits({ kind: 'VN', id: '001190000001' }), '1990');
  assert.equal(nationalIdBirthDigits({ kind: 'VN', id: '001305000001' }), '2005');
  assert.equal(lastFourOfId('11010519491231002X'), '002X');
});

test('no text makes the reader throw or answer something else than an ID', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9X*]{0,20}$/)), (text) => {
      const read = readNationalId(text, NOW);
      assert.ok(read === undefined || /^(\d{17}[\dX]|\d{12})$/.test(read.id));
    }),
  );
});
