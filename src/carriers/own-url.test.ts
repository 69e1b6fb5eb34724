import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { asideUrl, freezeUrl, holdUrl, ownQuery, readOwnUrl, turnUrl, waitUrl } from './own-url.ts';

const NOWHERE = { freezeInProgress: false, aside: false, holdCount: 0 };

/** The query of a URL as Express reads it. */
function queryOf(url: string) {
  return Object.fromEntries(new URL(url).searchParams);
}

test('what is written into a URL of ours is read from it again', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/), fc.boolean(), (token, urgent) => {
      const query = queryOf(turnUrl('https://hotline.example/prefix', 'identity.phone', token, urgent));
      const read = readOwnUrl(query);
      assert.deepEqual(read, {
        step: 'identity.phone',
        token,
        freezeInProgress: urgent,
        aside: false,
        holdCount: 0,
      });
      assert.deepEqual(readOwnUrl(queryOf(`https://x${ownQuery(read)}`)), read);
    }),
  );
  assert.equal(readOwnUrl(queryOf(holdUrl('https://x', '/voice/fallback', 7))).holdCount, 7);
});

test('a missing, repeated or malformed step, token, count or reference is none', () => {
  for (const t of [undefined, '', ['a', 'a'], 'a b', 'a'.repeat(65), '../../..', '<x>'])
    assert.deepEqual(readOwnUrl({ step: 'a&b', t, reference: t }), NOWHERE);
  for (const held of ['-1', '1e9', 'x', ['1', '2'], '1234']) assert.equal(readOwnUrl({ held }).holdCount, 0);
  for (const urgent of ['0', 'true', ['1', '1']])
    assert.equal(readOwnUrl({ urgent }).freezeInProgress, false);
});

test('keys beside the steps come back as such, and a wait with its language', () => {
  const at = { step: 'handoff', token: 'Zm9v' };
  const wait = readOwnUrl(queryOf(waitUrl('https://x', 'vi-VN', at)));
  assert.deepEqual(wait, { ...NOWHERE, ...at, aside: true, language: 'vi-VN' });
  assert.deepEqual(readOwnUrl(queryOf(`https://x${ownQuery(wait)}`)), wait);
  assert.equal(readOwnUrl(queryOf(freezeUrl('https://x'))).aside, true);
  assert.equal(readOwnUrl(queryOf(asideUrl(turnUrl('https://x', 'more', 'a', false)))).aside, true);
  assert.equal(readOwnUrl({ l: 'xx-XX' }).language, undefined);
});

test('of a query only our own step and token go back to the carrier', () => {
  const read = readOwnUrl({ step: 'identity.phone', t: 'Zm9v_-', From: '+8613800138000', CallSid: 'CA1' });
  assert.equal(ownQuery(read), '?step=identity.phone&t=Zm9v_-');
  assert.equal(ownQuery({ ...read, freezeInProgress: true }), '?step=identity.phone&t=Zm9v_-&urgent=1');
  assert.equal(ownQuery(NOWHERE), '');
});
