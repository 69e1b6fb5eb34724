import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { decided, picks, randomCall } from '../../test/support/random-calls.ts';
import type { CallState } from '../calls/call.ts';
import type { Decision } from '../calls/decision.ts';
import type { Release } from '../flow/release.ts';
import { loadRelease } from '../flow/release-files.service.ts';
import type { Counter } from '../flow/vocabulary.ts';
import { assert as insist } from '../platform/fault.ts';
import type { Followed } from './counts.ts';
import { type Exploration, explore, LASTING } from './explore.ts';
import { LOCAL, readSteps, type StepReads } from './reads.ts';
import { keyOf, representative } from './representative.ts';
import { MOMENT, occurrencesAt } from './symbolic.ts';

const file = (path: string) => fileURLToPath(new URL(`../../flows/${path}`, import.meta.url));
const EVENTS = 40; // a whole transfer takes about 25
const LONGEST_PAUSE_SECONDS = 40; // some codes may be sent again, some not yet

let release: Release;
let explored: Exploration;
let steps: ReadonlyMap<string, StepReads>;

before(async () => {
  const loaded = await loadRelease({
    flow: file('hotline.yaml'),
    policy: file('policy/default.yaml'),
    company: file('company.yaml'),
    locales: file('locales'),
  });
  assert.ok(loaded.ok);
  release = loaded.release;
  steps = readSteps(release);
  explored = explore(release, () => true, { followed: [] });
});

/** The call that stands for this one, as the exploration keeps it. */
function standsFor(call: CallState): CallState {
  const reads = steps.get(call.step);
  insist(reads, `the flow has a step ${call.step}`);
  return representative(call, reads);
}

function withCounters(call: CallState, zero: readonly Counter[]): CallState {
  const counters = { ...call.flow.counters };
  for (const counter of zero) counters[counter] = 0;
  return { ...call, flow: { ...call.flow, counters } };
}

/** The call without what a `#` after an input that ended by itself would say again: it was looked at when it was said first. */
function withNothingCutShort(call: CallState): CallState {
  const { endedItself: _said, ...flow } = call.flow;
  return { ...call, flow };
}

/** What the caller hears, without what a representative does not keep: the language, and the last result's words. */
function heard({ next, call }: Decision): string {
  if (next.kind === 'perform') return `${next.operation} ${call.pendingSpeech.map(({ prompt }) => prompt)}`;
  const { speech, ending, step } = next.reply;
  return JSON.stringify([step, ending.kind, speech.map(({ prompt, bargeIn }) => [prompt, bargeIn])]);
}

test('the same release is explored in the same order', () => {
  const again = explore(release, () => true, { followed: [] });
  assert.deepEqual(
    again.nodes.map(({ call }) => keyOf(call)),
    explored.nodes.map(({ call }) => keyOf(call)),
  );
  assert.deepEqual(again.edges, explored.edges);
});

test('no two calls that were kept apart have the same key, and each stands for itself', () => {
  const keys = explored.nodes.map(({ call }) => keyOf(call));
  assert.equal(new Set(keys).size, keys.length);
  for (const { call } of explored.nodes) assert.equal(keyOf(standsFor(call)), keyOf(call));
});

test('what a decision reads keeps two calls apart; what only the reading of keys looks at does not', () => {
  const call = explored.nodes.find(({ call: { proofs } }) => proofs.newNumber === 'hidden')?.call;
  insist(call, 'a call from a hidden number gets past a PIN');
  const key = (flow: Partial<CallState['flow']>, proofs = call.proofs) =>
    keyOf(standsFor({ ...call, proofs, flow: { ...call.flow, ...flow } }));
  const menu = { languageMenu: 'language.own' };
  const read = [
    key({}),
    key({}, { ...call.proofs, newNumber: 'unproved' }),
    key(menu),
    key({ ...menu, moreTimeOffer: 'language.moreTime' }),
    key({ deniedCustomerId: 'customer' }),
  ];
  assert.equal(new Set(read).size, read.length);
  assert.equal(
    key({ pendingKey: '0', moreTime: true, starPending: true, endedItself: { said: [] } }),
    key({}),
  );
});

test('two calls with the same key hear the same and come to the same keys, whatever happens', () => {
  const known = new Map<string, CallState>();
  fc.assert(
    fc.property(picks(EVENTS, 0), (picked) => {
      for (const { decision } of randomCall(release, picked)) {
        const { call } = decision;
        if (call.status === 'ended') return;
        const key = keyOf(standsFor(call));
        const other = known.get(key) ?? standsFor(call);
        known.set(key, other);
        const [here, there] = [occurrencesAt(release, call), occurrencesAt(release, other)];
        assert.deepEqual(
          here.map(({ event }) => event.type),
          there.map(({ event }) => event.type),
          'the same can happen',
        );
        for (const [index, occurrence] of here.entries()) {
          if (!release.flow.steps.get(call.step)?.handles.has(occurrence.event.type)) continue;
          const twin = there[index];
          assert.ok(twin);
          const now = { customerId: 'customer', now: occurrence.at };
          const [one, two] = [
            decided(release, withNothingCutShort(call), occurrence, now),
            decided(release, other, twin, now),
          ];
          assert.equal(one === undefined, two === undefined);
          if (!one || !two) continue;
          const where = `${occurrence.event.type} at ${call.step}`;
          // A late # has what it cut short said again, which no decision reads.
          const saysAgain = occurrence.event.type === 'POUND';
          if (!(call.step === 'more' && occurrence.event.type === 'KEY.9') && !saysAgain)
            assert.equal(heard(one), heard(two), where);
          assert.equal(keyOf(standsFor(one.call)), keyOf(standsFor(two.call)), where);
        }
      }
    }),
    { numRuns: 30 },
  );
});

/** The keys of what was explored, without what the prover counts by itself. */
function keysOf(exploration: Exploration): ReadonlySet<string> {
  return new Set(exploration.nodes.map(({ call }) => keyOf(call)));
}

/** Every call as the exploration with these counters followed has it: the local ones one at a time. */
function projections(call: CallState, followed: Followed): readonly string[] {
  const free = LASTING.filter((counter) => !followed.includes(counter));
  return LOCAL.map((kept) =>
    keyOf(withCounters(standsFor(call), [...free, ...LOCAL.filter((counter) => counter !== kept)])),
  );
}

for (const followed of [[], ['codeTries']] as const satisfies readonly Followed[]) {
  test(`wherever a real call comes was explored, with ${followed.length === 0 ? 'no counter' : followed.join()} followed`, () => {
    const keys =
      followed.length === 0 ? keysOf(explored) : keysOf(explore(release, () => true, { followed }));
    fc.assert(
      fc.property(picks(EVENTS, LONGEST_PAUSE_SECONDS), (picked) => {
        for (const { occurrence, decision } of randomCall(release, picked)) {
          for (const key of projections(decision.call, followed))
            assert.ok(keys.has(key), `${occurrence.event.type} to ${key}`);
        }
      }),
      { numRuns: 150 },
    );
  });
}

test('wherever a real call comes was explored, with codeTries followed and no counter of a step', () => {
  const followed = ['codeTries'] as const;
  const keys = keysOf(explore(release, () => true, { followed, followsLocal: false }));
  const zero = [...LASTING.filter((counter) => counter !== 'codeTries'), ...LOCAL];
  fc.assert(
    fc.property(picks(EVENTS, LONGEST_PAUSE_SECONDS), (picked) => {
      for (const { occurrence, decision } of randomCall(release, picked)) {
        const key = keyOf(withCounters(standsFor(decision.call), zero));
        assert.ok(keys.has(key), `${occurrence.event.type} to ${key}`);
      }
    }),
    { numRuns: 150 },
  );
});

test('random calls come far enough to mean something', () => {
  const reached = new Set<string>();
  fc.assert(
    fc.property(picks(EVENTS, 0), (picked) => {
      for (const { decision } of randomCall(release, picked)) reached.add(decision.call.step);
    }),
    { numRuns: 150, seed: 7 },
  );
  for (const step of ['code.entry', 'confirm.order', 'carryOut', 'more', 'refused', 'freeze.carryOut'])
    assert.ok(reached.has(step), `${step} is reached`);
});

test('a search that is cut says so, and one that has seen enough stops', () => {
  const cut = explore(release, () => true, { followed: [], statesLimit: 50 });
  assert.equal(cut.cutAt, 50);
  assert.equal(cut.nodes.length, 50);
  let seen = 0;
  const stopped = explore(release, () => ++seen < 10, { followed: [] });
  assert.ok(stopped.stopped);
  assert.equal(seen, 10);
  assert.equal(explored.stopped, false);
  assert.equal(explored.cutAt, undefined);
});

test('every node is reached by the shortest way', () => {
  const depths = explored.nodes.map(({ depth }) => depth);
  assert.deepEqual(
    depths,
    depths.toSorted((a, b) => a - b),
  );
  assert.equal(explored.nodes[0]?.call.startedAt, MOMENT);
});
