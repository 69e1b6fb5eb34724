import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readScript } from '../phone-sim/script.ts';
import { decide } from '../src/calls/decide.ts';
import { makeRelease, type ReleaseTexts } from '../src/flow/load-release.ts';
import type { Release } from '../src/flow/release.ts';
import { readReleaseTexts } from '../src/flow/release-files.service.ts';
import { counterexampleScript } from '../src/prover/counterexample.ts';
import { decideOrFail, type Node, pathTo } from '../src/prover/explore.ts';
import { PROPERTIES } from '../src/prover/properties/catalogue.ts';
import { prove } from '../src/prover/prove.ts';
import { firstCall } from '../src/prover/symbolic.ts';
import { applyChange, releaseUnchecked } from './support/changes.ts';
import { DESK_MUTATIONS } from './support/desk-mutations.ts';
import { FREEZE_MUTATIONS } from './support/freeze-mutations.ts';
import { LIST_MUTATIONS } from './support/list-mutations.ts';
import { type Mutation, MUTATIONS as OTHER_MUTATIONS } from './support/mutations.ts';
import { SIM_MUTATIONS } from './support/sim-mutations.ts';

const MUTATIONS = [
  ...OTHER_MUTATIONS,
  ...FREEZE_MUTATIONS,
  ...SIM_MUTATIONS,
  ...LIST_MUTATIONS,
  ...DESK_MUTATIONS,
];
const file = (path: string) => fileURLToPath(new URL(`../flows/${path}`, import.meta.url));

let texts: ReleaseTexts;
let shipped: Release;

before(async () => {
  const read = await readReleaseTexts({
    flow: file('hotline.yaml'),
    policy: file('policy/default.yaml'),
    company: file('company.yaml'),
    locales: file('locales'),
  });
  assert.ok(read.ok);
  texts = read.texts;
  const loaded = makeRelease(texts);
  assert.ok(loaded.ok);
  shipped = loaded.release;
});

/** The release with the mutation in it, which the loader must refuse first where the mutation says so. */
function mutated({ change, refusedWith }: Mutation): Release {
  const { engine, ...inFiles } = change;
  if (Object.keys(inFiles).length === 0) {
    assert.ok(engine, 'a mutation changes something');
    return shipped;
  }
  const changedTexts = applyChange(texts, inFiles);
  const loaded = makeRelease(changedTexts);
  if (refusedWith === undefined) {
    assert.ok(loaded.ok, loaded.ok ? '' : loaded.problems.join('\n'));
    return loaded.release;
  }
  assert.ok(!loaded.ok, 'the loader refuses it');
  assert.match(loaded.problems.join('\n'), refusedWith);
  return shipped;
}

/** Walks the way to a finding from a call that has just come in: nothing may have to be assumed on it. */
function walk(at: Node, release: Release, decideWith: typeof decide): void {
  const path = pathTo(at);
  assert.ok(path.every(({ taken }) => taken === undefined));
  let call = firstCall(release);
  for (const occurrence of path) {
    const { decision } = decideOrFail(release, call, occurrence, decideWith);
    assert.ok(decision, `${occurrence.event.type} at ${call.step} is decided`);
    call = decision.call;
  }
  assert.equal(call.step, at.call.step, 'the path leads to where it is wrong');
}

test('the shipped flow breaks no property, so that a caught mutation is caught for its own change', (t) => {
  const begun = process.cpuUsage();
  const proof = prove(shipped);
  const { user, system } = process.cpuUsage(begun);
  t.diagnostic(
    `${proof.states} states, ${proof.transitions} transitions, ${(user + system) / 1e6} s of one core`,
  );
  for (const { property, finding } of proof.verdicts)
    assert.equal(finding, undefined, `${property.id}: ${finding?.says}`);
  assert.equal(proof.cutAt, undefined);
});

for (const mutation of MUTATIONS) {
  const { mutation: name, change, caughtBy, refusedWith } = mutation;
  test(`${name}: ${[refusedWith ? 'refused' : '', caughtBy ? `caught by ${caughtBy}` : ''].filter(Boolean).join(', ')}`, (t) => {
    const checked = mutated(mutation);
    if (caughtBy === undefined) return;
    const release = refusedWith ? releaseUnchecked(shipped, applyChange(texts, change)) : checked;
    const decideWith = change.engine?.(decide) ?? decide;
    const proof = prove(release, { only: [caughtBy], decideWith });
    const [verdict] = proof.verdicts;
    assert.ok(verdict, `there is a property ${caughtBy}`);
    const { property, finding } = verdict;
    assert.ok(finding, `${caughtBy} catches it`);
    t.diagnostic(`${caughtBy}: ${finding.says}`);
    if (!finding.at) return;
    walk(finding.at, release, decideWith);
    const script = counterexampleScript(property, finding, release);
    assert.ok(script, 'there is a call that shows it');
    const read = readScript(script);
    assert.equal(read.kind, 'read', JSON.stringify(read));
  });
}

test('every property catches a mutation: one that never does proves nothing', () => {
  const catching = new Set(MUTATIONS.map(({ caughtBy }) => caughtBy));
  const idle = PROPERTIES.filter(({ id }) => !catching.has(id)).map(({ id }) => id);
  assert.deepEqual(idle, []);
});

test('at least thirty mutations, each once and each caught, most of them by the prover', () => {
  assert.ok(MUTATIONS.length >= 30);
  assert.equal(new Set(MUTATIONS.map(({ mutation }) => mutation)).size, MUTATIONS.length);
  assert.ok(MUTATIONS.filter(({ caughtBy }) => caughtBy !== undefined).length >= 25);
  for (const { mutation, caughtBy, refusedWith } of MUTATIONS) assert.ok(caughtBy ?? refusedWith, mutation);
});
