import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { releaseOf, shippedTexts } from '../../test/support/shipped.ts';
import { upgradeRecord } from '../flow/formats/record-format.ts';
import { SMS_0_1_0 } from '../flow/formats/sms-of-format-1.ts';
import { documentOf, makeRelease, type ReleaseTexts } from '../flow/load-release.ts';
import { LANGUAGES } from '../locales/catalogue.ts';
import { loadSms } from '../speech/load-sms.ts';
import { textsOf } from './release-record.ts';

let shipped: ReleaseTexts;
before(async () => {
  shipped = await shippedTexts();
});

const problemsOf = (document: object) => {
  const read = textsOf(JSON.stringify(document));
  return read.ok ? [] : read.problems;
};

test('a document says its format and holds prompts and messages of every language', () => {
  const document = documentOf(shipped);
  const { format, prompts, sms } = JSON.parse(document);
  assert.equal(format, 2);
  for (const texts of [prompts, sms]) assert.deepEqual(Object.keys(texts).sort(), [...LANGUAGES].sort());
  const read = textsOf(document);
  assert.ok(read.ok);
  assert.equal(releaseOf(read.texts).hash, releaseOf(shipped).hash);
});

test('a release with a language or a jurisdiction this program lacks is refused in words', () => {
  const document = JSON.parse(documentOf(shipped));
  assert.deepEqual(problemsOf({ ...document, prompts: { ...document.prompts, 'fr-FR': '' } }), [
    'it has words in fr-FR, a language this version of the program lacks',
  ]);
  assert.deepEqual(problemsOf({ ...document, sms: { ...document.sms, 'fr-FR': '' } }), [
    'it has words in fr-FR, a language this version of the program lacks',
  ]);
  assert.deepEqual(problemsOf({ ...document, packs: { ...document.packs, FR: '' } }), [
    'it is held to the rules of FR, a jurisdiction this version of the program lacks',
  ]);
});

test('a stored release that lacks a language the company needs is refused in words', () => {
  const { 'vi-VN': _prompts, ...prompts } = shipped.prompts;
  const { 'vi-VN': _sms, ...sms } = shipped.sms;
  const made = makeRelease({ ...shipped, prompts, sms }, 'stored');
  assert.ok(!made.ok);
  assert.deepEqual(made.problems, [
    'prompts: vi-VN: no prompts; every line and every customer may ask for this language',
    'sms: vi-VN: no words for messages; every line and every customer may ask for this language',
  ]);
});

test('what is no document of a release is refused in words', () => {
  for (const document of ['', '{}', '[]', 'null', '{"flow":1}']) {
    const read = textsOf(document);
    assert.ok(!read.ok && read.problems.length === 1, document);
  }
});

test('a release of format 1 gets the words that version 0.1.0 wrote messages in', () => {
  const upgraded = upgradeRecord('release', { flow: 'id: x', prompts: {} });
  assert.ok(upgraded.ok);
  const sms = upgraded.record.sms as ReleaseTexts['sms'];
  const [old, first] = [loadSms(sms, 'stored'), loadSms(SMS_0_1_0, 'stored')];
  assert.ok(old.ok && first.ok);
  for (const language of LANGUAGES) {
    const words = old.sms.template('lock.void', language);
    assert.equal(words, first.sms.template('lock.void', language));
    assert.notEqual(words, releaseOf(shipped).sms.template('lock.void', language));
  }
});
