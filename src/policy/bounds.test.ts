import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parse, stringify } from 'yaml';
import { BOUNDS, brokenBounds } from './bounds.ts';
import { parsePolicy } from './load.ts';
import type { Policy } from './policy.ts';

const shipped = readFileSync(new URL('../../flows/policy/default.yaml', import.meta.url), 'utf8');

/** The shipped policy with one value at a dotted path replaced. */
function withValue(path: string, value: unknown): string {
  const policy = parse(shipped) as Record<string, unknown>;
  const names = path.split('.');
  const last = names.pop() ?? '';
  let place = policy;
  for (const name of names) place = place[name] as Record<string, unknown>;
  place[last] = value;
  return stringify(policy);
}

/** Locks as shipped but for one step of a day. */
const NO_DAY = [
  { failures: 5, lockSeconds: 1800 },
  { failures: 10, void: true },
];

/** A value beyond each bound, the nearest there is, and the rule that must be named. */
const BREAKS: readonly (readonly [path: string, value: unknown, basis: RegExp])[] = [
  ['identification.wrongPerCall', 6, /R5\.2/],
  ['spraying.burst.seconds', 601, /R18\.1/],
  ['spraying.burst.customers', 201, /R18\.1/],
  ['spraying.burst.percentOfTried', 21, /R18\.1/],
  ['spraying.slow.seconds', 90_000, /R18\.1/],
  ['spraying.slow.seconds', 599, /R18\.1/],
  ['identification.uniformFailure', false, /Z3/],
  ['pin.length', 4, /Z9/],
  ['pin.length', 13, /Z9/],
  ['pin.wrongPerCall', 4, /R6\.1/],
  [
    'pin.ladder',
    [
      { failures: 6, lockSeconds: 1800 },
      { failures: 10, void: true },
    ],
    /art\. 4\(3\)\(b\)/,
  ],
  [
    'pin.ladder',
    [
      { failures: 5, lockSeconds: 60 },
      { failures: 10, void: true },
    ],
    /art\. 4\(3\)\(b\)/,
  ],
  [
    'pin.ladder',
    [
      { failures: 5, lockSeconds: 1800 },
      { failures: 11, void: true },
    ],
    /V11/,
  ],
  ['pin.ladder', [{ failures: 5, lockSeconds: 1800 }], /V11/],
  [
    'pin.ladder',
    [
      { failures: 5, lockSeconds: 1800 },
      { failures: 4, lockSeconds: 90000 },
      { failures: 10, void: true },
    ],
    /V11/,
  ],
  ['pin.reservedForOwnLine', 0, /ASVS 6\.1\.1/],
  ['pin.otherLineFailures', 6, /ASVS/],
  ['pin.otherLineWindowSeconds', 3600, /ASVS/],
  ['pin.noticeFromLockSeconds', 100000, /art\. 4\(4\)/],
  ['pin.argon2', { memoryKib: 8192, passes: 2, lanes: 1 }, /OWASP/],
  ['staff.breakAfterSeconds', 10_801, /R26/],
  ['staff.noOffersAfterSeconds', 14_401, /R26/],
  ['staff.noOffersAfterSeconds', 7_199, /R26/],
  ['staff.breakSeconds', 599, /R26/],
  ['staff.shiftSeconds', 43_201, /R26/],
  ['staff.restSeconds', 35_999, /R26/],
  ['staff.longCallSeconds', 7_201, /R26/],
  ['code.length', 4, /6\.5\.4/],
  ['code.lifetimeSeconds', 301, /V10/],
  ['code.triesPerCode', 6, /R7\.2/],
  ['code.ladder', [{ failures: 5, lockSeconds: 1800 }], /NIST/],
  [
    'code.ladder',
    [
      { failures: 5, lockSeconds: 1800 },
      { failures: 5, lockSeconds: 86400 },
    ],
    /R7\.2/,
  ],
  ['code.resendAfterSeconds', 20, /V10/],
  ['code.resendsPerCall', 3, /R7\.2/],
  ['code.waits', 9, /R7\.2/],
  ['code.destinationRegisteredForSeconds', 60, /NIST/],
  ['code.simChangeQuietSeconds', 60, /CAMARA/],
  ['source.customersPerDay', 6, /R18\.1/],
  ['source.failedIdentificationsPerHour', 11, /R18\.1/],
  ['source.slowFromFailures', 11, /R18\.1/],
  ['version', 1_000_001, /S4/],
  ['pin.ladder', NO_DAY, /art\. 4\(4\)/],
  [
    'pin.ladder',
    [...NO_DAY.slice(0, 1), { failures: 7, lockSeconds: 86_399 }, ...NO_DAY.slice(1)],
    /art\. 4\(4\)/,
  ],
  [
    'pin.ladder',
    [...NO_DAY.slice(0, 1), { failures: 7, lockSeconds: 604_801 }, ...NO_DAY.slice(1)],
    /ASVS 6\.1\.1/,
  ],
  [
    'code.ladder',
    [
      { failures: 5, lockSeconds: 1800 },
      { failures: 10, lockSeconds: 604_801 },
    ],
    /ASVS 6\.1\.1/,
  ],
  ['pin.noticeFromLockSeconds', 86_401, /art\. 4\(4\)/],
  ['pin.otherLineWindowSeconds', 604_801, /Z11/],
  ['pin.argon2.memoryKib', 262_145, /S2/],
  ['pin.argon2.passes', 11, /S2/],
  ['pin.argon2.lanes', 5, /S2/],
  ['code.sendsPerCustomer', { count: 11, windowSeconds: 86_400 }, /R21/],
  ['code.sendsPerCustomer', { count: 5, windowSeconds: 86_399 }, /R21/],
  ['code.sendsPerNumber', { count: 7, windowSeconds: 600 }, /R21/],
  ['code.sendsPerNumber', { count: 3, windowSeconds: 599 }, /R21/],
  ['code.sendsPerDay', 40_001, /R21/],
  ['source.failedIdentificationsPerHour', 4, /Z11/],
  ['source.slowSeconds', 11, /Z11/],
  ['spraying.slow.customers', 501, /R18\.1/],
  ['spraying.slow.percentOfTried', 21, /R18\.1/],
  ['freezing.customers', 1, /R18\.1/],
  ['freezing.customers', 21, /R18\.1/],
  ['freezing.seconds', 3_599, /R18\.1/],
  ['freezing.seconds', 604_801, /R18\.1/],
  ['notices.perNumberPerDay', 11, /R21/],
  ['notices.perNumberPerDay', 4, /V12/],
  ['notices.countries', ['CN', 'US'], /R21/],
  ['dialogue.firstKeySeconds', 16, /R3/],
  ['dialogue.retriesLong', 6, /R3/],
  ['dialogue.retriesShort', 6, /R3/],
  ['dialogue.changesOfOrder', 6, /R3/],
  ['amounts.largeLoanFrom.CNY', 5_000_001, /R7\.1/],
  ['amounts.largeLoanFrom.VND', 100_000_001, /R7\.1/],
  ['amounts.maximum.CNY', 1_000_000_001, /R3/],
  ['amounts.maximum.VND', 10_000_000_001, /R3/],
  ['session.idleSeconds', 121, /idle/],
  ['session.idleSeconds', 60, /R3/],
  ['session.fromPinSeconds', 1801, /idle/],
  ['session.stepUpSeconds', 181, /levels/],
  ['coolingOff.seconds', 3600, /cooling-off/],
  ['dialogue.firstKeySeconds', 3, /R3/],
  ['dialogue.betweenKeysLongSeconds', 6, /Z12/],
  ['dialogue.betweenKeysLongSeconds', 8, /Z12/],
  ['dialogue.moreTime.firstKeySeconds', 9, /S8/],
  ['dialogue.moreTime.firstKeySeconds', 31, /idle/],
  ['dialogue.moreTime.betweenKeysSeconds', 4, /S8/],
  ['dialogue.moreTime.betweenKeysLongSeconds', 9, /S8/],
  ['dialogue.moreTime.codeWaitSeconds', 59, /S8/],
  ['dialogue.moreTime.codeWaitSeconds', 91, /R3/],
  ['lanes.balance.zh-CN.doneSeconds', 151, /R3/],
  ['dialogue.menuOptions', 6, /menus/],
  ['dialogue.menuDepth', 4, /menus/],
  ['dialogue.promptSeconds', 16, /prompts/],
  ['actions.enquiry.level', 'L1', /R6\.1/],
  ['actions.recent_transactions.level', 'L1', /R6\.1/],
  ['actions.repayment.pin', 'query', /R6\.1/],
  ['actions.transfer.level', 'L2', /V1/],
  ['actions.loan_application.levelWhenLarge', 'L2', /R7\.1/],
  ['actions.contact_change.level', 'L2', /R7\.1/],
  ['actions.freeze.level', 'L2', /V8/],
  ['actions.transfer.readBack', false, /R8/],
  ['actions.transfer.whileFrozen', true, /Z10/],
  ['amounts.minimum.CNY', 800, /keys/],
  ['amounts.minimum.CNY', 600000000, /R3/],
  ['biometricFrom.VN.transferMinor', 10000001, /Z8/],
  ['biometricFrom.VN.equivalents', {}, /V1\.2/],
  ['biometricFrom.VN.equivalents.CNY.dayTotalMinor', 500001, /V1\.2/],
];

test('the shipped policy keeps every bound', () => {
  const parsed = parsePolicy(shipped);
  assert.deepEqual(parsed.ok ? [] : parsed.problems, []);
});

test('a policy outside a bound is refused, and the refusal names the rule', () => {
  for (const [path, value, basis] of BREAKS) {
    const parsed = parsePolicy(withValue(path, value));
    assert.equal(parsed.ok, false, path);
    assert.ok(
      !parsed.ok && parsed.problems.some((problem) => basis.test(problem)),
      `${path}: ${JSON.stringify(parsed)}`,
    );
  }
});

test('every bound is broken by at least one of the cases above', () => {
  const broken = new Set(
    BREAKS.flatMap(([path, value]) => brokenBounds(parse(withValue(path, value)) as Policy)),
  );
  assert.deepEqual(
    BOUNDS.map((bound) => `${bound.says} (${bound.basis})`).filter((sentence) => !broken.has(sentence)),
    [],
  );
});

/** Exactly at a bound, which is allowed. */
const AT_BOUNDS: readonly (readonly [path: string, value: unknown])[] = [
  ['identification.wrongPerCall', 5],
  ['pin.otherLineFailures', 5],
  ['code.sendsPerCustomer', { count: 10, windowSeconds: 86_400 }],
  ['code.sendsPerNumber', { count: 6, windowSeconds: 600 }],
  ['code.sendsPerDay', 40_000],
  ['source.failedIdentificationsPerHour', 5],
  ['spraying.slow.customers', 500],
  ['notices.perNumberPerDay', 5],
  ['dialogue.retriesLong', 5],
  ['dialogue.retriesShort', 5],
  ['amounts.largeLoanFrom.CNY', 1],
  ['amounts.maximum.CNY', 1_000_000_000],
];

test('exactly at a bound is allowed', () => {
  for (const [path, value] of AT_BOUNDS) {
    const parsed = parsePolicy(withValue(path, value));
    assert.deepEqual(parsed.ok ? [] : parsed.problems, [], path);
  }
});

/** Every number of a policy, with the way to it. */
function numbersIn(value: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value === 'number') return [path];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => numbersIn(inner, [...path, name]));
}

test('no number of a policy is without a bound: one of any size is refused by a rule', () => {
  const numbers = numbersIn(parse(shipped));
  assert.ok(numbers.length > 60, 'the walk sees the policy');
  const unbounded = numbers.filter((path) =>
    [1, 2, 1e3, 1e6, 1e9, 1e12, Number.MAX_SAFE_INTEGER].every((value) => {
      const policy = parse(shipped) as Policy;
      let place = policy as unknown as { [name: string]: unknown };
      for (const name of path.slice(0, -1)) place = place[name] as typeof place;
      place[path.at(-1) ?? ''] = value;
      return brokenBounds(policy).length === 0;
    }),
  );
  assert.deepEqual(
    unbounded.map((path) => path.join('.')),
    [],
  );
});

test('a stored policy that breaks a bound made since goes on, and is refused from a file', () => {
  const text = withValue('amounts.largeLoanFrom.CNY', 900_000_000_000);
  const again = parsePolicy(text, [], 'stored');
  assert.ok(again.ok && again.policy.amounts.largeLoanFrom.CNY === 900_000_000_000);
  assert.equal(parsePolicy(text).ok, false);
  // What every policy was held to, a stored one is, too.
  assert.equal(parsePolicy(withValue('pin.wrongPerCall', 4), [], 'stored').ok, false);
  // Without the messages' budget, as before there was one.
  assert.ok(parsePolicy(withValue('notices', undefined), [], 'stored').ok);
});

test('a file that lacks an action is told its broken bounds all the same', () => {
  const policy = parse(withValue('amounts.largeLoanFrom.CNY', 900_000_000_000));
  delete policy.actions.recent_transactions;
  const parsed = parsePolicy(stringify(policy));
  assert.ok(!parsed.ok);
  assert.ok(parsed.problems.some((problem) => problem.startsWith('actions.recent_transactions')));
  assert.ok(parsed.problems.some((problem) => /largeLoanFrom.*\(R7\.1\)/.test(problem)));
});

test('every problem of a policy is told at once', () => {
  const parsed = parsePolicy(
    shipped
      .replace('wrongPerCall: 3 # R5.2', 'wrongPerCall: 9 # R5.2')
      .replace('lifetimeSeconds: 180', 'lifetimeSeconds: 900'),
  );
  assert.ok(!parsed.ok && parsed.problems.length >= 2);
});

test('unknown keys, missing keys and wrong kinds are refused', () => {
  for (const text of [
    `${shipped}\nsurprise: 1\n`,
    shipped.replace('version: 1', ''),
    withValue('pin.length', 'six'),
    withValue('pin.length', 6.5),
    ': [',
  ]) {
    assert.equal(parsePolicy(text).ok, false);
  }
});
