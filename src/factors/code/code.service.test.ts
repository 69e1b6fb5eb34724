import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { storeTest } from '../../../test/support/databases.ts';
import {
  context,
  inFactorLab,
  keyring,
  NOW,
  otherThan,
  phoneIndex,
  policy,
  random,
} from '../../../test/support/factor-lab.ts';
import { type Order, orderBinding } from '../../actions/order.ts';
import { issueCode, voidCodes } from '../../factors/code/code.store.ts';
import { readCounter } from '../../lockout/counters.store.ts';
import { DAY, HOUR, type Instant, MINUTE, SECOND } from '../../platform/clock.ts';
import { randomDigits } from '../../platform/random.ts';
import { secureRandom } from '../../platform/system-random.ts';

storeTest(
  'one code keyed 100 times at once succeeds exactly once (invariant 12)',
  inFactorLab(async ({ knex, customer, checkCode, settle, issue }) => {
    const { code } = await issue('call', 'order');
    const results = await Promise.all(
      Array.from({ length: 100 }, () => checkCode(context({ callId: 'call' }), customer, 'order', code)),
    );
    const settled = await Promise.all(
      results.map(async (result) => result.kind === 'passed' && (await settle(result)).kept),
    );
    assert.equal(settled.filter(Boolean).length, 1);
    assert.equal(
      (await readCounter(knex, customer, 'code')).own.failures,
      0,
      'nobody pays for the right code',
    );
  }),
);

storeTest(
  'one code consumed 100 times at once is consumed exactly once (invariant 12)',
  inFactorLab(async ({ customer, checkCode, settle, issue }) => {
    const { code, codeId } = await issue('call', 'order');
    const passed = await checkCode(context({ callId: 'call' }), customer, 'order', code);
    assert.ok(passed.kind === 'passed' && passed.secretId === codeId);
    const kept = await Promise.all(Array.from({ length: 100 }, () => settle(passed)));
    assert.equal(kept.filter((one) => one.kept).length, 1);
  }),
);

storeTest(
  'a code is good until the last millisecond of its life and void at its end (invariant 13)',
  inFactorLab(async ({ customer, checkCode, settle, issue }) => {
    const { code, expiresAt } = await issue('call', 'order');
    assert.equal(expiresAt, NOW + policy.code.lifetimeSeconds * SECOND);
    const keyed = (now: Instant) => checkCode(context({ callId: 'call', now }), customer, 'order', code);
    assert.equal((await keyed(expiresAt)).kind, 'late');
    const inTime = await keyed(expiresAt - 1);
    assert.equal(inTime.kind, 'passed');
    assert.deepEqual(
      await settle(inTime, expiresAt),
      { kept: false },
      'it ended while the turn was on its way',
    );
  }),
);

storeTest(
  'a code for one order fails for another that differs in any one field (invariant 14)',
  inFactorLab(async ({ customer, checkCode, settle, issue }) => {
    const order: Order = {
      action: 'transfer',
      revision: 1,
      accountId: 'a',
      payeeId: 'p',
      amountMinor: 100,
      currency: 'CNY',
    };
    const changes: fc.Arbitrary<Partial<Order> & { callId?: string; customerId?: string }> = fc.oneof(
      fc.record({ action: fc.constantFrom('repayment' as const, 'loan_application' as const) }),
      fc.record({ revision: fc.integer({ min: 2 }) }),
      fc.record({ accountId: fc.string().filter((id) => id !== 'a') }),
      fc.record({ payeeId: fc.string().filter((id) => id !== 'p') }),
      fc.record({ loanId: fc.string() }),
      fc.record({ contactIndex: fc.string() }),
      fc.record({ amountMinor: fc.nat().filter((amount) => amount !== 100) }),
      fc.record({ currency: fc.constant('VND' as const) }),
      fc.record({ callId: fc.string().filter((id) => id !== 'call') }),
      fc.record({ customerId: fc.string().filter((id) => id !== customer) }),
    );
    const binding = orderBinding('call', customer, order);
    const { code } = await issue('call', binding);
    await fc.assert(
      fc.asyncProperty(changes, async ({ callId = 'call', customerId = customer, ...change }) => {
        const other = orderBinding(callId, customerId, { ...order, ...change });
        const result = await checkCode(context({ callId: 'call' }), customer, other, code);
        assert.equal(result.kind, 'failed');
        await settle(result);
      }),
      { numRuns: 50 },
    );
    assert.equal((await checkCode(context({ callId: 'elsewhere' }), customer, binding, code)).kind, 'failed');
    assert.equal((await checkCode(context({ callId: 'call' }), customer, binding, code)).kind, 'passed');
  }),
);

storeTest(
  'only the newest code is good; the older one is recognised as late and not charged (invariant 17)',
  inFactorLab(async ({ knex, customer, checkCode, settle, issue }) => {
    const first = await issue('call', 'order');
    const second = await issue('call', 'order', NOW + MINUTE);
    const keyed = async (digits: string) => {
      const result = await checkCode(
        context({ callId: 'call', now: NOW + MINUTE }),
        customer,
        'order',
        digits,
      );
      return { kind: result.kind, kept: (await settle(result, NOW + MINUTE)).kept };
    };
    assert.equal((await knex('codes').where({ call_id: 'call', state: 'live' })).length, 1);
    for (let n = 0; n < 10; n++) assert.equal((await keyed(first.code)).kind, 'late');
    assert.equal((await readCounter(knex, customer, 'code')).own.failures, 0);
    assert.deepEqual(await keyed(second.code), { kind: 'passed', kept: true });
    assert.equal((await keyed(second.code)).kind, 'late', 'a used code is an old code');
    assert.equal(second.hint, second.code[0]);
  }),
);

storeTest(
  'a code takes three tries, and a resend gives a fresh code but not a fresh count (invariant 5)',
  inFactorLab(async ({ knex, customer, checkCode, settle, issue }) => {
    const first = await issue('call', 'order');
    const wrong = otherThan(first.code);
    const keyed = async (digits: string, now: Instant) => {
      const result = await checkCode(context({ callId: 'call', now }), customer, 'order', digits);
      await settle(result, now);
      return [result.kind, 'reason' in result ? result.reason : undefined];
    };
    for (let n = 0; n < 3; n++) assert.deepEqual(await keyed(wrong, NOW), ['failed', undefined]);
    assert.deepEqual(await keyed(first.code, NOW), ['locked', 'code_tries_spent']);
    const second = await issue('call', 'order', NOW + MINUTE);
    assert.equal((await readCounter(knex, customer, 'code')).own.failures, 3);
    const alsoWrong = otherThan(first.code, second.code);
    for (let n = 0; n < 2; n++) await keyed(alsoWrong, NOW + MINUTE);
    assert.deepEqual(await keyed(second.code, NOW + MINUTE), ['locked', 'locked'], 'five wrong in a row');
  }),
);

storeTest(
  'without any code for the order nothing is compared and nothing is charged (invariant 6)',
  inFactorLab(async ({ knex, customer, checkCode, settle }) => {
    const result = await checkCode(context({ callId: 'call' }), customer, 'order', '123456');
    assert.deepEqual([result.kind, 'reason' in result && result.reason], ['failed', 'nothing_to_compare']);
    assert.deepEqual(await settle(result), { kept: true });
    assert.equal((await readCounter(knex, customer, 'code')).own.failures, 0);
  }),
);

storeTest(
  'after the call ended its codes are worth nothing (invariant 25)',
  inFactorLab(async ({ knex, customer, checkCode, issue }) => {
    const { code } = await issue('call', 'order');
    await knex.transaction((transaction) => voidCodes(transaction, 'call'));
    assert.equal((await checkCode(context({ callId: 'call' }), customer, 'order', code)).kind, 'late');
  }),
);

storeTest(
  'sends are limited per resend, per number and per customer, 50 at once too',
  inFactorLab(async ({ knex, customer }) => {
    const request = {
      customerId: customer,
      callId: 'call',
      binding: 'order',
      numberIndex: phoneIndex,
      policy,
      random,
      keyring,
    };
    const send = (over: { now: Instant; callId?: string; numberIndex?: string; binding?: string }) =>
      knex.transaction((transaction) => issueCode(transaction, { ...request, ...over }));
    const reason = async (over: Parameters<typeof send>[0]) => {
      const issued = await send(over);
      return issued.kind === 'limited' ? issued.reason : issued.kind;
    };
    assert.equal(await reason({ now: NOW }), 'issued');
    assert.equal(await reason({ now: NOW + 59 * SECOND }), 'resend_too_soon');
    assert.equal(await reason({ now: NOW + 60 * SECOND }), 'issued');
    assert.equal(await reason({ now: NOW + 120 * SECOND }), 'issued');
    assert.equal(await reason({ now: NOW + 180 * SECOND }), 'resends_spent');
    assert.equal(await reason({ now: NOW + 180 * SECOND, binding: 'changed' }), 'sends_per_number');
    const all = await Promise.all(
      Array.from({ length: 50 }, (_, n) => reason({ now: NOW + 20 * MINUTE, callId: `call-${n}` })),
    );
    assert.equal(all.filter((one) => one === 'issued').length, 2);
    assert.equal(await reason({ now: NOW + 40 * MINUTE, callId: 'later' }), 'sends_per_customer');
    assert.equal(await reason({ now: NOW + DAY + HOUR, callId: 'tomorrow' }), 'issued');
  }),
);

test('codes are uniform, leading zeros included (invariant 16)', async () => {
  const codes = Array.from({ length: 20_000 }, () => randomDigits(secureRandom, policy.code.length));
  for (let position = 0; position < policy.code.length; position++) {
    const counts = new Map<string, number>();
    for (const code of codes) counts.set(code.charAt(position), (counts.get(code.charAt(position)) ?? 0) + 1);
    // Chi-square with 9 degrees of freedom: above 50 comes about once in ten million runs.
    const chiSquare = [...counts.values()].reduce((sum, count) => sum + (count - 2000) ** 2 / 2000, 0);
    assert.ok(counts.size === 10 && chiSquare < 50, `digit ${position}: ${chiSquare}`);
  }
  assert.ok(codes.every((code) => /^\d{6}$/.test(code)));
});

test('no Math.random is on the way to a code, a token or anything else (invariant 16)', () => {
  const root = new URL('../../', import.meta.url);
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !file.endsWith('.test.ts'),
  );
  assert.ok(files.length > 40);
  for (const file of files) {
    const code = readFileSync(new URL(file, root), 'utf8').replace(/\/\*[\s\S]*?\*\//g, '');
    assert.ok(!/Math\.random/.test(code), file);
  }
});
