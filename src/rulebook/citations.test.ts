import assert from 'node:assert/strict';
import { test } from 'node:test';
import { invariantsCited, listedInvariants, policyKeysCiting, rulesCited, testWords } from './citations.ts';

const KNOWN = new Set(['R5.1', 'R5', 'V1', 'V10', 'Z6']);

test('a rule is cited by its whole id', () => {
  assert.deepEqual([...rulesCited('kept (R5.1), not V10 nor E164 nor R5.12', KNOWN)], ['R5.1', 'V10']);
});

test('invariants are cited one by one, in lists and in ranges', () => {
  const cited = invariantsCited(
    'invariants 12, 13, and invariant 3; invariants 5 to 7; invariants 20 and 21; 99',
  );
  assert.deepEqual(
    [...cited].sort((a, b) => a - b),
    [3, 5, 6, 7, 12, 13, 20, 21],
  );
});

test('a test cites rules by its name and its comments, not by its data', () => {
  const text = "// keeps V1\ntest('a code is late (V10)', () => { check({ rules: ['Z6'] }); });";
  assert.deepEqual([...rulesCited(testWords(text), KNOWN)], ['V1', 'V10']);
});

test('a policy key is cited with its whole path, in a policy and in what a jurisdiction asks', () => {
  const policy =
    'code:\n  length: 6\n  ladder: # R5.1\n    - { failures: 5 } # V1\nactions:\n  transfer: { rules: [V1, Z6] }\n';
  assert.deepEqual(
    [...policyKeysCiting(policy, KNOWN)],
    [
      ['R5.1', ['code.ladder']],
      ['V1', ['actions.transfer']],
      ['Z6', ['actions.transfer']],
    ],
  );
  const pack = 'bounds:\n  - { key: pin.ladder.last.void, is: true, rules: [V10] }\n';
  assert.deepEqual([...policyKeysCiting(pack, KNOWN)], [['V10', ['pin.ladder.last.void']]]);
});

test('invariants are read as they are listed', () => {
  const text =
    '# A\n| no. | invariant | kept in | tests | kinds |\n|---|---|---|---|---|\n| 1 | one | `a.ts` | `b.test.ts`: "x" | |\n| 2 | two | | *later*: no desk | |\n';
  assert.deepEqual(listedInvariants(text), [
    { number: 1, statement: 'one', tests: '`b.test.ts`: "x"' },
    { number: 2, statement: 'two', tests: '*later*: no desk' },
  ]);
});
