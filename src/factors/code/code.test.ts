import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parse } from 'yaml';
import { type Customer, sealContext } from '../../customers/customer.ts';
import { DAY, HOUR, SECOND } from '../../platform/clock.ts';
import { type Keyring, seal } from '../../platform/keyring.ts';
import { seededRandom } from '../../platform/random.ts';
import { policySchema } from '../../policy/policy.ts';
import { codeDestination, resendAllowed } from './code.ts';

const policy = policySchema.parse(
  parse(readFileSync(new URL('../../../flows/policy/default.yaml', import.meta.url), 'utf8')),
);
const NOW = Date.UTC(2026, 0, 15);
const keyring: Keyring = {
  encryption: { currentId: 'a', byId: new Map([['a', Buffer.alloc(32, 1)]]) },
  index: Buffer.alloc(32, 2),
  pepper: Buffer.alloc(32, 3),
};

function customer(e164: string | null, over: Partial<Customer> = {}): Customer {
  const context = sealContext('phone_sealed', 'wang');
  return {
    id: 'wang',
    locale: 'zh-CN',
    jurisdiction: 'CN',
    nameSealed: '',
    documentKind: null,
    nationalIdSealed: '',
    nationalIdIndex: '',
    phoneSealed: e164 === null ? null : seal(keyring, seededRandom('code'), context, e164),
    phoneIndex: e164,
    phoneSince: NOW - 30 * DAY,
    contactPhoneSealed: null,
    simChangedAt: NOW - 30 * DAY,
    simKnownAt: NOW,
    freeze: 'none',
    frozenAt: null,
    coolingOffUntil: null,
    createdAt: NOW,
    moreTime: false,
    chosenLanguage: null,
    facts: {},
    ...over,
  };
}

test('a code goes to the registered phone', () => {
  for (const e164 of ['+8613800138000', '+84912345678'])
    assert.deepEqual(codeDestination(customer(e164), keyring, policy, NOW), { kind: 'ok', e164 });
});

test('a code is refused a number that is missing, new, of unknown age or abroad', () => {
  const reason = (e164: string | null, over: Partial<Customer> = {}) => {
    const decision = codeDestination(customer(e164, over), keyring, policy, NOW);
    return decision.kind === 'refused' ? decision.reason : decision.kind;
  };
  const phone = '+8613800138000';
  assert.equal(reason(null), 'no_phone');
  assert.equal(reason('+12015550123'), 'country');
  assert.equal(reason(phone, { phoneSince: null }), 'phone_too_new');
  assert.equal(
    reason(phone, { phoneSince: NOW - DAY }),
    'phone_too_new',
    'exactly a day is not more than a day',
  );
  assert.equal(reason(phone, { phoneSince: NOW - DAY - 1 }), 'ok');
  assert.equal(reason(phone, { phoneSince: NOW + HOUR }), 'phone_too_new');
});

test('a resend is allowed after a minute, and twice', () => {
  const after = (seconds: number, resends: number) =>
    resendAllowed({ lastSentAt: NOW, resends }, policy, NOW + seconds * SECOND);
  assert.deepEqual(after(59, 0), { kind: 'refused', reason: 'too_soon', allowedAt: NOW + 60 * SECOND });
  assert.deepEqual(after(60, 0), { kind: 'allowed' });
  assert.deepEqual(after(60, 1), { kind: 'allowed' });
  assert.deepEqual(after(3600, 2), { kind: 'refused', reason: 'spent' });
});
