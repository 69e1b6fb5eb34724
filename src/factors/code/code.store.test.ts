import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { storeTest } from '../../../test/support/databases.ts';
import { TEST_KEYS as keyring } from '../../../test/support/keys.ts';
import { SECOND } from '../../platform/clock.ts';
import { seededRandom } from '../../platform/random.ts';
import { type Policy, policySchema } from '../../policy/policy.ts';
import type { Knex } from '../../storage/connect.ts';
import {
  type CodeRequest,
  compareCode,
  consumeCode,
  deliveryOfCode,
  issueCode,
  liveCodeId,
  voidCodes,
} from './code.store.ts';

const policy: Policy = policySchema.parse(
  parse(readFileSync(new URL('../../../flows/policy/default.yaml', import.meta.url), 'utf8')),
);
const NOW = Date.UTC(2026, 0, 15);
const END = NOW + policy.code.lifetimeSeconds * SECOND;
const random = seededRandom('code store');

function tryIssue(knex: Knex, over: Partial<CodeRequest> = {}) {
  const request: CodeRequest = {
    customerId: 'wang',
    callId: 'CA1',
    binding: 'order-1',
    numberIndex: 'number-of-wang',
    now: NOW,
    policy,
    random,
    keyring,
    ...over,
  };
  return knex.transaction((transaction) => issueCode(transaction, request));
}

async function issue(knex: Knex, over: Partial<CodeRequest> = {}) {
  const issued = await tryIssue(knex, over);
  assert.ok(issued.kind === 'issued', JSON.stringify(issued));
  return issued;
}

const compare = (knex: Knex, digits: string, { callId = 'CA1', binding = 'order-1', now = NOW } = {}) =>
  compareCode(knex, keyring, callId, binding, digits, now);
const consume = (knex: Knex, codeId: string, now = NOW) =>
  knex.transaction((transaction) => consumeCode(transaction, codeId, now));

storeTest('of 100 transactions that consume one code at once one succeeds (invariant 12)', async (knex) => {
  const { codeId } = await issue(knex);
  const consumed = await Promise.all(Array.from({ length: 100 }, () => consume(knex, codeId)));
  assert.equal(consumed.filter(Boolean).length, 1);
  assert.equal(await consume(knex, codeId), false);
});

storeTest('a code whose turn was rolled back is still good', async (knex) => {
  const { code, codeId } = await issue(knex);
  await assert.rejects(
    knex.transaction(async (transaction) => {
      assert.equal(await consumeCode(transaction, codeId, NOW), true);
      throw new Error('the turn failed');
    }),
    /the turn failed/,
  );
  assert.deepEqual(await compare(knex, code), { kind: 'match', codeId });
  assert.equal(await consume(knex, codeId), true);
});

storeTest('a code is good at its lifetime minus 1 ms and void at it (invariant 13)', async (knex) => {
  const { code, codeId, expiresAt } = await issue(knex);
  assert.equal(expiresAt, END);
  assert.deepEqual(await compare(knex, code, { now: END - 1 }), { kind: 'match', codeId });
  assert.deepEqual(await compare(knex, code, { now: END }), { kind: 'late' });
  assert.equal(await consume(knex, codeId, END), false);
  assert.equal(await consume(knex, codeId, END - 1), true);
});

storeTest('a code is compared with those of its own call and order only (invariant 14)', async (knex) => {
  const { code, codeId } = await issue(knex);
  assert.deepEqual(await compare(knex, code), { kind: 'match', codeId });
  assert.deepEqual(await compare(knex, code, { callId: 'CA2' }), { kind: 'none' });
  assert.deepEqual(await compare(knex, code, { binding: 'order-2' }), { kind: 'none' });
  const wrong = code === '000000' ? '000001' : '000000';
  assert.deepEqual(await compare(knex, wrong), { kind: 'mismatch' });
  assert.equal(await liveCodeId(knex, 'CA1', 'order-1'), codeId);
  assert.equal(await liveCodeId(knex, 'CA1', 'order-2'), undefined);
});

storeTest(
  'a used, an older and a voided code are recognised as late, and none of them is good',
  async (knex) => {
    const older = await issue(knex);
    const later = NOW + policy.code.resendAfterSeconds * SECOND;
    const newer = await issue(knex, { now: later });
    if (older.code !== newer.code)
      assert.deepEqual(await compare(knex, older.code, { now: later }), { kind: 'late' });
    assert.equal(await consume(knex, older.codeId, later), false);
    assert.equal(await consume(knex, newer.codeId, later), true);
    assert.deepEqual(await compare(knex, newer.code, { now: later }), { kind: 'late' });
    const voided = await issue(knex, { callId: 'CA2', customerId: 'li', numberIndex: 'number-of-li' });
    const untouched = await issue(knex, { callId: 'CA3', customerId: 'an', numberIndex: 'number-of-an' });
    await knex.transaction((transaction) => voidCodes(transaction, 'CA2'));
    assert.deepEqual(await compare(knex, voided.code, { callId: 'CA2' }), { kind: 'late' });
    assert.equal(await consume(knex, voided.codeId), false);
    assert.equal(await consume(knex, untouched.codeId), true);
  },
);

storeTest(
  'of a hang-up and the use of a code at the same time one comes first, and the code is never used after it (invariant 25)',
  async (knex) => {
    for (let round = 0; round < 5; round++) {
      const who = { callId: `CA${round}`, customerId: `c${round}`, numberIndex: `n${round}` };
      const { codeId } = await issue(knex, who);
      const [used] = await Promise.all([
        consume(knex, codeId),
        knex.transaction((transaction) => voidCodes(transaction, who.callId)),
      ]);
      const { state } = await knex('codes').where({ id: codeId }).first('state');
      assert.equal(state, used ? 'consumed' : 'void');
    }
  },
);

storeTest(
  'of codes asked for at once for one call one lives, and a resend is refused until its time',
  async (knex) => {
    const issues = await Promise.all(Array.from({ length: 20 }, () => tryIssue(knex)));
    const reasons = issues.map((one) => (one.kind === 'issued' ? 'issued' : one.reason)).sort();
    assert.deepEqual(reasons, ['issued', ...Array.from({ length: 19 }, () => 'resend_too_soon')]);
    assert.equal((await knex('codes').where({ state: 'live' })).length, 1);
  },
);

storeTest(
  'sends are counted exactly, per number over all customers and per customer over all numbers',
  async (knex) => {
    const { sendsPerNumber, sendsPerCustomer } = policy.code;
    const issuedOf = async (who: (n: number) => Partial<CodeRequest>) => {
      const issues = await Promise.all(
        Array.from({ length: 20 }, (_, n) => tryIssue(knex, { callId: `call-${n}`, ...who(n) })),
      );
      return issues.filter(({ kind }) => kind === 'issued').length;
    };
    assert.equal(
      await issuedOf((n) => ({ customerId: `c${n}`, numberIndex: 'shared' })),
      sendsPerNumber.count,
    );
    await knex('codes').delete();
    assert.equal(
      await issuedOf((n) => ({ customerId: 'one', numberIndex: `n${n}` })),
      sendsPerCustomer.count,
    );
  },
);

storeTest('the day’s cap of the whole line is held, and a day later it is open again', async (knex) => {
  const capped: Policy = { ...policy, code: { ...policy.code, sendsPerDay: 3 } };
  const who = (n: number, now = NOW) => ({
    customerId: `c${n}`,
    numberIndex: `n${n}`,
    callId: `CA${n}`,
    now,
    policy: capped,
  });
  for (let n = 0; n < 3; n++) await issue(knex, who(n));
  assert.deepEqual(await tryIssue(knex, who(3)), { kind: 'limited', reason: 'sends_per_day' });
  assert.equal((await tryIssue(knex, who(3, NOW + 24 * 3_600_000 - 1))).kind, 'limited');
  assert.equal((await tryIssue(knex, who(3, NOW + 24 * 3_600_000))).kind, 'issued');
});

storeTest('no table holds the digits, and delivery says what became of the message', async (knex) => {
  const { code, codeId, hint } = await issue(knex);
  assert.equal(hint, code.charAt(0));
  const [row] = await knex('codes');
  assert.ok(
    Object.values(row).every(
      (value) =>
        !String(value)
          .split(/[^0-9A-Za-z_-]/)
          .includes(code),
    ),
  );
  assert.equal(await deliveryOfCode(knex, codeId), 'pending');
  assert.equal(await deliveryOfCode(knex, 'none'), undefined);
});
