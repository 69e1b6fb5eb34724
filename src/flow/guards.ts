import { amountOffered, type OrderLabels } from '../actions/option.ts';
import { orderLacks } from '../actions/order.ts';
import { type OrderRefusal, REFUSAL_BEFORE } from '../actions/order-details.ts';
import { type Proofs, requiredPin } from '../assurance/levels.ts';
import { inputLength } from '../factors/catalogue.ts';
import { resendAllowed } from '../factors/code/code.ts';
import { SECOND } from '../platform/clock.ts';
import type { Policy } from '../policy/policy.ts';
import type { FlowContext } from './context.ts';
import { type FlowEvent, refusalOf } from './events.ts';
import { optionsHeard } from './listed.ts';
import type { MachineContext, TransitionScope } from './transition.ts';
import type { Counter, FlowGuard, Provable } from './vocabulary.ts';

/** Asking "again" or changing the language this often without keying anything is asking for a person. */
const REPEATS_PER_STEP = 6;

/** Exclusive upper bound of a counter: `countLeft` holds while count + 1 < limit. */
export function counterLimit(
  counter: Counter,
  { policy, step }: Pick<TransitionScope, 'policy' | 'step'>,
): number {
  switch (counter) {
    case 'retries': {
      const { collect } = step.meta;
      // An input of one length is a short one; the others are long numbers, which are mistyped more often.
      const long = collect?.kind === 'entry' && inputLength(collect.entry, policy) === undefined;
      return long ? policy.dialogue.retriesLong : policy.dialogue.retriesShort;
    }
    case 'repeats':
      return REPEATS_PER_STEP;
    case 'identities':
      // Counted on the way in, not on the way out, so that the last of them may still be keyed.
      return policy.identification.wrongPerCall + 1;
    case 'refusals':
      return Math.min(policy.identification.wrongPerCall, policy.pin.wrongPerCall);
    case 'codeTries':
      return policy.code.triesPerCode;
    case 'waits':
      return policy.code.waits;
    case 'resends':
      return policy.code.resendsPerCall;
    case 'changes':
      return policy.dialogue.changesOfOrder;
  }
}

function hasProof(proofs: Proofs, proof: Provable, flow: FlowContext, scope: TransitionScope): boolean {
  if (proof === 'identity') return proofs.customerId !== undefined;
  if (proof === 'confirmedIdentity') return proofs.identityConfirmedAt !== undefined;
  const kind = flow.order ? requiredPin(flow.order.action, scope.policy) : undefined;
  const at = kind ? proofs.pins[kind] : (proofs.pins.transaction ?? proofs.pins.query);
  return at !== undefined && scope.now - at < scope.policy.session.fromPinSeconds * SECOND;
}

/** Whether a telephone takes an order for what is offered of a loan. */
function mayPayExactly(loan: OrderLabels['loan'], { amounts }: Policy): boolean {
  return loan !== undefined && amountOffered(loan) <= amounts.maximum[loan.currency];
}

/** Whether a guard holds. Pure. */
export function guardHolds(guard: FlowGuard, { flow, scope }: MachineContext, event: FlowEvent): boolean {
  const left = (counter: Counter) => flow.counters[counter] + 1 < counterLimit(counter, scope);
  switch (guard.type) {
    case 'proved':
      return hasProof(scope.proofs, guard.params.proof, flow, scope);
    case 'lacks':
      return !hasProof(scope.proofs, guard.params.proof, flow, scope);
    case 'countLeft':
      return left(guard.params.counter);
    case 'countSpent':
      return flow.counters[guard.params.counter] >= counterLimit(guard.params.counter, scope);
    case 'intentIs':
      return flow.order?.action === guard.params.intent;
    case 'orderLacks':
      return orderLacks(flow.order, guard.params.field);
    case 'optionsAre': {
      const count = event.type === 'LISTED' ? event.options.length : flow.options.length;
      if (guard.params.count === 'settled') return event.type === 'LISTED' && event.settled === true;
      return guard.params.count === 'none' ? count === 0 : count === 1;
    }
    case 'mayPayExactly':
      return mayPayExactly(flow.labels.loan, scope.policy);
    case 'nothingDue':
      return flow.labels.loan?.dueMinor === 0;
    case 'refusalIs':
      return (
        namesRefusal(guard.params.reasons, event) &&
        (guard.params.counter === undefined || left(guard.params.counter))
      );
    case 'unavailableFor':
      return event.type === 'UNAVAILABLE' && guard.params.reasons.includes(event.reason);
    case 'listGoesOn':
      return optionsHeard(scope.step, flow, scope.policy).next > 0;
    case 'mayResend': {
      const sent = {
        lastSentAt: flow.code?.sentAt ?? Number.NEGATIVE_INFINITY,
        resends: flow.counters.resends,
      };
      return resendAllowed(sent, scope.policy, scope.now).kind === 'allowed';
    }
    case 'frozenEverywhere':
      return event.type === 'DONE' && event.freeze?.everywhere === true;
    case 'needsReadBack':
      return flow.order !== undefined && scope.policy.actions[flow.order.action].readBack === true;
    case 'identityKeyed':
      return flow.identityKeyed === true;
    case 'staffAsks':
      return flow.desk?.asks === guard.params.what;
    case 'denied':
      return flow.deniedCustomerId !== undefined;
    case 'undelivered':
      return 'undelivered' in event && event.undelivered === true && left(guard.params.counter);
    case 'queueResultIs':
      return event.type === 'QUEUE_LEFT' && guard.params.results.includes(event.result);
  }
}

/** Whether an order was refused for one of these reasons. */
function namesRefusal(reasons: readonly OrderRefusal[], event: FlowEvent): boolean {
  const refusal = refusalOf(event);
  if (refusal === undefined) return false;
  return [refusal, REFUSAL_BEFORE[refusal]].some((one) => one !== undefined && reasons.includes(one));
}
