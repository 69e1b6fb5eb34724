import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { getExpectedTwilioSignature, validateRequest } from 'twilio/lib/webhooks/webhooks.js';
import type { Parameters } from '../own-url.ts';
import { isCarrierSignature } from './signature.ts';

const TOKEN = 'token-of-the-carrier';
const URL_WITH_PREFIX = 'https://hotline.example/prefix/voice/turn?step=identity.phone&t=abc';
const FORM = { CallSid: `CA${'0'.repeat(32)}`, Digits: '13800138000', From: '+8613800138000' };

/** The signature the carrier puts over a URL and a form. */
function sign(url: string, form: Parameters, token = TOKEN): string {
  return getExpectedTwilioSignature(token, url, form);
}

test('what the carrier signed is believed', () => {
  assert.equal(isCarrierSignature(sign(URL_WITH_PREFIX, FORM), URL_WITH_PREFIX, FORM, [TOKEN]), true);
});

test('during a rotation both auth tokens are believed, and afterwards only the new one', () => {
  const old = sign(URL_WITH_PREFIX, FORM, 'old');
  assert.equal(isCarrierSignature(old, URL_WITH_PREFIX, FORM, ['new', 'old']), true);
  assert.equal(isCarrierSignature(old, URL_WITH_PREFIX, FORM, ['new']), false);
});

test('nothing is believed when no auth token, or an empty one, is configured', () => {
  assert.equal(isCarrierSignature(sign(URL_WITH_PREFIX, FORM), URL_WITH_PREFIX, FORM, []), false);
  assert.equal(isCarrierSignature(sign(URL_WITH_PREFIX, FORM, ''), URL_WITH_PREFIX, FORM, ['']), false);
});

test('a signature over another URL, another form or another account is not believed', () => {
  const header = sign(URL_WITH_PREFIX, FORM);
  const url = URL_WITH_PREFIX;
  assert.equal(isCarrierSignature(header, url.replace('/prefix', ''), FORM, [TOKEN]), false);
  assert.equal(isCarrierSignature(header, url.replace('hotline.', 'evil.'), FORM, [TOKEN]), false);
  assert.equal(isCarrierSignature(header, `${url}x`, FORM, [TOKEN]), false);
  assert.equal(isCarrierSignature(header, url, { ...FORM, Digits: '1' }, [TOKEN]), false);
  assert.equal(isCarrierSignature(header, url, { ...FORM, More: '1' }, [TOKEN]), false);
  assert.equal(isCarrierSignature(header, url, FORM, ['another']), false);
});

test('a header that is absent, of another length, an array or not a text is refused', () => {
  const header = sign(URL_WITH_PREFIX, FORM);
  for (const other of [
    undefined,
    '',
    header.slice(1),
    `${header}=`,
    `${header}, ${header}`,
    [header],
    header.slice(0, -1).concat('ä'),
    7,
    {},
    null,
  ])
    assert.equal(isCarrierSignature(other, URL_WITH_PREFIX, FORM, [TOKEN]), false);
});

test('the signature check never throws and never believes a stranger, whatever is sent', () => {
  const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string());
  const value = fc.oneof(text, fc.array(text));
  fc.assert(
    fc.property(
      fc.oneof(text, fc.base64String({ minLength: 28, maxLength: 28 }), fc.anything()),
      text,
      fc.dictionary(text, value),
      (header, url, form) => {
        assert.equal(isCarrierSignature(header, url, form, [TOKEN]), false);
      },
    ),
  );
});

test('whatever the carrier signs is believed, doubled and odd parameters included', () => {
  const text = fc.string({ unit: 'grapheme' });
  fc.assert(
    fc.property(fc.dictionary(text, fc.oneof(text, fc.array(text, { minLength: 2 }))), (form) => {
      assert.equal(isCarrierSignature(sign(URL_WITH_PREFIX, form), URL_WITH_PREFIX, form, [TOKEN]), true);
    }),
  );
});

test('with or without the port, what the carrier’s own library believes of a URL as it came is believed, and nothing else', () => {
  const host = fc.constantFrom('hotline.example', 'hotline.example:443', 'hotline.example:8443', '[::1]:80');
  const path = fc.constantFrom('/voice/answer', '/prefix/voice/turn?step=a.b&t=x-_&urgent=1', '/%E0%A4%A');
  const signedWith = fc.constantFrom('', ':443', ':80', ':8443');
  const form = fc.dictionary(fc.string({ maxLength: 4 }), fc.string({ maxLength: 8 }), { maxKeys: 4 });
  fc.assert(
    fc.property(
      fc.constantFrom('https://', 'http://'),
      ...([host, path, signedWith, form] as const),
      (scheme, where, rest, port, fields) => {
        const signed = sign(`${scheme}${where.replace(/:[0-9]+$/, '')}${port}${rest}`, fields);
        const url = `${scheme}${where}${rest}`;
        const expected = validateRequest(TOKEN, signed, url, fields);
        assert.equal(isCarrierSignature(signed, url, fields, [TOKEN]), expected);
      },
    ),
  );
});
