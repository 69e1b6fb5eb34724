import type { Knex } from 'knex';
import type { Order } from '../actions/order.ts';
import { needsStepUp } from '../assurance/call-level.ts';
import { knownNumber } from '../assurance/levels.ts';
import type { BankPort } from '../bank/bank.ts';
import type { Customer } from '../customers/customer.ts';
import { customerById } from '../customers/customers.store.ts';
import { numberStanding } from '../factors/new-number.service.ts';
import { defined } from '../platform/defined.ts';
import { assert } from '../platform/fault.ts';
import type { Keyring } from '../platform/keyring.ts';
import { orderRefusal } from './authorise-order.service.ts';
import { orderSetting } from './biometric-lines.ts';
import { judgedOrder } from './day-sum.service.ts';
import { type OperationContext, outcome, type Performed } from './operation.ts';

interface AssessDependencies {
  readonly bank: BankPort;
  readonly keyring: Keyring;
}

/** Decides whether the order can be carried out and whether it needs a code, before one is sent (R7.1, V4.2). */
export async function assessOrder(
  transaction: Knex,
  { bank, keyring }: AssessDependencies,
  context: OperationContext,
): Promise<Performed> {
  const { call, release, dialled, now } = context;
  const { order, labels } = call.flow;
  const { customerId } = call.proofs;
  assert(order && customerId !== undefined, 'an order of a known customer is assessed');
  const customer = await customerById(transaction, customerId);
  assert(customer, 'a proved customer is stored');
  const { policy } = release;
  const setting = orderSetting(labels, dialled);
  const judged = await judgedOrder(transaction, customer, order, policy, now);
  const refusal = await orderRefusal(transaction, { bank, customer, order, judged, setting, policy, now });
  if (refusal) return outcome({ type: 'NOT_POSSIBLE', refusal });
  const isCodeNeeded = await needsCode(transaction, keyring, customer, judged, context);
  return outcome({ type: isCodeNeeded ? 'STEP_UP' : 'CLEAR' });
}

/**
 * Whether the order takes a code, for its level or for the number the caller rings from as that is known now (R7.1, V4.2).
 * `judged` has the amount its level is judged by, or none yet.
 */
export async function needsCode(
  transaction: Knex,
  keyring: Keyring,
  customer: Customer,
  judged: Order,
  { call, release, sourcePhoneIndex, now }: OperationContext,
): Promise<boolean> {
  const newNumber = await numberStanding(transaction, keyring, customer, sourcePhoneIndex);
  const proofs = { ...knownNumber(call.proofs), ...defined({ newNumber }) };
  return needsStepUp({ ...call, proofs }, judged, release.policy, now);
}
