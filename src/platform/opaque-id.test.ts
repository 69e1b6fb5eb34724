import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isOpaqueId } from './opaque-id.ts';

test('1 to 64 visible ASCII characters are an id', () => {
  for (const id of [
    'x',
    `CA${'0'.repeat(32)}`,
    'v3:b0d2f0a6-8d2b',
    '../etc',
    '1234567890.42',
    '~'.repeat(64),
  ])
    assert.equal(isOpaqueId(id), true, id);
  for (const text of ['', 'a b', 'a\n', '\0', 'é', '号', '１', 'x'.repeat(65)])
    assert.equal(isOpaqueId(text), false, JSON.stringify(text));
});

test('what a caller could have keyed is no id (invariant 15)', () => {
  for (const text of ['135790', '**', '#', '+8613800138000', '11010519491231002X', '079085001234'])
    assert.equal(isOpaqueId(text), false, text);
  assert.equal(isOpaqueId('n135790'), true);
});
