import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import {
  canGetMessages,
  countryOf,
  lastFour,
  normalisePhoneNumber,
  readKeyedPhoneNumber,
  renumberedPhoneNumber,
} from './phone-number.ts';

const LINES = ['CN', 'VN'] as const;
const isMobile = (e164: string) => parsePhoneNumberFromString(e164)?.getType() === 'MOBILE';

test('a written number becomes E.164, whatever its punctuation and width', () => {
  for (const written of [
    '13800138000',
    '+86 138 0013 8000',
    '008613800138000',
    '１３８００１３８０００',
    '＋８６ 138-0013-8000',
  ])
    assert.equal(normalisePhoneNumber(written, 'CN'), '+8613800138000', written);
  assert.equal(normalisePhoneNumber('0912 345 678', 'VN'), '+84912345678');
});

test('text that is not exactly one valid number is refused', () => {
  for (const written of [
    '',
    ' ',
    '12',
    '1380013800',
    'call 13800138000',
    '13800138000 ext. 5',
    `+86${'1'.repeat(40)}`,
    'NULL',
  ])
    assert.equal(normalisePhoneNumber(written, 'CN'), undefined, written);
});

test('keyed mobile numbers read the same on both lines, with and without country code', () => {
  for (const line of LINES) {
    for (const keyed of ['13800138000', '8613800138000', '008613800138000', '１３８００１３８０００'])
      assert.equal(readKeyedPhoneNumber(keyed, line), '+8613800138000', `${keyed} on ${line}`);
    for (const keyed of ['0912345678', '84912345678', '0084912345678'])
      assert.equal(readKeyedPhoneNumber(keyed, line), '+84912345678', `${keyed} on ${line}`);
    assert.equal(readKeyedPhoneNumber('0014155552671', line), '+14155552671');
  }
});

test('a mobile number reads the same on both lines, whatever its digits', () => {
  const digits = (length: number) =>
    fc.array(fc.integer({ min: 0, max: 9 }), { minLength: length, maxLength: length }).map((d) => d.join(''));
  const chinese = fc.tuple(fc.constantFrom(...'3456789'), digits(9)).map(([second, rest]) => ({
    keyed: `1${second}${rest}`,
    e164: `+861${second}${rest}`,
  }));
  const vietnamese = fc.tuple(fc.constantFrom(...'35789'), digits(8)).map(([second, rest]) => ({
    keyed: `0${second}${rest}`,
    e164: `+84${second}${rest}`,
  }));
  fc.assert(
    fc.property(fc.oneof(chinese, vietnamese), ({ keyed, e164 }) => {
      fc.pre(isMobile(e164));
      for (const line of LINES) assert.equal(readKeyedPhoneNumber(keyed, line), e164);
    }),
    { numRuns: 500 },
  );
});

test('digits that are a landline in both countries follow the line', () => {
  assert.equal(readKeyedPhoneNumber('02838234567', 'VN'), '+842838234567');
  assert.equal(readKeyedPhoneNumber('02838234567', 'CN'), '+862838234567');
});

test('what is keyed is a valid number of E.164 or nothing, for any keys', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[0-9*#]{0,24}$/), fc.constantFrom(...LINES), (keyed, line) => {
      const read = readKeyedPhoneNumber(keyed, line);
      assert.ok(read === undefined || /^\+\d{7,15}$/.test(read));
    }),
  );
});

test('country and last four are taken from the E.164 form', () => {
  assert.equal(countryOf('+8613800138000'), 'CN');
  assert.equal(countryOf('+84912345678'), 'VN');
  assert.equal(countryOf('anonymous'), undefined);
  assert.equal(countryOf('+266696687'), undefined);
  assert.equal(lastFour('+8613800138000'), '8000');
});

test('a Vietnamese number of before 2018 is read as the one its owner has now, written or keyed', () => {
  for (const written of ['01689123456', '+84 168 912 3456', '841689123456', '00841689123456']) {
    assert.equal(normalisePhoneNumber(written, 'VN'), undefined, `${written} is no number any more`);
    assert.equal(renumberedPhoneNumber(written), '+84389123456', written);
  }
  for (const [former, today] of [
    ['0120', '+8470'],
    ['0123', '+8483'],
    ['0129', '+8482'],
    ['0162', '+8432'],
    ['0186', '+8456'],
    ['0199', '+8459'],
  ])
    assert.equal(renumberedPhoneNumber(`${former}9123456`), `${today}9123456`);
  for (const line of LINES)
    for (const keyed of ['01689123456', '841689123456', '00841689123456'])
      assert.equal(readKeyedPhoneNumber(keyed, line), '+84389123456', `${keyed} on ${line}`);
  for (const other of ['0130912345', '01309123456', '0912345678', '13800138000', '+12025550143'])
    assert.equal(renumberedPhoneNumber(other), undefined, other);
});

test('a landline gets no message, a mobile does, and a country that does not tell them apart may', () => {
  for (const e164 of ['+8613800138000', '+84912345678', '+84389123456', '+14155552671'])
    assert.ok(canGetMessages(e164), e164);
  for (const e164 of ['+861062551234', '+842838234567', '+864008123123', '+0'])
    assert.ok(!canGetMessages(e164), e164);
});
