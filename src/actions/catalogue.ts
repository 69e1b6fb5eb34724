import type { Action, Does } from './action.ts';
import { contactChange } from './contact-change.ts';
import { enquiry } from './enquiry.ts';
import { FREEZE, freeze } from './freeze.ts';
import { loanApplication } from './loan-application.ts';
import { recentTransactions } from './recent-transactions.ts';
import { repayment } from './repayment.ts';
import { transfer } from './transfer.ts';

/** Every action, by its name in flows and policies, in the order they are told. */
const CATALOGUE = {
  enquiry,
  recent_transactions: recentTransactions,
  repayment,
  transfer,
  loan_application: loanApplication,
  contact_change: contactChange,
  [FREEZE]: freeze,
} as const satisfies { readonly [name: string]: Action };

/** What can be carried out by telephone; the policy says what each takes. */
export type ActionName = keyof typeof CATALOGUE;

export const ACTION_CATALOGUE: { readonly [name in ActionName]: Action } = CATALOGUE;

/** The names of the catalogue, in its order. */
export const ACTIONS = Object.keys(CATALOGUE) as unknown as readonly [ActionName, ...ActionName[]];

/** Whether an action takes money out of an account. A loan that is applied for takes none: the bank decides on it later. */
export function isMoneyOrder(action: ActionName): boolean {
  const { needsAmount, fields } = ACTION_CATALOGUE[action];
  return needsAmount && fields.includes('account');
}

/** The actions that are done in one way. */
export type ActionsThat<Way extends Does> = {
  [name in ActionName]: (typeof CATALOGUE)[name]['does'] extends Way ? name : never;
}[ActionName];

type AllOf<Union> = (Union extends unknown ? (one: Union) => void : never) extends (all: infer All) => void
  ? All
  : never;

/** Every prompt an action's result is told in, with the values it speaks. */
export const RESULT_PROMPTS = Object.assign(
  {},
  ...Object.values(CATALOGUE).map(({ resultPrompts }) => resultPrompts),
) as AllOf<(typeof CATALOGUE)[ActionName]['resultPrompts']>;

type ReadBackOf<Described> = Described extends {
  readonly readBack: { readonly prompt: infer Prompt extends string; readonly values: infer Values };
}
  ? { readonly [prompt in Prompt]: Values }
  : Record<never, never>;

/** Every prompt an order is read back in, with the values it speaks. */
export const READ_BACK_PROMPTS = Object.fromEntries(
  Object.values(ACTION_CATALOGUE).flatMap(({ readBack }) =>
    readBack ? [[readBack.prompt, readBack.values]] : [],
  ),
) as unknown as AllOf<ReadBackOf<(typeof CATALOGUE)[ActionName]>>;
