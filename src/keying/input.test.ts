import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { InputKind } from '../flow/vocabulary.ts';
import { LONGEST_INPUT, readInput } from './input.ts';

const KINDS: readonly InputKind[] = ['phone', 'nationalId', 'pin', 'code', 'amount', 'newPhone'];
const SEVENTEEN = '11010519491231002';
const anyKind = fc.constantFrom(...KINDS);
const keys = (alphabet: string, constraints: fc.StringConstraints = {}) =>
  fc.string({ unit: fc.constantFrom(...alphabet), ...constraints });

test('star is X only as the 18th character of a Chinese ID', () => {
  assert.deepEqual(readInput(`${SEVENTEEN}*`, 'nationalId'), { kind: 'entered', text: `${SEVENTEEN}X` });
  assert.deepEqual(readInput(`${SEVENTEEN}*#`, 'nationalId'), { kind: 'entered', text: `${SEVENTEEN}X` });
  assert.deepEqual(readInput(`12*${SEVENTEEN}*`, 'nationalId'), { kind: 'entered', text: `${SEVENTEEN}X` });
  assert.deepEqual(readInput(`${SEVENTEEN}*123456`, 'nationalId'), { kind: 'entered', text: '123456' });
  assert.deepEqual(readInput(`${SEVENTEEN}9*`, 'nationalId'), { kind: 'silence' });
  assert.deepEqual(readInput(`${SEVENTEEN.slice(1)}*`, 'nationalId'), { kind: 'silence' });
  for (const kind of KINDS.filter((one) => one !== 'nationalId'))
    assert.deepEqual(readInput(`${SEVENTEEN}*`, kind), { kind: 'silence' }, kind);
});

test('star starts an entry again, in every kind of entry', () => {
  for (const kind of KINDS) {
    assert.deepEqual(readInput('99*123456', kind), { kind: 'entered', text: '123456' });
    assert.deepEqual(readInput('1*2*3*456', kind), { kind: 'entered', text: '456' });
    assert.deepEqual(readInput('123456*', kind), { kind: 'silence' });
  }
});

test('two stars freeze before other keys, or pressed again; after other keys they are asked about', () => {
  for (const kind of KINDS) {
    for (const digits of ['**', '***', '**#', '**1234', `${SEVENTEEN}****`, `${'1'.repeat(1000)}****`])
      assert.deepEqual(readInput(digits, kind), { kind: 'freeze' }, digits);
    for (const digits of ['12**34', `${SEVENTEEN}**`, '1***', '12**#', `${'1'.repeat(1000)}**`])
      assert.deepEqual(readInput(digits, kind), { kind: 'stars' }, digits);
    assert.deepEqual(readInput('1*2*3456', kind), { kind: 'entered', text: '3456' });
  }
});

test('one star alone is neither an input nor silence', () => {
  for (const kind of KINDS)
    for (const digits of ['*', '*#']) assert.deepEqual(readInput(digits, kind), { kind: 'star' });
});

test('a key alone is a way out, also after starting again', () => {
  for (const kind of KINDS)
    for (const key of '0123456789')
      for (const digits of [key, `${key}#`, `123*${key}`])
        assert.deepEqual(readInput(digits, kind, 6), { kind: 'single_key', key }, digits);
});

test('nothing keyed is silence', () => {
  for (const digits of ['', '#', '12*', '12*#'])
    assert.deepEqual(readInput(digits, 'pin', 6), { kind: 'silence' });
});

test('a short, long or impossible entry is malformed and never an attempt (invariant 6)', () => {
  for (const digits of [
    '12345',
    '1234567',
    '12#456',
    '123456##',
    '12 456',
    '１２３４５６',
    'abcdef',
    '-12345',
    '12345\n',
  ])
    assert.deepEqual(readInput(digits, 'pin', 6), { kind: 'malformed' }, digits);
  assert.equal(readInput('1'.repeat(LONGEST_INPUT), 'phone').kind, 'entered');
  assert.equal(readInput('1'.repeat(LONGEST_INPUT + 1), 'phone').kind, 'malformed');
  assert.equal(readInput('1'.repeat(1_000_000), 'phone').kind, 'malformed');
});

test('leading zeros are kept', () => {
  assert.deepEqual(readInput('000012', 'code', 6), { kind: 'entered', text: '000012' });
});

test('any keys at all read as one of the seven, and an entry holds digits only (X in an ID)', () => {
  fc.assert(
    fc.property(
      fc.oneof(keys('0123456789*#'), fc.string(), fc.string({ unit: 'binary' })),
      anyKind,
      (digits, kind) => {
        const entry = readInput(digits, kind);
        if (entry.kind === 'entered')
          assert.match(entry.text, kind === 'nationalId' ? /^(\d{2,64}|\d{17}X)$/ : /^\d{2,64}$/);
        if (entry.kind === 'single_key') assert.match(entry.key, /^\d$/);
        assert.equal(entry.kind === 'freeze' || entry.kind === 'stars', digits.includes('**'));
        if (entry.kind === 'stars') assert.doesNotMatch(digits, /^\*\*/);
      },
    ),
  );
});

test('what was keyed before a restart makes no difference', () => {
  fc.assert(
    fc.property(
      keys('0123456789', { maxLength: 20 }),
      keys('0123456789', { minLength: 1, maxLength: 20 }),
      anyKind,
      (before, after, kind) => {
        assert.deepEqual(readInput(`${before}*${after}`, kind, 6), readInput(after, kind, 6));
      },
    ),
  );
});

test('the closing # makes no difference', () => {
  fc.assert(
    fc.property(keys('0123456789*', { maxLength: 40 }), anyKind, (digits, kind) => {
      assert.deepEqual(readInput(`${digits}#`, kind), readInput(digits, kind));
    }),
  );
});
