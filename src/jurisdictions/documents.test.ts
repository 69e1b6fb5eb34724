import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  DOCUMENT_KINDS,
  documentBirthDigits,
  jurisdictionOf,
  numbersPeopleAlike,
  readKeyedDocument,
  readWrittenDocument,
} from './documents.ts';

const NOW = Date.UTC(2026, 0, 15);
const written = (text: string, about: Parameters<typeof readWrittenDocument>[1] = {}) =>
  readWrittenDocument(text, about, NOW);
const read = (text: string, about?: Parameters<typeof readWrittenDocument>[1]) => {
  const reading = written(text, about);
  assert.ok(reading.kind === 'read', `${text}: ${JSON.stringify(reading)}`);
  return reading.document;
};

test('a number that tells its kind needs nothing else, whatever its width and spaces', () => {
  assert.deepEqual(read('11010519491231002x'), { kind: 'cn_id', id: '11010519491231002X' });
  assert.deepEqual(read('101085000777'), { kind: 'vn_cccd', id: '101085000777' });
  assert.deepEqual(read('１０１０８５０００７７７'), { kind: 'vn_cccd', id: '101085000777' });
  assert.deepEqual(read('001 085 000 777'), { kind: 'vn_cccd', id: '001085000777' });
});

test('an old Chinese ID is looked up as the number its holder has now', () => {
  const old = read('110101900307101');
  assert.equal(old.kind, 'cn_id15');
  assert.equal(read(old.id).kind, 'cn_id');
  assert.match(old.id, /^11010119900307101[\dX]$/);
  assert.equal(documentBirthDigits(old), '19900307');
  assert.ok(numbersPeopleAlike('cn_id15', 'cn_id') && !numbersPeopleAlike('cn_id', 'vn_cccd'));
  assert.equal(written('110101901307101').kind, 'none', 'there is no month 13');
});

test('nine digits are a CMND of a Vietnamese customer, and of anybody else a question', () => {
  assert.deepEqual(read('024123456', { home: 'VN' }), { kind: 'vn_cmnd', id: '024123456' });
  assert.deepEqual(written('024123456', { home: 'CN' }), { kind: 'may_be', kinds: ['vn_cmnd', 'passport'] });
});

test('a document with letters is looked up by its digits, where the record says its kind', () => {
  for (const [text, stated, id] of [
    ['E12345678', 'passport', '12345678'],
    ['EA1234567', 'passport', '1234567'],
    ['M123A4567', 'passport', '1234567'],
    ['C01X00T47', 'passport', '010047'],
    ['H12345678', 'cn_hk_macau_permit', '12345678'],
    ['H1234567802', 'cn_hk_macau_permit', '12345678'],
    ['12345678', 'cn_taiwan_permit', '12345678'],
    ['1234567801(B)', 'cn_taiwan_permit', '12345678'],
    ['USA110080010101', 'cn_foreigner_permit', '110080010101'],
    ['NG-3001234', 'vn_residence_card', '3001234'],
  ] as const) {
    const reading = written(text, { stated });
    assert.deepEqual(reading, { kind: 'read', document: { kind: stated, id } }, text);
  }
  assert.deepEqual(written('H12345678'), {
    kind: 'may_be',
    kinds: ['cn_hk_macau_permit', 'vn_residence_card', 'passport'],
  });
  assert.equal(written('AB12345', { stated: 'passport' }).kind, 'none', 'too few digits to be keyed');
});

test('a passport tells nobody whose rules hold, every other document does', () => {
  for (const kind of DOCUMENT_KINDS)
    assert.equal(jurisdictionOf(kind) === undefined, kind === 'passport', kind);
});

test('what is enrolled can be keyed: the digits of the document find its look-up form', () => {
  const digits = (least: number, most = least) => fc.stringMatching(new RegExp(`^\\d{${least},${most}}$`));
  const anyDocument = fc.oneof(
    fc.tuple(fc.stringMatching(/^[A-Z]{0,2}$/), digits(6, 9)).map(([letters, number]) => letters + number),
    fc
      .tuple(fc.constantFrom('H', 'M'), digits(8, 8), fc.constantFrom('', '01'))
      .map((parts) => parts.join('')),
    fc.tuple(fc.stringMatching(/^[A-Z]{3}$/), digits(12)).map((parts) => parts.join('')),
    digits(9),
    digits(12),
    digits(15),
    digits(17).map((number) => `${number}X`),
  );
  fc.assert(
    fc.property(anyDocument, fc.constantFrom(...DOCUMENT_KINDS), (text, stated) => {
      const reading = written(text, { stated });
      if (reading.kind !== 'read') return;
      const keyed = text.replace(/[^\dX]|X(?!$)/g, '').replace(stated.startsWith('cn_id') ? /$^/ : /X$/, '');
      assert.equal(readKeyedDocument(keyed, DOCUMENT_KINDS, NOW), reading.document.id, `${text} ${stated}`);
      assert.equal(readKeyedDocument(keyed, [stated], NOW), reading.document.id);
    }),
    { numRuns: 2_000 },
  );
});

test('the look-up form follows from the keys alone, for every set of accepted kinds', () => {
  fc.assert(
    fc.property(
      fc.stringMatching(/^\d{1,18}$/),
      fc.uniqueArray(fc.constantFrom(...DOCUMENT_KINDS)),
      (keyed, accepted) => {
        const [some, all] = [accepted, DOCUMENT_KINDS].map((kinds) => readKeyedDocument(keyed, kinds, NOW));
        assert.ok(some === undefined || some === all);
      },
    ),
    { numRuns: 2_000 },
  );
});

test('what no accepted document can be is refused', () => {
  for (const keyed of [
    '1',
    '12345',
    '12345678901',
    '1234567890123',
    '110105194912310020',
    '99999999999999999X',
  ])
    assert.equal(readKeyedDocument(keyed, DOCUMENT_KINDS, NOW), undefined, keyed);
  assert.equal(readKeyedDocument('012345678', ['cn_id', 'vn_cccd'], NOW), undefined);
  assert.equal(readKeyedDocument('012345678', ['vn_cmnd'], NOW), '012345678');
});
