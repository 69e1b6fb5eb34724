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

/** A step as calls really are at it, for one matter. */
export interface LivedStep {
  readonly step: string;
  readonly matter: Topic;
  /** What every call has proved here, at the least. */
  readonly level: Level;
}

/** A way from a step to the next one where a call rests; what is only passed through is left out. */
export interface LivedWay {
  readonly from: string;
  readonly matter: Topic;
  readonly event: EventType;
  readonly to: string;
  readonly toMatter: Topic;
  /** Why a person is asked for, where the way leads to one. */
  readonly reason: HandoffReason | undefined;
  /** The most that is proved once the way was taken. */
  readonly level: Level;
}

/** The flow as calls live it under the policy: what the prover explored, told apart by step, matter and event alone. */
export interface LivedFlow {
  /** In the order of first arrival, so that a shorter way comes first. */
  readonly steps: readonly LivedStep[];
  readonly edges: readonly LivedWay[];
  /** For each matter the steps of a shortest call to its first step, that one included. */
  readonly beginnings: ReadonlyMap<Topic, readonly string[]>;
}

function matterOf(call: CallState): Topic {
  return call.flow.order?.action ?? 'none';
}

function lower(a: Level, b: Level): Level {
  return LEVELS.indexOf(a) <= LEVELS.indexOf(b) ? a : b;
}

function higher(a: Level, b: Level): Level {
  return lower(a, b) === a ? b : a;
}

/** Explores a release and keeps what a picture shows. Deterministic; the same decisions as in production. */
export function liveThrough(release: Release): LivedFlow {
  const edges = new Map<string, LivedWay>();
  const levelOf = (call: CallState) => currentLevel(call.proofs, bindingOf(call), release.policy, MOMENT);
  const { nodes } = explore(
    release,
    ({ from, happening, decision, to }) => {
      if (!to) return true;
      const handoff = decision?.effects.find((effect) => effect.kind === 'handoff');
      const way: LivedWay = {
        from: from.call.step,
        matter: matterOf(from.call),
        event: happening.event.type,
        to: to.call.step,
        toMatter: matterOf(to.call),
        reason: handoff?.reason,
        level: levelOf(to.call),
      };
      const key = [way.from, way.matter, way.event, way.to, way.toMatter, way.reason].join('|');
      const known = edges.get(key);
      edges.set(key, known ? { ...way, level: higher(known.level, way.level) } : way);
      return true;
    },
    { followed: [] },
  );

  const steps = new Map<string, LivedStep>();
  const beginnings = new Map<Topic, readonly string[]>();
  for (const node of nodes) {
    const matter = matterOf(node.call);
    const { step } = node.call;
    const key = `${step}|${matter}`;
    const level = levelOf(node.call);
    const known = steps.get(key);
    steps.set(key, { step, matter, level: known ? lower(known.level, level) : level });
    if (!beginnings.has(matter)) {
      const path: string[] = [];
      for (let at: typeof node | undefined = node; at; at = at.from) path.unshift(at.call.step);
      beginnings.set(matter, path);
    }
  }
  return { steps: [...steps.values()], edges: [...edges.values()], beginnings };
}
