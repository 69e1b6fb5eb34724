import type { decide } from '../calls/decide.ts';
import type { Release } from '../flow/release.ts';
import type { Counter } from '../flow/vocabulary.ts';
import type { Followed } from './counts.ts';
import { decideOrFail, LASTING, type Node, pathTo } from './explore.ts';
import type { Finding } from './finding.ts';
import { readSteps } from './reads.ts';
import { firstCall, type Occurrence } from './symbolic.ts';

/** The calls on the shortest way to a node, first to last, the node itself last. */
function nodesTo(node: Node): readonly Node[] {
  const nodes: Node[] = [];
  for (let at: Node | undefined = node; at; at = at.from) nodes.unshift(at);
  return nodes;
}

/** Whether a call that has just come in walks this way by itself, with every counter as it then really stands. */
function isWalked(
  release: Release,
  at: Node,
  next: Occurrence | undefined,
  decideWith: typeof decide,
): boolean {
  const path = pathTo(at);
  if ([...path, ...(next ? [next] : [])].some(({ taken }) => taken !== undefined)) return false;
  let call = firstCall(release);
  for (const [index, node] of nodesTo(at).entries()) {
    if (call.step !== node.call.step) return false;
    const occurrence = path[index] ?? next;
    if (!occurrence) break;
    const real = decideOrFail(release, call, occurrence, decideWith).decision;
    if (index < path.length) {
      if (!real) return false;
      call = real.call;
      continue;
    }
    const assumed = decideOrFail(release, node.call, occurrence, decideWith).decision;
    return real?.call.step === assumed?.call.step && (real === undefined) === (assumed === undefined);
  }
  return true;
}

/**
 * The counters a finding makes assumptions about: it may stand on one that was not followed and could not stand like
 * that. None where a call really comes to it.
 */
export function countersAssumed(
  release: Release,
  { at, next }: Finding,
  followed: Followed,
  decideWith: typeof decide,
): readonly Counter[] {
  if (!at || isWalked(release, at, next, decideWith)) return [];
  const steps = readSteps(release);
  const events = nodesTo(at).map((node, index, nodes) => ({
    step: node.call.step,
    event: (nodes[index + 1]?.by ?? next)?.event.type,
  }));
  return LASTING.filter(
    (counter) =>
      !followed.includes(counter) &&
      events.some(({ step, event }) => event && steps.get(step)?.events.get(event)?.asked.has(counter)),
  );
}
