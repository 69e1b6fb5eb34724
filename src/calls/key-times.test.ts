import assert from 'node:assert/strict';
import { test } from 'node:test';
import { releaseOf, shippedTexts } from '../../test/support/shipped.ts';
import { byLanguage } from '../locales/catalogue.ts';
import { SECOND } from '../platform/clock.ts';
import { type CallState, type Facts, newCall } from './call.ts';
import { codeWaitSeconds, keyTimesOf } from './key-times.ts';

const NOW = 1_700_000_000_000;
const release = releaseOf(await shippedTexts());
const plain = newCall('CA1', 'menu.main', { language: 'en-US', currency: 'CNY' }, NOW);
const asked: CallState = { ...plain, flow: { ...plain.flow, moreTime: true } };
const identified: CallState = { ...plain, proofs: { customerId: 'c', identifiedAt: NOW, pins: {} } };
const verified: CallState = { ...identified, proofs: { ...identified.proofs, pins: { query: NOW } } };
const nobody: Facts = {};
const needsTime: Facts = {
  customer: {
    familyName: 'Chan',
    addressed: byLanguage(() => 'Chan'),
    idLastFour: '0019',
    phoneLastFour: '1001',
    locale: 'en-US',
    jurisdiction: 'CN',
    moreTime: true,
  },
};
const collectAt = (step: string) => release.flow.steps.get(step)?.meta.collect;
const times = (step: string, call: CallState, facts: Facts) => {
  const { firstKeySeconds, betweenKeysSeconds } = keyTimesOf(collectAt(step), call, release, facts);
  return [firstKeySeconds, betweenKeysSeconds];
};

test('there is more time between the keys of a long number than of a PIN (Z12)', () => {
  for (const step of ['identity.phone', 'identity.id', 'details.contact'])
    assert.deepEqual(times(step, plain, nobody), [7, 7], step);
  for (const step of ['pin.entry', 'code.entry', 'details.amount', 'menu.main'])
    assert.deepEqual(times(step, plain, nobody), [7, 4], step);
});

test('who asks for more time has it at every step (S8)', () => {
  assert.deepEqual(times('identity.phone', asked, nobody), [10, 10]);
  assert.deepEqual(times('pin.entry', asked, nobody), [10, 7]);
  assert.deepEqual(times('menu.main', asked, nobody), [10, 7]);
});

test('the record of a customer counts only once a PIN has passed: before, the times would tell who is one (Z3)', () => {
  assert.deepEqual(times('pin.entry', identified, needsTime), times('pin.entry', plain, nobody));
  assert.deepEqual(times('details.amount', verified, needsTime), [10, 7]);
  assert.deepEqual(times('details.amount', verified, nobody), [7, 4]);
});

test('a code is waited for no longer than it is good, and with more time for longer (S8)', () => {
  const waiting = (call: CallState, seconds: number): CallState => ({
    ...call,
    flow: { ...call.flow, code: { codeId: 'x', hint: '1', sentAt: NOW, expiresAt: NOW + seconds * SECOND } },
  });
  assert.equal(codeWaitSeconds(waiting(verified, 180), release, nobody, NOW), 60);
  assert.equal(codeWaitSeconds(waiting(verified, 180), release, needsTime, NOW), 90);
  assert.equal(codeWaitSeconds(waiting(asked, 20), release, nobody, NOW), 20);
  assert.equal(codeWaitSeconds(waiting(asked, 1), release, nobody, NOW), 10, 'never less than for an input');
});
