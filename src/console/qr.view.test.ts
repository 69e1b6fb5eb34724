import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeQR } from 'qr/decode.js';
import { totpUri } from '../staff/totp.ts';
import { qrPicture } from './qr.view.ts';

/** Pixels of a module, so that the reader finds it as a camera would. */
const SCALE = 4;

/** Reads a picture as a camera does: from pixels, drawn of the path that the page shows. */
function readBack(svg: string): string {
  const modules = Number(/viewBox="0 0 (\d+) /.exec(svg)?.[1]);
  const side = modules * SCALE;
  const data = new Uint8Array(side * side * 4).fill(255);
  for (const [, x, y] of svg.matchAll(/M(\d+) (\d+)h1v1h-1z/g))
    for (let row = 0; row < SCALE; row++)
      for (let column = 0; column < SCALE; column++)
        data.fill(
          0,
          ((Number(y) * SCALE + row) * side + Number(x) * SCALE + column) * 4,
          ((Number(y) * SCALE + row) * side + Number(x) * SCALE + column) * 4 + 3,
        );
  return decodeQR({ width: side, height: side, data });
}

test('what an app reads from the picture is the text, for short and long names of people', () => {
  for (const signIn of ['a', 'lin.yue', 'n'.repeat(64)]) {
    const uri = totpUri('JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP', signIn, 'Verification desk');
    assert.equal(readBack(String(qrPicture(uri, 'Secret'))), uri);
  }
});

test('a picture has its name, and light around it', () => {
  const svg = String(qrPicture('otpauth://totp/x', 'Secret'));
  assert.match(svg, /^<svg class="qr" viewBox="0 0 29 29" role="img" aria-label="Secret">/);
  assert.match(svg, /M4 4h1v1h-1z/);
  assert.doesNotMatch(svg, /M[0-3] |M\d+ [0-3]h/);
});
