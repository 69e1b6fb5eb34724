import type { PinKind } from '../actions/requirement.ts';
import type { PassedFactor } from '../assurance/grant.ts';
import type { SourceBudget } from '../lockout/budget.ts';
import type { LadderRules } from '../lockout/ladder.ts';
import type { Instant } from '../platform/clock.ts';
import type { Policy } from '../policy/policy.ts';
import type { SmsFactor } from '../speech/sms-keys.ts';

/** What may prove something; the list stands where proofs are granted (assurance/grant.ts). */
export type FactorName = PassedFactor['factor'];

/** What an attempt can come to, as the flow hears it. FAILED and LOCKED sound alike (Z3). */
type AttemptEvent = 'PASSED' | 'FAILED' | 'LOCKED' | 'LATE' | 'LIMITED' | 'BUSY';

/** A counter of a factor, and by which rules it counts. One that can lock a customer out says which notice follows (V11, Z9). */
export type FactorCounter =
  | {
      readonly draws: 'customer';
      readonly ladder: (policy: Policy) => LadderRules;
      /** What the message about a lock calls the factor: `factor.<name>` of sms.yaml. */
      readonly lockNotice: SmsFactor;
    }
  | {
      readonly draws: 'source';
      readonly limits: (policy: Policy) => Omit<SourceBudget, 'draws' | 'counter'>;
    }
  /** Recorded and limited by nothing: what passing unlocks nobody can misuse. */
  | { readonly draws: 'nothing' };

/** A counter of the flow that bounds the tries of one call. */
export type CallBudgetCounter = 'identities' | 'refusals' | 'codeTries';

/** What a call knows when the prover lets something be keyed. */
export interface SymbolicCall {
  /** Whom an identification would find. */
  readonly somebody: string;
  readonly customerId: string | undefined;
  /** The PIN the order takes. */
  readonly pin: PinKind | undefined;
  /** What a code would have to be bound to (invariant 14). */
  readonly binding: string | undefined;
  readonly isCodeSent: boolean;
  readonly at: Instant;
}

/** A factor that is keyed: its attempt is reserved, compared and settled (factors.service.ts). */
export interface KeyedFactorRules<Name extends FactorName> {
  readonly name: Name;
  readonly provedBy: 'attempt';
  /** In a sentence: "asks: 6-digit PIN". `length` is the only length that is an attempt (invariant 6). */
  readonly input: {
    readonly kind: string;
    readonly label: string;
    readonly length: ((policy: Policy) => number) | undefined;
  };
  /** In the order in which they are locked. */
  readonly counters: { readonly [counter: string]: FactorCounter };
  /** The counter of an attempt in a call that is asked for this PIN. */
  readonly counterFor: (pin: PinKind) => string;
  /** Whether a number that guesses is slowed down where this is asked for (policy "source"). */
  readonly slowsGuessing: boolean;
  /** Outcomes a step that asks for it must handle. */
  readonly outcomes: readonly AttemptEvent[];
  /** What else can happen while it is awaited. */
  readonly awaitedEvents: readonly 'UNDELIVERED'[];
  /** What passing proves. */
  readonly proves: (subject: Omit<Extract<PassedFactor, { factor: Name }>, 'factor'>) => PassedFactor;
  /** The counter of the call that a wrong one raises. `countsPassed`: a right one raises it as well. */
  readonly callBudget: {
    readonly counter: CallBudgetCounter;
    readonly countsPassed: boolean;
  };
  readonly symbolic: {
    /** What passing proves in this call; undefined where there is nothing to compare with. */
    readonly passes: (call: SymbolicCall) => PassedFactor | undefined;
    /** Lines of a call script that bring PASSED and FAILED. */
    readonly rightLine: (call: SymbolicCall) => string;
    readonly wrongLine: string;
  };
}

/** A factor that the caller confirms with key 1: the decision grants it, nothing is compared. */
export interface ConfirmedFactorRules<Name extends FactorName> {
  readonly name: Name;
  readonly provedBy: 'confirmation';
  readonly parts: readonly string[];
  readonly proves: (subject: Omit<Extract<PassedFactor, { factor: Name }>, 'factor'>) => PassedFactor;
}

export type FactorRules<Name extends FactorName> = KeyedFactorRules<Name> | ConfirmedFactorRules<Name>;
