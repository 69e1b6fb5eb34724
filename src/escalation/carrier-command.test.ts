import assert from 'node:assert/strict';
import { test } from 'node:test';
import { conferenceName, handoffOf, labelText, readLabel } from './carrier-command.ts';

test('a conference is named after its hand-off and found by its name, with any characters in the id', () => {
  for (const id of ['Zm9v_-abc', 'freeze-request.CA0123', 'freeze-request.v3:b0/d2?x=1&y~', '123456']) {
    const name = conferenceName(id);
    assert.match(name, /^h-[A-Za-z0-9_.~-]+$/, 'it stands in a path');
    assert.equal(handoffOf(name), id);
  }
  for (const name of ['', 'h-', 'Room1', 'x-abc', 'h-a b', `h-${'a'.repeat(97)}`, 'h-~zz'])
    assert.equal(handoffOf(name), undefined, name);
});

test('a label says role and number, and nothing else is a label', () => {
  for (const role of ['caller', 'agent', 'supervisor'] as const)
    assert.deepEqual(readLabel(labelText({ role, number: 12 })), { role, number: 12 });
  for (const text of [undefined, '', 'caller', 'caller-0', 'caller-01', 'agent-99999', 'boss-1', 'agent-1\n'])
    assert.equal(readLabel(text), undefined, String(text));
});
