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
