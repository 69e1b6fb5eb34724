import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parse } from 'yaml';
import { PIN_KINDS } from '../actions/requirement.ts';
import { policySchema } from '../policy/policy.ts';
import {
  budgetOf,
  counterOf,
  factorOfInput,
  factorRules,
  inputLength,
  KEYED_FACTORS,
  lockNoticeOf,
} from './catalogue.ts';

const policy = policySchema.parse(
  parse(readFileSync(new URL('../../flows/policy/default.yaml', import.meta.url), 'utf8')),
);

test('every keyed factor has its own input and its own counters', () => {
  assert.deepEqual(KEYED_FACTORS, ['identity', 'pin', 'code']);
  const counters = KEYED_FACTORS.flatMap((name) => Object.keys(factorRules(name).counters));
  assert.equal(new Set(counters).size, counters.length, 'no counter belongs to two factors');
  for (const name of KEYED_FACTORS) {
    assert.equal(factorOfInput(factorRules(name).input.kind), name);
    for (const pin of PIN_KINDS)
      assert.ok(Object.keys(factorRules(name).counters).includes(counterOf(name, pin)));
  }
});

test('a counter is counted by its own rules, and the customer whom it can lock is told in its own words', () => {
  const counters = KEYED_FACTORS.flatMap((name) => PIN_KINDS.map((pin) => counterOf(name, pin)));
  const notices = new Map(counters.map((counter) => [counter, lockNoticeOf(counter)]));
  assert.deepEqual(Object.fromEntries(notices), {
    identity: undefined,
    'pin.query': 'query',
    'pin.transaction': 'transaction',
    code: 'code',
  });
  for (const [counter, notice] of notices) {
    const budget = budgetOf(counter, policy);
    assert.equal(budget.counter, counter);
    assert.equal(budget.draws === 'customer', notice !== undefined);
  }
});

test('other lines are told apart for PINs alone, over both counters in one order (ADR 15)', () => {
  const otherLines = (counter: Parameters<typeof budgetOf>[0]) => {
    const budget = budgetOf(counter, policy);
    return budget.draws === 'customer' ? budget.rules.otherLines?.counters : undefined;
  };
  assert.deepEqual(otherLines('pin.query'), ['pin.query', 'pin.transaction']);
  assert.deepEqual(otherLines('pin.transaction'), ['pin.query', 'pin.transaction']);
  assert.equal(otherLines('code'), undefined);
});

test('PINs and codes have one length, everything else any (invariant 6)', () => {
  assert.equal(inputLength('pin', policy), policy.pin.length);
  assert.equal(inputLength('code', policy), policy.code.length);
  for (const input of ['nationalId', 'phone', 'amount', 'newPhone'])
    assert.equal(inputLength(input, policy), undefined, input);
});
