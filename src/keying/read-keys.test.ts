import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changed, releaseOf, shippedTexts } from '../../test/support/shipped.ts';
import { type FlowContext, newContext } from '../flow/context.ts';
import type { Release } from '../flow/release.ts';
import { readKeys } from './read-keys.ts';

const texts = await shippedTexts();
const release = releaseOf(texts);
const INPUTS = [...release.flow.steps.values()].filter(({ meta }) => meta.collect?.kind === 'entry');

function meaning(
  { flow: machine, policy }: Release,
  step: string,
  digits: string,
  {
    finished = false,
    showsNumber = false,
    ...flow
  }: { finished?: boolean; showsNumber?: boolean } & Partial<FlowContext> = {},
): unknown {
  const found = machine.steps.get(step);
  assert.ok(found);
  const context = { ...newContext('en-US'), ...flow };
  return readKeys(found, context, { digits, finished, showsNumber }, policy);
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

const event = (type: string) => ({ kind: 'event', event: { type } });

test('# alone stands for the number the call shows, at the phone number only', () => {
  const pound = { finished: true };
  assert.deepEqual(meaning(release, 'identity.phone', '', { ...pound, showsNumber: true }), {
    kind: 'own_line',
  });
  assert.deepEqual(meaning(release, 'identity.phone', '', pound), event('SILENCE'));
  assert.deepEqual(
    meaning(release, 'identity.phone', '', { showsNumber: true }),
    event('SILENCE'),
    'a pause',
  );
  // With a member of staff the number is asked for once more, at a step of its own.
  for (const { name } of INPUTS.filter((step) => !['identity.phone', 'desk.phone'].includes(step.name)))
    assert.deepEqual(meaning(release, name, '', { ...pound, showsNumber: true }), event('SILENCE'), name);
});

test('# after an input that had ended by itself is nothing, wherever the call has come', () => {
  const after = { endedItself: { said: [] }, showsNumber: true };
  for (const { name, meta } of release.flow.steps.values()) {
    if (!meta.collect) continue;
    const entry = meta.collect.kind === 'entry';
    assert.deepEqual(
      meaning(release, name, entry ? '' : '#', { ...after, finished: entry }),
      event('POUND'),
      name,
    );
  }
  assert.deepEqual(
    meaning(release, 'menu.main', '#', { showsNumber: true }),
    event('INVALID'),
    'otherwise it is',
  );
  assert.deepEqual(
    meaning(release, 'menu.main', '1', after),
    event('KEY.1'),
    'another key means what it means',
  );
});

test('** is heard in an input that ends by itself, also when its end falls between the stars', () => {
  for (const step of ['pin.entry', 'code.entry']) {
    for (const keys of ['**', '**1234'])
      assert.deepEqual(meaning(release, step, keys), event('FREEZE'), keys);
    for (const keys of ['1**', '12**', '123**', '1234**'])
      assert.deepEqual(meaning(release, step, keys), event('STARS'), `${keys} is asked about`);
    assert.deepEqual(meaning(release, step, '12345*'), event('STAR'));
    for (const keys of ['*', '*1', '*12345'])
      assert.deepEqual(meaning(release, step, keys, { starPending: true }), event('FREEZE'), keys);
    for (const keys of ['1*2345', '*12345', '1234*5'])
      assert.deepEqual(meaning(release, step, keys), event('STARTED_AGAIN'), keys);
  }
});
