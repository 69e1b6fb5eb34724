import { ACTIONS, type ActionName } from '../actions/catalogue.ts';
import type { Level } from '../actions/requirement.ts';
import { type DeskHandoff, KEYING_KINDS, type KeyingKind } from '../escalation/handoff.ts';
import type { Policy } from '../policy/policy.ts';
import type { DeskRefusal } from './desk-answer.ts';
import type { Rung, RungName } from './ladder.ts';

/** Why a step is not possible now; shown greyed beneath it. */
type StepObstacle =
  | DeskRefusal
  | 'identity_first'
  | 'pin_first'
  | 'locked'
  | 'already_passed'
  | 'needs_approval'
  | 'not_sent_without_order'
  | 'needs_level'
  | 'never_by_telephone';

/** One thing the agent may do next, or may not, with the reason. */
export interface NextStep {
  readonly step: `key.${KeyingKind}` | `act.${ActionName}` | 'freeze' | 'never.tell_pin' | 'never.set_pin';
  readonly rule: string;
  readonly obstacle: StepObstacle | undefined;
  /** The level an action takes. */
  readonly level?: Level;
}

/** What the steps depend on. */
interface StepFacts {
  readonly handoff: Pick<DeskHandoff, 'state' | 'caller'>;
  readonly ladder: readonly Rung[];
  readonly level: Level;
  readonly isIdentified: boolean;
  readonly hasOrder: boolean;
  /** What the table of permissions answers for this member. */
  readonly keyingRefusal: DeskRefusal | undefined;
  readonly freezeRefusal: DeskRefusal | undefined;
  /** Why the call itself does not let this be keyed. */
  cannotKey(what: KeyingKind): DeskRefusal | undefined;
}

const KEYING_RULES: { readonly [kind in KeyingKind]: string } = {
  identity: 'R5.1',
  query_pin: 'R6.1',
  transaction_pin: 'R6.1',
  code: 'R7.1',
  new_pin: 'R6.2',
};

const RUNG_OF: { readonly [kind in KeyingKind]: RungName | undefined } = {
  identity: 'identity',
  query_pin: 'query_pin',
  transaction_pin: 'transaction_pin',
  code: 'code',
  new_pin: undefined,
};

/**
 * What may be done next, and what may not with its reason; the last two stand there so that nobody asks for them (invariant 34).
 * Pure.
 */
export function nextSteps(facts: StepFacts, policy: Policy): readonly NextStep[] {
  return [
    ...KEYING_KINDS.map(
      (kind): NextStep => ({
        step: `key.${kind}`,
        rule: KEYING_RULES[kind],
        obstacle: keyingObstacle(kind, facts),
      }),
    ),
    { step: 'freeze', rule: 'R18.2', obstacle: facts.freezeRefusal ?? unidentified(facts) },
    ...ACTIONS.map((action): NextStep => {
      const { level, rules } = policy.actions[action];
      const obstacle = facts.level < level ? 'needs_level' : undefined;
      return { step: `act.${action}`, rule: rules[0] ?? 'R7.1', obstacle, level };
    }),
    { step: 'never.tell_pin', rule: 'Z4', obstacle: 'never_by_telephone' },
    { step: 'never.set_pin', rule: 'R6.2', obstacle: 'never_by_telephone' },
  ];
}

function unidentified({ isIdentified }: StepFacts): StepObstacle | undefined {
  return isIdentified ? undefined : 'nobody_identified';
}

function keyingObstacle(kind: KeyingKind, facts: StepFacts): StepObstacle | undefined {
  const { handoff, ladder, isIdentified, hasOrder, keyingRefusal } = facts;
  if (keyingRefusal) return keyingRefusal;
  if (handoff.state !== 'talking' || handoff.caller !== 'conference') return 'not_now';
  // Keyed anew until a PIN shows that it was the right one.
  if (kind === 'identity') return facts.level > 'L1' ? 'already_passed' : facts.cannotKey(kind);
  if (kind === 'new_pin') return 'needs_approval';
  const rung = ladder.find(({ name }) => name === RUNG_OF[kind]);
  if (rung?.state === 'locked') return 'locked';
  if (rung?.state === 'passed') return 'already_passed';
  // A caller who has keyed no identity yet is asked for it first, on the way to the PIN.
  if (kind !== 'code') return facts.cannotKey(kind);
  if (!isIdentified) return 'identity_first';
  const hasPin = ladder.some(({ name, state }) => name === 'transaction_pin' && state === 'passed');
  if (!hasPin) return 'pin_first';
  return hasOrder ? facts.cannotKey(kind) : 'not_sent_without_order';
}
