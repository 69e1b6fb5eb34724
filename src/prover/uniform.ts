import type { CallState } from '../calls/call.ts';
import type { Decision } from '../calls/decision.ts';
import type { Release } from '../flow/release.ts';
import { assert } from '../platform/fault.ts';
import { decideOrFail, type Exploration, type Node } from './explore.ts';
import type { Finding } from './finding.ts';
import { readSteps, type StepReads } from './reads.ts';
import { keyOf, representative } from './representative.ts';
import { type Occurrence, occurrencesAt } from './symbolic.ts';

type StepsRead = ReadonlyMap<string, StepReads>;

/** Everything of a decision that reaches the caller: the answer, or what it will begin with once an operation is done. */
export function audible(decision: Decision | undefined): string {
  if (!decision) return 'nothing';
  const { next, call } = decision;
  return next.kind === 'reply'
    ? JSON.stringify(next.reply)
    : JSON.stringify({ step: call.step, operation: next.operation, speech: call.pendingSpeech });
}

/** The same call as a known and as an unknown customer has it after the same keys. */
interface Pair {
  readonly known: CallState;
  readonly unknown: CallState;
  readonly path: readonly Occurrence[];
}

/** The shipped flow has some two thousand pairs; with more than this nothing is claimed, and that is a finding. */
const PAIRS_LIMIT = 20_000;

function nodesAtIdentity({ nodes }: Exploration, release: Release): readonly Node[] {
  return nodes.filter(({ call }) => {
    const { collect } = release.flow.steps.get(call.step)?.meta ?? {};
    const { retries, repeats } = call.flow.counters;
    return (
      collect?.kind === 'entry' &&
      collect.factor === 'identity' &&
      call.proofs.customerId === undefined &&
      retries + repeats === 0
    );
  });
}

function settled(reads: StepsRead, call: CallState): CallState {
  const here = reads.get(call.step);
  assert(here, `the flow has a step ${call.step}`);
  return representative(call, here);
}

/**
 * Walks the known and the unknown customer side by side from every identity entry: the same keys must bring the same
 * answers until a PIN passes, which only the real customer can do (Z3, invariant 20). A lock sounds like a wrong entry.
 */
export function differencesHeard(exploration: Exploration, release: Release): readonly Finding[] {
  const reads = readSteps(release);
  // A pair that was walked from another identity entry was found alike for ever: it is walked once.
  const seen = new Set<string>();
  for (const at of nodesAtIdentity(exploration, release)) {
    const matched = occurrencesAt(release, at.call).find(({ event }) => event.type === 'PASSED');
    if (!matched) continue;
    const missed: Occurrence = { ...matched, event: { type: 'FAILED' } };
    const finding = walkPair(release, reads, at, { matched, missed }, seen);
    if (finding) return [finding];
  }
  return [];
}

function walkPair(
  release: Release,
  reads: StepsRead,
  at: Node,
  { matched, missed }: { readonly matched: Occurrence; readonly missed: Occurrence },
  seen: Set<string>,
): Finding | undefined {
  const open: Pair[] = [];
  const step = (
    known: CallState,
    unknown: CallState,
    one: Occurrence,
    other: Occurrence,
    path: readonly Occurrence[],
  ): Finding | undefined => {
    const left = decideOrFail(release, known, one).decision;
    const right = decideOrFail(release, unknown, other).decision;
    if (!left || !right) return undefined;
    const last = path.at(-1);
    if (audible(left) !== audible(right)) {
      return {
        at,
        says: `After the same keys (${[...path, other].map(({ event }) => event.type).join(', ')}) a known and an unknown caller hear different things${last ? ` at ${known.step}` : ''}.`,
        next: one,
      };
    }
    const pair: Pair = {
      known: settled(reads, left.call),
      unknown: settled(reads, right.call),
      path: [...path, other],
    };
    const [ours, theirs] = [keyOf(pair.known), keyOf(pair.unknown)];
    // Two calls of one key behave alike for ever.
    if (ours === theirs) return undefined;
    const key = `${ours}~${theirs}`;
    if (seen.size >= PAIRS_LIMIT)
      return { at, says: `More than ${PAIRS_LIMIT} pairs of a known and an unknown caller.`, next: one };
    if (!seen.has(key) && pair.unknown.proofs.customerId === undefined) {
      seen.add(key);
      open.push(pair);
    }
    return undefined;
  };
  const first = step(at.call, at.call, matched, missed, []);
  if (first) return first;
  for (let pair = open.shift(); pair; pair = open.shift()) {
    const { known, unknown, path } = pair;
    for (const occurrence of occurrencesAt(release, unknown)) {
      const handled = release.flow.steps.get(unknown.step)?.handles.has(occurrence.event.type);
      // A caller who keys an identity again is a new pair, which begins at a node of its own.
      if (!handled || occurrence.event.type === 'PASSED') continue;
      const finding = step(known, unknown, occurrence, occurrence, path);
      if (finding) return finding;
    }
  }
  return undefined;
}
