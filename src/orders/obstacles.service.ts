import type { Knex } from 'knex';
import { ACTION_CATALOGUE } from '../actions/catalogue.ts';
import type { Order } from '../actions/order.ts';
import type { OrderRefusal } from '../actions/order-details.ts';
import { needsStepUp } from '../assurance/call-level.ts';
import { knownNumber } from '../assurance/levels.ts';
import type { BankPayee, BankPort } from '../bank/bank.ts';
import type { Customer } from '../customers/customer.ts';
import { customerById } from '../customers/customers.store.ts';
import { askOfSim } from '../customers/sim/ask-sim.service.ts';
import type { GuardedSimDates } from '../customers/sim/sim-dates.ts';
import { codeDestination } from '../factors/code/code.ts';
import { numberStanding } from '../factors/new-number.service.ts';
import { simData } from '../factors/sim-data.ts';
import { SECOND } from '../platform/clock.ts';
import { defined } from '../platform/defined.ts';
import { assert } from '../platform/fault.ts';
import type { Keyring } from '../platform/keyring.ts';
import { customerRefusal } from './customer-refusal.ts';
import { reachesDayTotal } from './day-total.service.ts';
import { type OperationContext, outcome, type Performed, stepEntry } from './operation.ts';

interface ObstacleDependencies {
  readonly bank: BankPort;
  readonly keyring: Keyring;
  /** Undefined where no operator's feed is connected. */
  readonly simDates?: GuardedSimDates | undefined;
}

/**
 * What stands in the way of an order whatever is still keyed of it, so that nobody keys it in vain (E3.2): what the assessment
 * would say of every payee and amount, and that no code could be sent to the customer. It grants nothing: the order is assessed
 * all the same, and the gate asks again.
 */
export async function orderObstacles(
  transaction: Knex,
  { bank, keyring, simDates }: ObstacleDependencies,
  context: OperationContext,
): Promise<Performed> {
  const { call, release, sourcePhoneIndex, now } = context;
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
  const newNumber = await numberStanding(transaction, keyring, customer, sourcePhoneIndex);
  const proofs = { ...knownNumber(call.proofs), ...defined({ newNumber }) };
  if (!needsStepUp({ ...call, proofs }, order, policy, now)) return outcome({ type: 'CLEAR' });
  const destination = codeDestination(customer, keyring, policy, now);
  if (destination.kind === 'refused') return outcome({ type: 'UNAVAILABLE', reason: destination.reason });
  // By the record alone: a connected feed is asked once, when the code is sent (Z5).
  const sim = await askOfSim(transaction, undefined, customer, destination.e164, policy, now);
  const isKnown = simDates === undefined || sim.standing === 'changed';
  return isKnown && sim.refusal
    ? outcome(
        { type: 'UNAVAILABLE', reason: sim.refusal },
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
  const { does, fields } = ACTION_CATALOGUE[action];
  if (does === 'ask_bank' && !policy.actions[action].whileFrozen) {
    const { frozen } = await bank.freezeState(customer.id, transaction);
    if (frozen) return 'account_frozen';
  }
  if (!fields.includes('payee')) return undefined;
  const payees = await bank.payees(customer.id, transaction);
  return refusalOfPayees(
    transaction,
    bank,
    customer,
    order,
    context,
    payees.filter(({ id }) => payeeId === undefined || id === payeeId),
  );
}

/** Why no transfer to any of these can be made. Who has no payee hears that from the list of them. */
async function refusalOfPayees(
  transaction: Knex,
  bank: BankPort,
  customer: Customer,
  order: Order,
  { release: { policy }, dialled, now }: OperationContext,
  payees: readonly BankPayee[],
): Promise<OrderRefusal | undefined> {
  if (payees.length === 0) return undefined;
  const { underBiometricLine, payeeCoolsOff } = ACTION_CATALOGUE[order.action];
  const question = {
    ...{ bank, customerId: customer.id, policy, now },
    setting: { accountCurrency: undefined, dialled },
  };
  let full = underBiometricLine;
  for (const currency of new Set(payees.map((payee) => payee.currency))) {
    if (!full) break;
    // The least that may be ordered: where that is too much, everything is.
    const least = { ...order, currency, amountMinor: policy.amounts.minimum[currency] };
    full = await reachesDayTotal(transaction, question, least);
  }
  if (full) return 'day_total_reached';
  const coolingOff = (payee: BankPayee) => now < payee.addedAt + policy.coolingOff.seconds * SECOND;
  return payeeCoolsOff && payees.every(coolingOff) ? 'cooling_off' : undefined;
}
