import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changed, releaseOf, shippedTexts } from '../../test/support/shipped.ts';
import { newCall } from '../calls/call.ts';
import type { Release } from '../flow/release.ts';
import { DOCUMENT_KINDS } from '../jurisdictions/documents.ts';
import { LANGUAGES } from '../locales/catalogue.ts';
import { documentNames } from '../locales/document-names.ts';
import type { Keyring } from '../platform/keyring.ts';
import { SPOKEN_TEXT_CHARACTERS } from '../speech/spoken.ts';
import { readTurn } from './read-turn.ts';

const NOW = Date.UTC(2026, 0, 15);
const keyring: Keyring = {
  encryption: { currentId: 'a', byId: new Map([['a', Buffer.alloc(32, 1)]]) },
  index: Buffer.alloc(32, 2),
  pepper: Buffer.alloc(32, 3),
};
const texts = await shippedTexts();
const shipped = releaseOf(texts);

/** What keys at the ID mean: the number that is looked up, or the event. */
function keyedId(release: Release, digits: string): string | undefined {
  const step = release.flow.steps.get('identity.id');
  assert.ok(step);
  const { flow, ...state } = newCall('CA1', 'identity.id', { language: 'vi-VN', currency: 'VND' }, NOW);
  const call = {
    state: { ...state, flow: { ...flow, keyedPhoneIndex: 'phone' } },
    line: release.company.lines[0]?.number ?? '',
    updatedAt: NOW,
  };
  const read = readTurn(call, release, step, { digits, finished: true }, 0, keyring, NOW);
  if (read.kind === 'factor' && read.keyed.factor === 'identity') return read.keyed.nationalId;
  return read.kind === 'event' ? read.event.type : read.kind;
}

test('the digits of every kind of document the policy accepts are looked up, each in its one form', () => {
  for (const [keys, lookedUp] of [
    ['110101198504120019', '110101198504120019'],
    ['11010519491231002*', '11010519491231002X'],
    ['110101900307101', '11010119900307101'],
    ['001085000101', '001085000101'],
    ['101085000777', '101085000777'],
    ['012345678', '012345678'],
    ['12345678', '12345678'],
    ['1234567801', '12345678'],
    ['1234567', '1234567'],
  ] as const)
    assert.ok(keyedId(shipped, keys)?.startsWith(lookedUp), keys);
});

test('what can be no accepted document costs nothing: neither an attempt nor a look-up (invariant 6)', () => {
  for (const keys of ['12345', '110101198504120018', '12345678901', '1101011985041200190'])
    assert.equal(keyedId(shipped, keys), 'INVALID', keys);
});

test('a release takes the documents its policy names, and one from before there was a choice takes two', () => {
  const named = (list: string) =>
    releaseOf(changed(texts, 'policy', /documents:\s*\[[^\]]*\]/.exec(texts.policy)?.[0] ?? '', list));
  const strict = named('documents: [vn_cmnd]');
  assert.equal(keyedId(strict, '012345678'), '012345678');
  assert.equal(keyedId(strict, '001085000101'), 'INVALID');
  const before = named('');
  assert.equal(keyedId(before, '012345678'), 'INVALID');
  assert.equal(keyedId(before, '001085000101'), '001085000101');
});

test('what callers are told they can key names every accepted kind, wholly', () => {
  for (const language of LANGUAGES) {
    const all = documentNames(DOCUMENT_KINDS, language);
    assert.ok([...all].length <= SPOKEN_TEXT_CHARACTERS, `${language}: ${all}`);
    for (const kind of DOCUMENT_KINDS) assert.ok(all.includes(documentNames([kind], language)), kind);
  }
});
