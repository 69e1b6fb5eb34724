import type { Knex } from 'knex';
import { ACTION_CATALOGUE } from '../actions/catalogue.ts';
import { type Order, orderBinding } from '../actions/order.ts';
import type { OrderRefusal } from '../actions/order-details.ts';
import {
  knownNumber,
  type LevelRefusal,
  missingForOrder,
  type Proofs,
  requiredPin,
} from '../assurance/levels.ts';
import type { BankPort } from '../bank/bank.ts';
import type { Customer } from '../customers/customer.ts';
import { lockCustomerForUpdate } from '../customers/customers.store.ts';
import { numberStanding } from '../factors/new-number.service.ts';
import { pinBudgetOf } from '../factors/pin/pin.ts';
import { lockCounterForUpdate, lockOf } from '../lockout/counters.store.ts';
import { callerLine } from '../lockout/ladder.ts';
import type { Instant } from '../platform/clock.ts';
import { defined } from '../platform/defined.ts';
import { assert } from '../platform/fault.ts';
import type { Keyring } from '../platform/keyring.ts';
import type { Policy } from '../policy/policy.ts';
import type { OrderSetting } from './biometric-lines.ts';
import { customerRefusal } from './customer-refusal.ts';
import { judgedOrder } from './day-sum.service.ts';
import { reachesDayTotal } from './day-total.service.ts';
import {
  isAboveMaximum,
  isBelowMinimum,
  isCoolingOff,
  type LoanStanding,
  policyRefusal,
} from './policy-refusal.ts';

/** What the gate asks: the core, and the keys that numbers are known by. */
interface GateDependencies {
  readonly bank: BankPort;
  readonly keyring: Keyring;
}

/** What the gate checks: the order, its proofs, and the number the caller rings from. */
interface GateRequest {
  readonly callId: string;
  readonly proofs: Proofs;
  readonly order: Order;
  /** Blind index of the calling number; undefined where it is hidden or none. */
  readonly sourcePhoneIndex: string | undefined;
  readonly setting: OrderSetting;
  readonly policy: Policy;
  readonly now: Instant;
}

type GateRefusal = LevelRefusal | OrderRefusal | 'pin_locked' | 'unknown_customer';

export type GateAnswer =
  | { readonly kind: 'open'; readonly customer: Customer }
  | { readonly kind: 'refused'; readonly reason: GateRefusal };

/** Whose order is to be judged, by which policy and bank, and when. */
interface OrderQuestion {
  readonly bank: BankPort;
  readonly customer: Customer;
  readonly order: Order;
  /** The order with the amount its level is judged by (day-sum.service.ts). */
  readonly judged: Order;
  readonly setting: OrderSetting;
  readonly policy: Policy;
  readonly now: Instant;
}

/**
 * Why the order cannot be carried out at any level; undefined when it can. Asked before a code is sent, and again by the
 * gate. Answers only refusals that the action's catalogue entry lists, because the prover has explored no others.
 */
export async function orderRefusal(
  transaction: Knex,
  question: OrderQuestion,
): Promise<OrderRefusal | undefined> {
  const { action } = question.order;
  const { refusals } = ACTION_CATALOGUE[action];
  if (refusals.length === 0) return undefined;
  const refusal = await firstRefusal(transaction, question);
  assert(refusal === undefined || refusals.includes(refusal), `${action} can be refused for this`);
  return refusal;
}

async function firstRefusal(
  transaction: Knex,
  { bank, customer, order, judged, setting, policy, now }: OrderQuestion,
): Promise<OrderRefusal | undefined> {
  const { action } = order;
  const { does, payeeCoolsOff } = ACTION_CATALOGUE[action];
  const byCustomer = customerRefusal(customer, judged, policy, now);
  if (byCustomer) return byCustomer;
  // How the loan stands matters only below the minimum: the core is asked there alone.
  const loan = isBelowMinimum(order, policy) ? await loanOf(transaction, bank, customer, order) : undefined;
  const byPolicy = policyRefusal(order, setting, policy, loan);
  if (byPolicy) return byPolicy;
  if (isAboveMaximum(judged, policy)) return 'over_limit';
  const day = { bank, customerId: customer.id, setting, policy, now };
  if (await reachesDayTotal(transaction, day, order)) return 'day_total_reached';
  if (payeeCoolsOff) {
    const payee = (await bank.payees(customer.id, transaction)).find((known) => known.id === order.payeeId);
    if (payee && isCoolingOff(payee, policy, now)) return 'cooling_off';
  }
  return does === 'ask_bank'
    ? bank.preview({ customerId: customer.id, order, at: now }, transaction)
    : undefined;
}

/** The customer's own loan that the order repays, as the core says it stands now; undefined where it repays none. */
async function loanOf(
  transaction: Knex,
  bank: BankPort,
  customer: Customer,
  { loanId }: Order,
): Promise<LoanStanding | undefined> {
  if (loanId === undefined) return undefined;
  return (await bank.loans(customer.id, transaction)).find(({ id }) => id === loanId);
}

/**
 * The one gate before anything is carried out (invariants 21, 22, 23): locks the PIN's counter and the customer until the
 * transaction ends, then checks again the level, the freeze, the lock of the PIN that was used and every other refusal.
 */
export async function authoriseOrder(
  transaction: Knex,
  { bank, keyring }: GateDependencies,
  request: GateRequest,
): Promise<GateAnswer> {
  const { callId, order, setting, sourcePhoneIndex, policy, now } = request;
  const { proofs } = request;
  if (proofs.customerId === undefined) return { kind: 'refused', reason: 'not_identified' };
  const pin = requiredPin(order.action, policy);
  // Waits for a PIN lock that is being written, as for a freeze. The counter is locked first, as everywhere (ADR 15).
  if (pin) await lockCounterForUpdate(transaction, proofs.customerId, pinBudgetOf(pin, policy).counter);
  const customer = await lockCustomerForUpdate(transaction, proofs.customerId);
  if (!customer) return { kind: 'refused', reason: 'unknown_customer' };
  // Read once the customer is locked: of two applications at once the second counts the first (invariant 50).
  const judged = await judgedOrder(transaction, customer, order, policy, now);
  // Asked again here: what the call remembers of its number may be older than what is known of it now (V4.2).
  const newNumber = await numberStanding(transaction, keyring, customer, sourcePhoneIndex);
  const standing = { ...knownNumber(proofs), ...defined({ newNumber }) };
  const missing = missingForOrder(standing, judged, orderBinding(callId, customer.id, order), policy, now);
  if (missing) return { kind: 'refused', reason: missing };
  const line = callerLine(customer.phoneIndex, sourcePhoneIndex);
  if (pin && (await lockOf(transaction, customer.id, pinBudgetOf(pin, policy), line, now)) !== undefined) {
    return { kind: 'refused', reason: 'pin_locked' };
  }
  const refusal = await orderRefusal(transaction, { bank, customer, order, judged, setting, policy, now });
  return refusal ? { kind: 'refused', reason: refusal } : { kind: 'open', customer };
}
