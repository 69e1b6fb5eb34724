import type { ActionName } from '../actions/catalogue.ts';
import { LEVELS, type Level } from '../actions/requirement.ts';
import { bindingOf } from '../assurance/call-level.ts';
import { currentLevel } from '../assurance/levels.ts';
import type { CallState } from '../calls/call.ts';
import type { HandoffReason } from '../escalation/reasons.ts';
import type { Release } from '../flow/release.ts';
import type { EventType } from '../flow/vocabulary.ts';
import { explore } from '../prover/explore.ts';
import { MOMENT } from '../prover/symbolic.ts';

/** What a call is about at a step; `none` before the caller has said what they want. */
export type Topic = ActionName | 'none';

/** a step as calls reach it, for one topic. */
interface ReachableStep {
  readonly step: string;
  readonly topic: Topic;
  /** What every call has proved here, at the least. */
  readonly level: Level;
}

/** An edge from a step to the next one where a call rests; what is only passed through is left out. */
export interface ReachableEdge {
  readonly from: string;
  readonly topic: Topic;
  readonly event: EventType;
  readonly to: string;
  readonly toTopic: Topic;
  /** Why a person is asked for, where the edge leads to one. */
  readonly reason: HandoffReason | undefined;
  /** The most that is proved once the edge is taken. */
  readonly level: Level;
}

/** The flow as calls can reach it under the policy: what the prover explored, distinguished by step, topic and event alone. */
export interface ReachableFlow {
  /** In the order of first arrival, so that a shorter path comes first. */
  readonly steps: readonly ReachableStep[];
  readonly edges: readonly ReachableEdge[];
  /** For each topic the steps of a shortest call to its first step, that one included. */
  readonly beginnings: ReadonlyMap<Topic, readonly string[]>;
}

function topicOf(call: CallState): Topic {
  return call.flow.order?.action ?? 'none';
}

function lower(a: Level, b: Level): Level {
  return LEVELS.indexOf(a) <= LEVELS.indexOf(b) ? a : b;
}

function higher(a: Level, b: Level): Level {
  return lower(a, b) === a ? b : a;
}

/** Explores a release and keeps what a picture shows. Deterministic; the same decisions as in production. */
export function exploreReachable(release: Release): ReachableFlow {
  const edges = new Map<string, ReachableEdge>();
  const levelOf = (call: CallState) => currentLevel(call.proofs, bindingOf(call), release.policy, MOMENT);
  const { nodes } = explore(
    release,
    ({ from, occurrence, decision, to }) => {
      if (!to) return true;
      const handoff = decision?.effects.find((effect) => effect.kind === 'handoff');
      const edge: ReachableEdge = {
        from: from.call.step,
        topic: topicOf(from.call),
        event: occurrence.event.type,
        to: to.call.step,
        toTopic: topicOf(to.call),
        reason: handoff?.reason,
        level: levelOf(to.call),
      };
      const key = [edge.from, edge.topic, edge.event, edge.to, edge.toTopic, edge.reason].join('|');
      const known = edges.get(key);
      edges.set(key, known ? { ...edge, level: higher(known.level, edge.level) } : edge);
      return true;
    },
    { followed: [] },
  );

  const steps = new Map<string, ReachableStep>();
  const beginnings = new Map<Topic, readonly string[]>();
  for (const node of nodes) {
    const topic = topicOf(node.call);
    const { step } = node.call;
    const key = `${step}|${topic}`;
    const level = levelOf(node.call);
    const known = steps.get(key);
    steps.set(key, { step, topic, level: known ? lower(known.level, level) : level });
    if (!beginnings.has(topic)) {
      const path: string[] = [];
      for (let at: typeof node | undefined = node; at; at = at.from) path.unshift(at.call.step);
      beginnings.set(topic, path);
    }
  }
  return { steps: [...steps.values()], edges: [...edges.values()], beginnings };
}
