import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { grantFactor, type PassedFactor } from './grant.ts';
import { identityOnly, NO_PROOFS, type Proofs, voidProofs, voidStepUp } from './levels.ts';

const identity = (customerId: string, at = 1): PassedFactor => ({ factor: 'identity', customerId, at });

test('each factor adds its own proof and nothing else', () => {
  const identified = grantFactor(NO_PROOFS, identity('wang'));
  assert.deepEqual(identified, { customerId: 'wang', identifiedAt: 1, pins: {} });
  const withPin = grantFactor(identified, { factor: 'pin', customerId: 'wang', kind: 'query', at: 2 });
  assert.deepEqual(withPin, { ...identified, pins: { query: 2 } });
  const withCode = grantFactor(withPin, { factor: 'code', customerId: 'wang', binding: 'b', at: 3 });
  assert.deepEqual(withCode, { ...withPin, code: { at: 3, binding: 'b' } });
  const confirmed = grantFactor(withCode, { factor: 'confirmation', binding: 'b', at: 4 });
  assert.deepEqual(confirmed, { ...withCode, confirmation: { at: 4, binding: 'b' } });
  const known = grantFactor(withPin, { factor: 'confirmation', at: 5 });
  assert.deepEqual(known, { ...withPin, identityConfirmedAt: 5 });
});

test('the yes to who they are outlives an order, and falls with what was proved (R8)', () => {
  const known = grantFactor(grantFactor(NO_PROOFS, identity('wang')), { factor: 'confirmation', at: 2 });
  assert.equal(voidStepUp(known).identityConfirmedAt, 2);
  for (const fallen of [voidProofs(), identityOnly(known), grantFactor(known, identity('li', 5))])
    assert.equal(fallen.identityConfirmedAt, undefined);
});

test('the identity of another customer drops everything proved before, the same one keeps it', () => {
  const all: Proofs = {
    customerId: 'wang',
    identifiedAt: 1,
    pins: { query: 2, transaction: 2 },
    code: { at: 3, binding: 'b' },
    confirmation: { at: 4, binding: 'b' },
  };
  assert.deepEqual(grantFactor(all, identity('li', 5)), { customerId: 'li', identifiedAt: 5, pins: {} });
  assert.deepEqual(grantFactor(all, identity('wang', 5)), { ...all, identifiedAt: 5 });
});

test('nothing is granted to anyone but the identified customer', () => {
  const identified = grantFactor(NO_PROOFS, identity('wang'));
  for (const passed of [
    { factor: 'pin', customerId: 'li', kind: 'query', at: 1 },
    { factor: 'code', customerId: 'li', binding: 'b', at: 1 },
  ] as const) {
    assert.throws(() => grantFactor(identified, passed));
    assert.throws(() => grantFactor(NO_PROOFS, passed));
  }
  assert.throws(() => grantFactor(NO_PROOFS, { factor: 'confirmation', binding: 'b', at: 1 }));
});

test('whatever is granted in whatever order, every proof belongs to the customer who is identified', () => {
  const customers = fc.constantFrom('wang', 'li');
  const steps = fc.oneof(
    fc.record({ factor: fc.constant('identity' as const), customerId: customers, at: fc.nat() }),
    fc.record({
      factor: fc.constant('pin' as const),
      customerId: customers,
      kind: fc.constantFrom('query' as const, 'transaction' as const),
      at: fc.nat(),
    }),
    fc.record({
      factor: fc.constant('code' as const),
      customerId: customers,
      binding: fc.constant('b'),
      at: fc.nat(),
    }),
    fc.record({ factor: fc.constant('confirmation' as const), binding: fc.constant('b'), at: fc.nat() }),
  );
  fc.assert(
    fc.property(fc.array(steps), (passed) => {
      let proofs = NO_PROOFS;
      let owned: string[] = [];
      for (const one of passed) {
        try {
          proofs = grantFactor(proofs, one);
        } catch {
          continue;
        }
        if (one.factor === 'identity' && owned[0] !== one.customerId) owned = [one.customerId];
        else owned.push('customerId' in one ? one.customerId : (proofs.customerId ?? 'nobody'));
      }
      assert.ok(owned.every((customer) => customer === proofs.customerId));
    }),
  );
});

/** What writing a proof looks like: a member of Proofs in an object literal, a copy with changes, an assignment, a cast. */
const WRITES: readonly RegExp[] = [
  /\b(identifiedAt|identityConfirmedAt)\s*:/,
  /\{[^{}]*\.\.\.[^{}]*,\s*identifiedAt\s*[,}]/,
  /\bproofs\s*:\s*\{/i,
  /\{\s*\.\.\.[\w.]*proofs\b/i,
  /\bproofs(\.\w+)+(\[[^\]]*\])?\s*=[^=>]/i,
  /Object\.assign\([^)]*proofs\b/i,
  /\bas Proofs\b|<Proofs>/,
];

/** Members whose names mean other things where nobody speaks of proofs. */
const WRITES_AMONG_PROOFS: readonly RegExp[] = [
  /\bpins\s*:\s*\{/,
  /\b(code|confirmation)\s*:\s*\{\s*(at|binding)\b/,
];

function writesProofs(source: string): boolean {
  const code = source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
  const patterns = /proofs/i.test(code) ? [...WRITES, ...WRITES_AMONG_PROOFS] : WRITES;
  return patterns.some((pattern) => pattern.test(code));
}

/** Makes the states the prover explores; no call is ever decided with it, which the test after it shows. */
const MODEL = 'prover/representative.ts';

test('only grantFactor and the voiding functions write proofs (invariant 23)', () => {
  const root = new URL('../', import.meta.url);
  const allowed = new Set(['assurance/grant.ts', 'assurance/levels.ts', MODEL]);
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !file.endsWith('.test.ts'),
  );
  const writers = files.filter((file) => writesProofs(readFileSync(new URL(file, root), 'utf8')));
  // Those that may are found: the search sees what it looks for.
  assert.deepEqual(new Set(writers), allowed);
  assert.ok(files.length > 40, `only ${files.length} files were searched`);
});

test('the process that takes calls does not contain the prover', () => {
  const reached = new Set<string>();
  const reach = (file: URL): void => {
    if (reached.has(file.href)) return;
    reached.add(file.href);
    for (const [, path] of readFileSync(file, 'utf8').matchAll(/(?:from|import|import\()\s*'(\.[^']+)'/g))
      if (path !== undefined) reach(new URL(path, file));
  };
  reach(new URL('../main.ts', import.meta.url));
  assert.ok(reached.size > 60, `only ${reached.size} files were reached`);
  assert.ok(reached.has(new URL('./grant.ts', import.meta.url).href));
  assert.deepEqual(
    [...reached].filter((file) => file.includes('/src/prover/')),
    [],
  );
});

test('the search for other writers finds each way of writing', () => {
  for (const bad of [
    'const proofs = { customerId, identifiedAt: now, pins: {} };',
    'return { ...proofs, confirmation };',
    'return { ...call, proofs: { ...call.proofs, code } };',
    'const next = { ...call.proofs };',
    "const old: Proofs = f(); return { ...old, code: { at: now, binding: 'b' } };",
    'const old: Proofs = f(); return { ...old, pins: { query: now } };',
    'const forged = JSON.parse(text) as Proofs;',
    'call.proofs.identifiedAt = now;',
    'proofs.pins[kind] = now;',
    'Object.assign(call.proofs, { customerId });',
    'return { ...rest, identifiedAt };',
  ])
    assert.ok(writesProofs(bad), bad);
  for (const good of [
    'if (proofs.identifiedAt === undefined) return;',
    'return { ...call, proofs: grantFactor(call.proofs, passed) };',
    'const { customerId } = call.proofs;',
    '// sets identifiedAt: never',
    'return { ...call, proofs: voidStepUp(proofs) };',
  ])
    assert.ok(!writesProofs(good), good);
});
