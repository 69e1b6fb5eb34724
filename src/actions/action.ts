import type { Currency } from '../jurisdictions/currency.ts';
import type { SpokenValue } from '../locales/spoken-value.ts';
import { assert } from '../platform/fault.ts';
import type { OrderLabels } from './option.ts';
import type { OrderDetails, OrderField, OrderRefusal } from './order-details.ts';
import type { Purpose } from './purpose.ts';
import type { LeastRequirement } from './requirement.ts';
import type { OrderResult } from './result.ts';

/** How an order is done once the gate has let it pass (orders/carry-out.service.ts); a freeze is done by an operation of its own. */
export type Does = 'ask_bank' | 'change_contact' | 'tell_balances' | 'tell_transactions' | 'freeze_account';

/** Which SMS follows an order that was carried out. */
type ActionNotice = 'action_notice' | 'change_notice';

/** What was ordered, in its labels. */
interface Ordered {
  readonly order: OrderDetails;
  readonly labels: OrderLabels;
}

/** One thing the caller is told: a prompt and its values. */
export interface Telling {
  readonly prompt: string;
  readonly values?: { readonly [name: string]: SpokenValue };
  /** It belongs to the telling before it: the two are one of what is counted and told at a time. */
  readonly goesOn?: true;
}

/** How an order is read back before the last yes (R8). */
interface ReadBack {
  readonly prompt: string;
  /** Every value the prompt speaks. */
  readonly values: readonly string[];
  /** Those the prover asks for: amount and payee, or what is changed. */
  readonly must: readonly string[];
}

/**
 * Everything the program knows of one action: what it is called, what it asks for, what may stand in its way, how it is
 * done and what is told. A member that does not apply is `undefined` or empty, and is said all the same.
 */
export interface Action {
  /** The heading of its picture. */
  readonly label: string;
  /** The least every policy asks for it. */
  readonly least: LeastRequirement;
  /** What has to be asked for, beside proofs. */
  readonly fields: readonly OrderField[];
  /** The order is for an amount, which the policy limits. */
  readonly needsAmount: boolean;
  readonly readBack: ReadBack | undefined;
  /** What the gate may answer beside levels and locks; the prover explores each. Empty: nothing can stand in its way. */
  readonly refusals: readonly OrderRefusal[];
  readonly does: Does;
  /** Money moves from the customer to nobody but themself: a policy may allow it while they are frozen. */
  readonly toOneself: boolean;
  /** Takes biometrics from a line on, its own or of the day (V1, V2, Z6); what counts in the day the core sums. */
  readonly underBiometricLine: boolean;
  /** Takes the agreement and the risk notice that are in force (E1.2). */
  readonly takesAgreement: boolean;
  /** A payee added lately cannot be used yet. */
  readonly payeeCoolsOff: boolean;
  /** What the caller keys on the way goes before everything else (invariant 30). */
  readonly urgent: boolean;
  /** What the messages of its code and its notice say it is for (V10); undefined where there are none. */
  readonly purpose: ((ordered: Ordered) => Purpose) | undefined;
  readonly notice: ActionNotice | undefined;
  /** The prompts its result is told in, each with every value it speaks. */
  readonly resultPrompts: { readonly [prompt: string]: readonly string[] };
  /** What the caller hears once it is done; undefined where the flow tells it by itself. */
  readonly tell: ((ordered: Ordered, result: OrderResult) => readonly Telling[]) | undefined;
  /** What the prover may assume doing it brings: one result of each kind that is told in other words. */
  assumedResults(currency: Currency): readonly Omit<OrderResult, 'receipt'>[];
}

/** What does not apply to an action that only tells something: no money, no read-back, no message, and nothing in its way. */
export const TELLS_ONLY = {
  needsAmount: false,
  readBack: undefined,
  refusals: [],
  toOneself: false,
  underBiometricLine: false,
  takesAgreement: false,
  payeeCoolsOff: false,
  urgent: false,
  purpose: undefined,
  notice: undefined,
} as const satisfies Partial<Action>;

/** An amount that is complete, in minor units; an order without one is a bug where it is asked for. */
export function amountOf({ amountMinor, currency }: OrderDetails): {
  readonly minor: number;
  readonly currency: Currency;
} {
  assert(amountMinor !== undefined && currency !== undefined, 'an order about money has amount and currency');
  return { minor: amountMinor, currency };
}

/** A spoken amount in minor units. */
export function money(minor: number, currency: Currency): SpokenValue {
  return { kind: 'money', minor, currency };
}

/** Digits spoken one by one. */
export function digits(text: string): SpokenValue {
  return { kind: 'digits', digits: text };
}
