import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { EVENTS } from './events.ts';
import { Fault } from './platform/fault.ts';
import { type AttributeName, admitAttributes, type EventName } from './telemetry/events.ts';
import { describeFailure } from './telemetry/failure.ts';

const EVERY_ATTRIBUTE = [...new Set(Object.values(EVENTS).flatMap(({ attributes }) => [...attributes]))];

test('what is not on the list is dropped', () => {
  const given = {
    step: 'identity.phone',
    outcome: 'taken',
    pin: '135790',
    digits: '1',
    __proto__: { call: 'x' },
  };
  assert.deepEqual(admitAttributes(EVENTS['turn.taken'].attributes, given), {
    step: 'identity.phone',
    outcome: 'taken',
  });
});

test('numbers are bounded and never read from text', () => {
  const names: readonly AttributeName[] = ['milliseconds', 'count'];
  assert.deepEqual(admitAttributes(names, { milliseconds: 12.6, count: 3 }), { milliseconds: 13, count: 3 });
  assert.deepEqual(admitAttributes(names, { milliseconds: 135_790, count: 135_790 }), {
    milliseconds: 60_000,
    count: 10_000,
  });
  assert.deepEqual(admitAttributes(names, { milliseconds: '12', count: Number.NaN }), {});
});

test('a call and a message have any id the carrier gives them, and none that a caller could have keyed', () => {
  const names: readonly AttributeName[] = ['call', 'message'];
  for (const id of [`CA${'0'.repeat(32)}`, 'v3:b0d2f0a6-8d2b', '1234567890.42', 'a'])
    assert.deepEqual(admitAttributes(names, { call: id, message: id }), { call: id, message: id });
  for (const text of ['135790', '**', '+8613800138000', '11010519491231002X', 'a b', '', 'x'.repeat(65)])
    assert.deepEqual(admitAttributes(names, { call: text, message: text }), {});
});

test('six digits in a row, a phone number, an ID or a name in capitals fit no attribute but a longer id (invariant 15)', () => {
  const canaries = [
    '135790',
    '012345',
    '+8613800138000',
    '11010519491231002X',
    '079085001234',
    '王小明',
    'Nguyen An',
  ];
  const text = fc.oneof(
    fc.constantFrom(...canaries),
    fc.stringMatching(/^[0-9]{6,20}$/),
    fc.tuple(fc.string(), fc.stringMatching(/^[0-9]{6,20}$/), fc.string()).map((parts) => parts.join('')),
  );
  fc.assert(
    fc.property(text, (canary) => {
      // Of the ids of other systems nothing is known; among other characters they may hold any digits.
      const keyed = canaries.includes(canary) || /^[0-9]*$/.test(canary);
      const names = EVERY_ATTRIBUTE.filter((name) => keyed || (name !== 'call' && name !== 'message'));
      const given = Object.fromEntries(names.map((name) => [name, canary]));
      assert.deepEqual(admitAttributes(names, given), {});
    }),
  );
});

test('every event names attributes that exist', () => {
  for (const name of Object.keys(EVENTS) as EventName[])
    assert.doesNotThrow(() =>
      admitAttributes(EVENTS[name].attributes, Object.fromEntries(EVERY_ATTRIBUTE.map((a) => [a, 1]))),
    );
});

test('of an error its kind, class, code and place are told, never its message', () => {
  const driver = Object.assign(new TypeError('insert into t values (135790) src/evil.ts:99'), {
    code: 'SQLITE_BUSY',
  });
  const told = describeFailure(new Fault('store_unavailable', 'the PIN 135790', { cause: driver }));
  assert.equal(told.fault, 'store_unavailable');
  assert.equal(told.error, 'TypeError');
  assert.equal(told.code, 'SQLITE_BUSY');
  assert.match(told.origin ?? '', /^src\/events\.test\.ts:[0-9]+$/);
  assert.ok(!JSON.stringify(told).includes('135790'));
});

test('whatever is thrown can be described', () => {
  for (const thrown of [
    undefined,
    null,
    '135790',
    7,
    {},
    Object.create(null),
    new Error('135790', { cause: 1 }),
  ])
    assert.ok(!JSON.stringify(describeFailure(thrown)).includes('135790'));
});
