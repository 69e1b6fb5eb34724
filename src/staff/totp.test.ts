import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { matchingStep, TOTP_SECRET_BYTES, totpCode, totpSecret, totpUri } from './totp.ts';

/** RFC 6238, appendix B: the key of its SHA-1 vectors. */
const SECRET = totpSecret(Buffer.from('12345678901234567890'));
const seconds = (count: number) => count * 1000;

test('codes are those of RFC 6238, their last six digits', () => {
  const vectors: readonly (readonly [at: number, code: string])[] = [
    [59, '94287082'],
    [1_111_111_109, '07081804'],
    [1_111_111_111, '14050471'],
    [1_234_567_890, '89005924'],
    [2_000_000_000, '69279037'],
    [20_000_000_000, '65353130'],
  ];
  for (const [at, code] of vectors) assert.equal(totpCode(SECRET, seconds(at)), code.slice(-6), String(at));
});

test('a code is taken in its own step and the one to either side, and in no other', () => {
  const at = seconds(1_000_000_020);
  const step = 1_000_000_020 / 30;
  const code = totpCode(SECRET, at);
  for (const [offset, found] of [
    [-60, undefined],
    [-30, step],
    [0, step],
    [30, step],
    [60, undefined],
  ] as const)
    assert.equal(matchingStep(SECRET, code, undefined, at + seconds(offset)), found, String(offset));
});

test('a code at or before the last one used is refused: each works once', () => {
  const at = seconds(1_000_000_020);
  const step = 1_000_000_020 / 30;
  assert.equal(matchingStep(SECRET, totpCode(SECRET, at), step, at), undefined);
  assert.equal(matchingStep(SECRET, totpCode(SECRET, at), step + 1, at), undefined);
  assert.equal(matchingStep(SECRET, totpCode(SECRET, at), step - 1, at), step);
});

test('nothing but the code of a step near now is taken', () => {
  const at = seconds(1_000_000_020);
  const right = [-30, 0, 30].map((offset) => totpCode(SECRET, at + seconds(offset)));
  fc.assert(
    fc.property(fc.oneof(fc.stringMatching(/^\d{6}$/), fc.string()), (code) => {
      assert.equal(matchingStep(SECRET, code, undefined, at) !== undefined, right.includes(code));
    }),
  );
});

test('a secret has 160 bits and an app reads it from the picture', () => {
  assert.equal(TOTP_SECRET_BYTES, 20);
  assert.match(SECRET, /^[A-Z2-7]{32}$/);
  const uri = new URL(totpUri(SECRET, 'lin.yue', 'Verification desk'));
  assert.deepEqual(
    [uri.protocol, uri.searchParams.get('secret'), uri.searchParams.get('issuer')],
    ['otpauth:', SECRET, 'Verification desk'],
  );
});
