import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parse, stringify } from 'yaml';
import { describeBound, type JurisdictionPack, lintPolicy, parsePack } from './jurisdiction.ts';
import { parsePolicy } from './load.ts';
import type { Policy } from './policy.ts';

const read = (name: string) =>
  readFileSync(new URL(`../../flows/policy/${name}.yaml`, import.meta.url), 'utf8');
const shipped = read('default');

function packOf(name: string): JurisdictionPack {
  const parsed = parsePack(read(name));
  assert.ok(parsed.ok, JSON.stringify(parsed));
  return parsed.pack;
}
const CN = packOf('cn');
const VN = packOf('vn');

/** The shipped policy with values at dotted paths replaced; undefined takes a key away. */
function changed(changes: { readonly [path: string]: unknown }): Policy {
  const policy = parse(shipped) as Record<string, unknown>;
  for (const [path, value] of Object.entries(changes)) {
    const names = path.split('.');
    const last = names.pop() ?? '';
    let place = policy;
    for (const name of names) place = place[name] as Record<string, unknown>;
    if (value === undefined) delete place[last];
    else place[last] = value;
  }
  return policy as Policy;
}

const ENDS_AT_11 = [
  { failures: 5, lockSeconds: 1800 },
  { failures: 11, void: true },
];
const NEVER_VOID = [{ failures: 5, lockSeconds: 1800 }];

/** Each pack's lines, broken one by one: what is changed, and the line and rules the refusal names. */
const BREAKS: readonly (readonly [
  pack: JurisdictionPack,
  changes: { readonly [path: string]: unknown },
  refusal: RegExp,
])[] = [
  [VN, { 'biometricFrom.VN.currency': 'CNY' }, /^VN: biometricFrom\.VN\.currency is VND; .*"CNY" \(V1: /],
  [
    VN,
    { 'biometricFrom.VN.transferMinor': 10_000_001 },
    /transferMinor is at most 10000000; the policy says 10000001 \(V1, Z6, Z8: a transfer above/,
  ],
  [
    VN,
    { 'biometricFrom.VN.dayTotalMinor': 20_000_001 },
    /dayTotalMinor is at most 20000000.*\(V1, V2, Z6, Z8/,
  ],
  [VN, { 'biometricFrom.VN.timeZone': 'Asia/Shanghai' }, /timeZone is Asia\/Ho_Chi_Minh.*\(V2/],
  [VN, { 'actions.transfer.level': 'L2' }, /actions\.transfer\.level is at least L3.*"L2" \(V1/],
  [VN, { 'code.countries': ['CN'] }, /code\.countries includes VN.*\(V1/],
  [VN, { 'code.lifetimeSeconds': 301 }, /lifetimeSeconds is at most 300.*301 \(V10/],
  [VN, { 'pin.ladder': NEVER_VOID }, /last\.void is true; the policy says nothing \(V11/],
  [VN, { 'pin.ladder': ENDS_AT_11 }, /last\.failures is at most 10.*11 \(V11/],
  [VN, { 'actions.freeze.level': 'L2' }, /freeze\.level is at most L1.*\(V8/],
  [CN, { 'identification.wrongPerCall': 6 }, /^CN: identification\.wrongPerCall is at most 5.*\(R5\.2/],
  [CN, { 'actions.enquiry.level': 'L1' }, /enquiry\.level is at least L2.*\(R6\.1/],
  [CN, { 'actions.enquiry.pin': 'transaction' }, /enquiry\.pin is query.*\(R6\.1/],
  [CN, { 'actions.repayment.level': 'L1' }, /repayment\.level is at least L2.*\(R6\.1/],
  [CN, { 'actions.repayment.pin': 'query' }, /repayment\.pin is transaction.*\(R6\.1/],
  [CN, { 'actions.transfer.pin': undefined }, /transfer\.pin is transaction; the policy says nothing.*R6\.1/],
  [CN, { 'actions.transfer.level': 'L2' }, /transfer\.level is at least L3.*\(R7\.1/],
  [CN, { 'actions.contact_change.level': 'L2' }, /contact_change\.level is at least L3.*\(R7\.1/],
  [
    CN,
    { 'actions.loan_application.levelWhenLarge': 'L2' },
    /levelWhenLarge or actions\.loan_application\.level is at least L3.*\(R7\.1, Z8/,
  ],
  [CN, { 'code.countries': ['VN'] }, /code\.countries includes CN.*\(R7\.2/],
  [CN, { 'actions.repayment.readBack': false }, /repayment\.readBack is true.*\(R8/],
  [CN, { 'actions.transfer.readBack': undefined }, /transfer\.readBack is true.*\(R8/],
  [CN, { 'actions.loan_application.readBack': false }, /loan_application\.readBack is true.*\(R8/],
  [CN, { 'actions.contact_change.readBack': false }, /contact_change\.readBack is true.*\(R8/],
  [CN, { 'actions.freeze.level': 'L3' }, /freeze\.level is at most L1.*\(R18\.2/],
];

test('the shipped policy keeps every bound of both jurisdictions', () => {
  assert.deepEqual(lintPolicy(changed({}), [CN, VN]), []);
  assert.deepEqual(parsePolicy(shipped, [CN, VN]).ok, true);
});

test('a policy a jurisdiction does not allow is refused, and the refusal names rule and basis', () => {
  for (const [pack, changes, refusal] of BREAKS) {
    const refusals = lintPolicy(changed(changes), [pack]);
    assert.ok(
      refusals.some((sentence) => refusal.test(sentence)),
      `${JSON.stringify(changes)}: ${JSON.stringify(refusals)}`,
    );
  }
});

test('every line of every pack is broken by at least one of the cases above', () => {
  const refused = BREAKS.flatMap(([pack, changes]) => lintPolicy(changed(changes), [pack]));
  const unbroken = [CN, VN].flatMap((pack) =>
    pack.bounds
      .map((bound) => `${pack.jurisdiction}: ${describeBound(bound)};`)
      .filter((line) => !refused.some((sentence) => sentence.startsWith(line))),
  );
  assert.deepEqual(unbroken, []);
});

test('exactly at a bound is allowed', () => {
  const atTheLine = changed({ 'code.lifetimeSeconds': 300, 'identification.wrongPerCall': 5 });
  assert.deepEqual(lintPolicy(atTheLine, [CN, VN]), []);
});

test('all loans at L3 keep what is asked of large ones', () => {
  const policy = changed({
    'actions.loan_application.level': 'L3',
    'actions.loan_application.levelWhenLarge': undefined,
  });
  assert.deepEqual(lintPolicy(policy, [CN]), []);
});

test('a jurisdiction that is not asked refuses nothing', () => {
  const forChinaOnly = changed({ 'code.countries': ['CN'] });
  assert.deepEqual(lintPolicy(forChinaOnly, [CN]), []);
  assert.equal(lintPolicy(forChinaOnly, [VN]).length, 1);
});

test("a policy's own bounds and a jurisdiction's are told at once", () => {
  const policy = stringify(changed({ 'pin.wrongPerCall': 4, 'code.countries': ['CN'] }));
  const parsed = parsePolicy(policy, [VN]);
  assert.ok(!parsed.ok);
  assert.equal(parsed.problems.length, 2);
});

test('a pack with an unknown word, two limits or a rule without an id is refused', () => {
  const line = (text: string) => parsePack(`jurisdiction: VN\nbounds:\n  - { ${text} }\n`);
  assert.ok(line('key: pin.length, atLeast: 6, rules: [Z9], basis: six digits').ok);
  for (const text of [
    'key: pin.length, atleast: 6, rules: [Z9], basis: six digits',
    'key: pin.length, atLeast: 6, atMost: 8, rules: [Z9], basis: six digits',
    'key: pin.length, rules: [Z9], basis: six digits',
    'key: pin.length, atLeast: 6, rules: [some rule], basis: six digits',
    'key: pin.length, atLeast: 6, rules: [Z9]',
  ])
    assert.equal(line(text).ok, false, text);
  for (const text of ['', 'jurisdiction: VN', ': [']) assert.equal(parsePack(text).ok, false);
});
