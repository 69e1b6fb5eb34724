import type { Knex } from 'knex';
import { ACTION_CATALOGUE } from '../actions/catalogue.ts';
import type { Order } from '../actions/order.ts';
import type { OrderRefusal } from '../actions/order-details.ts';
import type { BankPayee, BankPort } from '../bank/bank.ts';
import type { Customer } from '../customers/customer.ts';
import { customerById } from '../customers/customers.store.ts';
import { recordedSim } from '../customers/sim/ask-sim.service.ts';
import { simRefusal } from '../customers/sim/sim.ts';
import type { GuardedSimDates } from '../customers/sim/sim-dates.ts';
import { codeDestination } from '../factors/code/code.ts';
import { simData } from '../factors/sim-data.ts';
import { assert } from '../platform/fault.ts';
import type { Keyring } from '../platform/keyring.ts';
import { needsCode } from './assess.service.ts';
import { customerRefusal } from './customer-refusal.ts';
import { reachesDayTotal } from './day-total.service.ts';
import { type OperationContext, outcome, type Performed, stepEntry } from './operation.ts';
import { isCoolingOff } from './policy-refusal.ts';

interface ObstacleDependencies {
  readonly bank: BankPort;
  readonly keyring: Keyring;
  /** Undefined where no operator's feed is connected. */
  readonly simDates?: GuardedSimDates | undefined;
}

/**
 * What stands in the way of every order of this kind, so that nobody keys one in vain (E3.2): what the assessment would say of
 * any payee and amount, and that no code could be sent to the customer. It grants nothing: the order is assessed all the same,
 * and the gate asks again.
 */
export async function orderObstacles(
  transaction: Knex,
  { bank, keyring, simDates }: ObstacleDependencies,
  context: OperationContext,
): Promise<Performed> {
  const { call, release, now } = context;
  const { policy } = release;
  const { order } = call.flow;
  const { customerId } = call.proofs;
  assert(order && customerId !== undefined, 'an order of a known customer has obstacles');
  const customer = await customerById(transaction, customerId);
  assert(customer, 'a proved customer is stored');
  const refusal =
    customerRefusal(customer, order, policy, now) ??
    (await refusalByBank(transaction, bank, customer, order, context));
  if (refusal) return outcome({ type: 'NOT_POSSIBLE', refusal });
  if (!(await needsCode(transaction, keyring, customer, order, context))) return outcome({ type: 'CLEAR' });
  const destination = codeDestination(customer, keyring, policy, now);
  if (destination.kind === 'refused') return outcome({ type: 'UNAVAILABLE', reason: destination.reason });
  // By the record alone: a connected feed, which may know more, is asked once, when the code is sent (Z5).
  const sim = recordedSim(customer, policy, now);
  const isFinal = simDates === undefined || sim.standing === 'changed';
  const reason = isFinal ? simRefusal(sim.standing, policy, false) : undefined;
  return reason
    ? outcome(
        { type: 'UNAVAILABLE', reason },
        stepEntry('sim.checked', context, simData(sim, 'code', customerId)),
      )
    : outcome({ type: 'CLEAR' });
}

/** What the core knows already: a freeze of any channel, a day that is full, payees who are all too new. */
async function refusalByBank(
  transaction: Knex,
  bank: BankPort,
  customer: Customer,
  order: Order,
  context: OperationContext,
): Promise<OrderRefusal | undefined> {
  const { action, payeeId } = order;
  const { policy } = context.release;
  const { does, fields, payeeCoolsOff } = ACTION_CATALOGUE[action];
  if (does === 'ask_bank' && !policy.actions[action].whileFrozen) {
    const { frozen } = await bank.freezeState(customer.id, transaction);
    if (frozen) return 'account_frozen';
  }
  if (!fields.includes('payee')) return undefined;
  const payees = (await bank.payees(customer.id, transaction)).filter(
    ({ id }) => payeeId === undefined || id === payeeId,
  );
  // A customer without a payee hears that from the list of them.
  if (payees.length === 0) return undefined;
  if (await isDayFull(transaction, bank, customer, order, context, payees)) return 'day_total_reached';
  const areAllTooNew = payees.every((payee) => isCoolingOff(payee, policy, context.now));
  return payeeCoolsOff && areAllTooNew ? 'cooling_off' : undefined;
}

/** Whether the least that may be ordered brings the day to its total, in the currency of each of these payees. */
async function isDayFull(
  transaction: Knex,
  bank: BankPort,
  { id }: Customer,
  order: Order,
  { release: { policy }, dialled, now }: OperationContext,
  payees: readonly BankPayee[],
): Promise<boolean> {
  const day = { bank, customerId: id, setting: { accountCurrency: undefined, dialled }, policy, now };
  for (const currency of new Set(payees.map((payee) => payee.currency))) {
    const least = { ...order, currency, amountMinor: policy.amounts.minimum[currency] };
    if (!(await reachesDayTotal(transaction, day, least))) return false;
  }
  return true;
}
