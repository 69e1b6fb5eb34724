import type { PinKind } from '../actions/requirement.ts';
import type { AttemptBudget } from '../lockout/budget.ts';
import { assert } from '../platform/fault.ts';
import type { Policy } from '../policy/policy.ts';
import type { SmsFactor } from '../speech/sms-keys.ts';
import { code } from './code/code.ts';
import { confirmation } from './confirmation/confirmation.ts';
import type { FactorCounter, FactorName, FactorRules, KeyedFactorRules } from './factor.ts';
import { identity } from './identity/identity.ts';
import { PIN_COUNTERS, pin } from './pin/pin.ts';

/** Every factor, one line each. Counters are locked in this order (ADR 15). How to add one: docs/extending.md. */
const FACTORS = {
  identity,
  pin,
  code,
  confirmation,
} as const satisfies { readonly [Name in FactorName]: FactorRules<Name> };

type Catalogue = typeof FACTORS;

/** The factors that are keyed, and therefore reserved, compared and settled. */
export type KeyedFactorName = {
  [Name in FactorName]: Catalogue[Name]['provedBy'] extends 'attempt' ? Name : never;
}[FactorName];

/** Names the counters of all factors; also what the record and telemetry call a factor that was checked. */
export type CounterName = {
  [Name in KeyedFactorName]: keyof Catalogue[Name]['counters'];
}[KeyedFactorName];

const NAMES = Object.keys(FACTORS) as readonly FactorName[];

function isKeyed(name: FactorName): name is KeyedFactorName {
  return FACTORS[name].provedBy === 'attempt';
}

/** In the order of the catalogue. */
export const KEYED_FACTORS: readonly KeyedFactorName[] = NAMES.filter(isKeyed);

/** Everything that is particular to a keyed factor. */
export function factorRules(name: KeyedFactorName): Omit<KeyedFactorRules<KeyedFactorName>, 'proves'> {
  return FACTORS[name];
}

const COUNTERS: ReadonlyMap<string, FactorCounter> = new Map(
  KEYED_FACTORS.flatMap((name) => Object.entries(factorRules(name).counters)),
);

function counterRules(counter: CounterName): FactorCounter {
  const rules = COUNTERS.get(counter);
  assert(rules, 'a counter belongs to a factor of the catalogue');
  return rules;
}

/** What an attempt on this counter draws on. */
export function budgetOf(counter: CounterName, policy: Policy): AttemptBudget {
  const rules = counterRules(counter);
  switch (rules.draws) {
    case 'customer':
      return { draws: rules.draws, counter, rules: rules.ladder(policy) };
    case 'source':
      return { draws: rules.draws, counter, ...rules.limits(policy) };
    case 'nothing':
      return { draws: rules.draws, counter };
  }
}

/** What the notice about a lock of this counter calls the factor; undefined for a counter that locks nobody. */
export function lockNoticeOf(counter: CounterName): SmsFactor | undefined {
  const rules = counterRules(counter);
  return rules.draws === 'customer' ? rules.lockNotice : undefined;
}

/** The counter that an attempt at a factor draws on, in a call that is asked for this PIN. */
export function counterOf(name: KeyedFactorName, pinKind: PinKind): CounterName {
  return FACTORS[name].counterFor(pinKind);
}

/** Identifications count against a source until a PIN of the same call and customer is right (policy "source"). */
export const GUESSING: { readonly counter: CounterName; readonly provedAt: readonly CounterName[] } = {
  counter: 'identity',
  provedAt: PIN_COUNTERS,
};

/** What is keyed for some factor. */
export type FactorInput = Catalogue[KeyedFactorName]['input']['kind'];

/** In the order of the catalogue. */
export const FACTOR_INPUTS: readonly FactorInput[] = KEYED_FACTORS.map((name) => FACTORS[name].input.kind);

/** The factor whose input this is; undefined for an input that proves nothing. */
export function factorOfInput(input: string): KeyedFactorName | undefined {
  return KEYED_FACTORS.find((name) => factorRules(name).input.kind === input);
}

/** The only length of this input that can be an attempt; undefined where lengths vary (invariant 6). */
export function inputLength(input: string, policy: Policy): number | undefined {
  const name = factorOfInput(input);
  return name === undefined ? undefined : factorRules(name).input.length?.(policy);
}
