import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sha256 } from '../platform/digest.ts';
import { qrPicture } from './qr.view.ts';
import { qrCode } from './qr-code.ts';

/** A text of this many characters, as the codes below were made of. */
const textOf = (length: number) =>
  Array.from({ length }, (_, at) => String.fromCharCode(33 + ((at * 37 + length * 11) % 90))).join('');
const drawn = (text: string) =>
  (qrCode(text) ?? []).map((row) => row.map((dark) => (dark ? '#' : ' ')).join('')).join('\n');

/** All lengths from 1 to 271 were read back by jsqr 1.4.0; these are one of each version, as it read them. */
const READ: readonly (readonly [length: number, size: number, digest: string])[] = [
  [17, 21, '4c2aa0944c23664a'],
  [32, 25, 'bd547536d274bd4f'],
  [53, 29, '4cf3f83f001ab8c6'],
  [78, 33, '00a9386742add883'],
  [106, 37, 'ea60229c5738df5d'],
  [134, 41, '1c125a7c83100bd7'],
  [154, 45, 'e50acd8509c8d2e6'],
  [192, 49, '04c355bdafa5248a'],
  [230, 53, 'd877e07f0bda6733'],
  [271, 57, 'f34201b4c133baef'],
];

test('codes are the ones another program has read', () => {
  for (const [length, size, digest] of READ) {
    const text = drawn(textOf(length));
    assert.equal(text.split('\n').length, size, String(length));
    assert.equal(sha256(text).slice(0, 16), digest, String(length));
  }
});

test('the smallest version that holds a text is taken, and what fits none is refused', () => {
  assert.equal(qrCode(textOf(17))?.length, 21);
  assert.equal(qrCode(textOf(18))?.length, 25);
  assert.equal(qrCode(textOf(271))?.length, 57);
  assert.equal(qrCode(textOf(272)), undefined);
  assert.equal(String(qrPicture(textOf(272), 'x')), '');
});

test('a picture has its name, and light around it', () => {
  const svg = String(qrPicture('otpauth://totp/x', 'Secret'));
  assert.match(svg, /^<svg class="qr" viewBox="0 0 29 29" role="img" aria-label="Secret">/);
  assert.match(svg, /M4 4h1v1h-1z/);
});
