import type { BenchCustomer } from './customers.ts';

/** What a caller does next, and the step the service must then be at; anything else makes the numbers worthless. */
export interface ScriptedTurn {
  readonly keys?: string;
  /** How the call left the queue, where it was in one. */
  readonly queueResult?: 'bridged';
  /** A step name, or that the service hangs up. */
  readonly leadsTo: string;
}

/** What is keyed after the call was answered. */
export type Script = (customer: BenchCustomer) => readonly ScriptedTurn[];

/** Where every call begins. */
export const FIRST_STEP = 'menu.main';
export const HANGS_UP = 'hangs up';
/** Whole yuan, above the policy's minimum. */
const REPAID_KEYS = '20';

const key = (keys: string, leadsTo: string): ScriptedTurn => ({ keys, leadsTo });

/** A caller who looks around, begins to identify, and then asks for a person: no turn compares a secret. */
export const lookAround: Script = ({ phoneKeys }) => [
  key('5', 'menu.other'),
  key('3', 'more'),
  key('1', 'menu.main'),
  key('2', 'menu.money'),
  key('7', 'menu.main'),
  key('1', 'identity.phone'),
  key(phoneKeys, 'identity.id'),
  // One digit alone is asked about first.
  key('0', 'identity.id'),
  key('0', 'handoff'),
  { queueResult: 'bridged', leadsTo: HANGS_UP },
];

/** The shortest whole call: a person, please. */
export const askForPerson: Script = () => [
  key('0', 'handoff'),
  { queueResult: 'bridged', leadsTo: HANGS_UP },
];

/** Up to the moment the query PIN is asked for. */
export const beforePin: Script = ({ phoneKeys, idKeys }) => [
  key('1', 'identity.phone'),
  key(phoneKeys, 'identity.id'),
  key(idKeys, 'pin.entry'),
];

/** The turn in which the query PIN is compared. */
export const keyPin: Script = ({ queryPin }) => [key(queryPin, 'confirm.identity')];

/** A whole call: what is on the account, and what is due. */
export const enquire: Script = (customer) => [
  ...beforePin(customer),
  ...keyPin(customer),
  key('1', 'more'),
  key('2', HANGS_UP),
];

/** A whole call: some of the loan is repaid. Not the amount due, which is gone after the first time. */
export const repay: Script = ({ phoneKeys, idKeys, transactionPin }) => [
  key('2', 'menu.money'),
  key('1', 'identity.phone'),
  key(phoneKeys, 'identity.id'),
  key(idKeys, 'pin.entry'),
  key(transactionPin, 'details.dueOrOther'),
  key('2', 'details.amount'),
  key(REPAID_KEYS, 'confirm.identity'),
  key('1', 'confirm.order'),
  key('1', 'more'),
  key('2', HANGS_UP),
];

export const WHOLE_CALLS: readonly Script[] = [enquire, repay];
