import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changed, releaseOf, shippedTexts } from '../../test/support/shipped.ts';
import { newContext } from '../flow/context.ts';
import type { Release } from '../flow/release.ts';
import { readKeys } from './read-keys.ts';

const texts = await shippedTexts();
const release = releaseOf(texts);
const INPUTS = [...release.flow.steps.values()].filter(({ meta }) => meta.collect?.kind === 'entry');

function meaning(
  { flow, policy }: Release,
  step: string,
  digits: string,
  { finished = false, pendingKey }: { finished?: boolean; pendingKey?: string } = {},
): unknown {
  const found = flow.steps.get(step);
  assert.ok(found);
  const context = { ...newContext('en-US'), ...(pendingKey === undefined ? {} : { pendingKey }) };
  return readKeys(found, context, { digits, finished }, policy);
}

test('a key alone is obeyed with #, or pressed again; after a mere pause it is asked about (Z12)', () => {
  assert.ok(INPUTS.length >= 6);
  const person = { kind: 'event', event: { type: 'PERSON' } };
  for (const { name } of INPUTS) {
    const asked = { kind: 'event', event: { type: 'LONE_KEY', key: '0' } };
    assert.deepEqual(meaning(release, name, '0'), asked, name);
    assert.deepEqual(meaning(release, name, '12*0'), asked, 'also after starting again');
    assert.deepEqual(
      meaning(release, name, '0', { pendingKey: '7' }),
      asked,
      'another key is asked about anew',
    );
    assert.deepEqual(meaning(release, name, '0', { finished: true }), person);
    assert.deepEqual(meaning(release, name, '0#'), person, 'where a carrier leaves the # in');
    assert.deepEqual(meaning(release, name, '0', { pendingKey: '0' }), person);
  }
});

test('a digit that is no command is no question; an input is read as ever', () => {
  const invalid = { kind: 'event', event: { type: 'INVALID' } };
  assert.deepEqual(meaning(release, 'identity.phone', '4'), invalid);
  assert.deepEqual(meaning(release, 'code.entry', '1'), {
    kind: 'event',
    event: { type: 'LONE_KEY', key: '1' },
  });
  assert.deepEqual(meaning(release, 'pin.entry', '123456', { pendingKey: '1' }), {
    kind: 'input',
    input: 'pin',
    factor: 'pin',
    text: '123456',
  });
});

test('a menu takes one key, which is obeyed at once', () => {
  assert.deepEqual(meaning(release, 'menu.main', '0'), { kind: 'event', event: { type: 'PERSON' } });
});

test('a release from before the question goes on as it was published', () => {
  const older = releaseOf(
    changed(texts, 'flow', texts.flow.match(/ {2}LONE_KEY:.*\n(?: {4}.*\n)+/)?.[0] ?? '', ''),
  );
  assert.deepEqual(meaning(older, 'identity.phone', '0'), { kind: 'event', event: { type: 'PERSON' } });
});
