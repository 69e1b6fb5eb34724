import { ACTION_CATALOGUE } from '../actions/catalogue.ts';
import type { Order } from '../actions/order.ts';
import type { OrderRefusal } from '../actions/order-details.ts';
import { requiredLevel } from '../assurance/levels.ts';
import { consentAllowsOrders } from '../customers/consent.ts';
import type { Customer } from '../customers/customer.ts';
import type { Instant } from '../platform/clock.ts';
import type { Policy } from '../policy/policy.ts';

/**
 * Why the customer, as they stand, cannot have this action done: frozen, without the agreement in force, or cooling off
 * after a change (V8, E1.2). `order` carries the amount its level is judged by, or none yet. Pure.
 */
export function customerRefusal(
  customer: Pick<Customer, 'freeze' | 'facts' | 'coolingOffUntil'>,
  order: Order,
  policy: Policy,
  now: Instant,
): OrderRefusal | undefined {
  const { action } = order;
  if (customer.freeze !== 'none' && !policy.actions[action].whileFrozen) return 'account_frozen';
  if (ACTION_CATALOGUE[action].takesAgreement && !consentAllowsOrders(customer.facts, policy))
    return 'agreement_needed';
  const high = requiredLevel(order, policy) === 'L3';
  return high && customer.coolingOffUntil !== null && now < customer.coolingOffUntil
    ? 'cooling_off'
    : undefined;
}
