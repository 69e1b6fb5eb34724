import { ACTIONS, type ActionName } from '../actions/catalogue.ts';
import type { Level } from '../actions/requirement.ts';
import type { Proofs } from '../assurance/levels.ts';
import type { EntryData } from '../ledger/entry.ts';
import { type Instant, SECOND } from '../platform/clock.ts';
import type { Policy } from '../policy/policy.ts';

/** What can be proved of a caller, from the ground up. */
export const RUNGS = ['identity', 'query_pin', 'transaction_pin', 'code', 'confirmation'] as const;
export type RungName = (typeof RUNGS)[number];

/** `fallen`: it had passed in this call and no longer counts; why stands in the record. */
type RungState = 'passed' | 'failed' | 'locked' | 'open' | 'fallen';

/** One rung of the ladder of proofs, as the agent sees it: never what was keyed, how much of it, or how often. */
export interface Rung {
  readonly name: RungName;
  readonly rule: string;
  readonly state: RungState;
  /** When it passed. */
  readonly at: Instant | undefined;
  /** When it stops counting, where it does by itself. */
  readonly until: Instant | undefined;
}

/** What the ladder is drawn from. `locked`: no attempt is taken now. */
interface LadderFacts {
  readonly proofs: Proofs;
  readonly locked: ReadonlySet<RungName>;
  /** The entries `factor.outcome` of the call, oldest first. */
  readonly outcomes: readonly Pick<EntryData, 'factor' | 'outcome'>[];
  /** A level of this call fell or ended since its proofs passed. */
  readonly hasFallen: boolean;
}

const RULES: { readonly [name in RungName]: string } = {
  identity: 'R5.1',
  query_pin: 'R6.1',
  transaction_pin: 'R6.1',
  code: 'R7.1',
  confirmation: 'R8',
};

/** What the record calls each rung; a confirmation is no attempt. */
const RECORDED: { readonly [name in RungName]: string } = {
  identity: 'identity',
  query_pin: 'pin.query',
  transaction_pin: 'pin.transaction',
  code: 'code',
  confirmation: '',
};

/** The ladder of a call at a moment. Pure. */
export function ladderOf(facts: LadderFacts, policy: Policy, now: Instant): readonly Rung[] {
  return RUNGS.map((name): Rung => {
    const at = passedAt(facts.proofs, name);
    const until = at === undefined ? undefined : goodUntil(name, at, policy);
    const counts = at !== undefined && (until === undefined || now < until);
    const state = counts ? 'passed' : stateWithout(facts, name);
    return { name, rule: RULES[name], state, at: counts ? at : undefined, until: counts ? until : undefined };
  });
}

function stateWithout({ locked, outcomes, hasFallen }: LadderFacts, name: RungName): RungState {
  if (locked.has(name)) return 'locked';
  const last = outcomes.findLast(({ factor }) => factor === RECORDED[name])?.outcome;
  if (last === 'PASSED') return hasFallen ? 'fallen' : 'open';
  return last === 'FAILED' || last === 'LOCKED' ? 'failed' : 'open';
}

function passedAt(proofs: Proofs, name: RungName): Instant | undefined {
  switch (name) {
    case 'identity':
      return proofs.customerId === undefined ? undefined : proofs.identifiedAt;
    case 'query_pin':
      return proofs.pins.query;
    case 'transaction_pin':
      return proofs.pins.transaction;
    case 'code':
      return proofs.code?.at;
    case 'confirmation':
      return proofs.confirmation?.at;
  }
}

function goodUntil(name: RungName, at: Instant, { session }: Policy): Instant | undefined {
  if (name === 'identity') return undefined;
  return (
    at +
    (name === 'code' || name === 'confirmation' ? session.stepUpSeconds : session.fromPinSeconds) * SECOND
  );
}

/** The actions that a level allows which the one below did not: the ladder with a future. Pure. */
export function actionsGainedAt(level: Level, policy: Policy): readonly ActionName[] {
  return ACTIONS.filter((action) => policy.actions[action].level === level);
}
