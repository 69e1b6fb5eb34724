import type { ActionName } from '../actions/catalogue.ts';
import { ACTION_CATALOGUE } from '../actions/catalogue.ts';
import type { Option } from '../actions/option.ts';
import type { Order } from '../actions/order.ts';
import { orderLacks } from '../actions/order.ts';
import type { OrderResult } from '../actions/result.ts';
import { type Proofs, requiredPin, voidProofs } from '../assurance/levels.ts';
import type { HandoffReason } from '../escalation/reasons.ts';
import { inputLength } from '../factors/catalogue.ts';
import { resendAllowed } from '../factors/code/code.ts';
import type { Currency } from '../jurisdictions/currency.ts';
import { LANGUAGES } from '../locales/catalogue.ts';
import { type Instant, SECOND } from '../platform/clock.ts';
import { assert } from '../platform/fault.ts';
import type { Policy } from '../policy/policy.ts';
import type { Speech } from '../speech/reply.ts';
import type { FlowContext } from './context.ts';
import type { FlowDefinition, FlowStep } from './definition.ts';
import { type FlowState, type ResolvedTransition, statesOf, stepsOf } from './definition.ts';
import type { FlowEvent } from './events.ts';
import type { Counter, FlowAction, FlowGuard } from './vocabulary.ts';

/** What a transition may look at besides the context, and what it produces. Lives for one transition only. */
interface TransitionScope {
  readonly policy: Policy;
  readonly now: Instant;
  /** The currency of amounts where no payee, loan or account says otherwise: loan applications. */
  readonly currency: Currency;
  readonly step: FlowStep;
  readonly proofs: Proofs;
  readonly speech: readonly Speech[];
  readonly explained: boolean;
  readonly reason?: HandoffReason;
}

/** What guards and actions work on. */
export interface MachineContext {
  readonly flow: FlowContext;
  readonly scratch: TransitionScope;
}

/** A callable flow: the definition and what is looked up in it at every turn. */
export interface FlowMachine {
  readonly definition: FlowDefinition;
  readonly steps: ReadonlyMap<string, FlowStep>;
  readonly states: ReadonlyMap<string, FlowState>;
}

interface TransitionInput {
  readonly policy: Policy;
  readonly now: Instant;
  readonly currency: Currency;
}

export interface TransitionResult {
  readonly step: string;
  readonly flow: FlowContext;
  readonly proofs: Proofs;
  readonly speech: readonly Speech[];
  /** The caller asked why: the step's explanation comes first. */
  readonly explained: boolean;
  readonly reason?: HandoffReason;
}

const REPEATS_PER_STEP = 6; // asking "again" or changing language this often without keying anything is asking for a person

/** How many of a thing a call may have before the flow goes another way: a count of limit - 1 is the last one that is not left. */
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

function hasProof(
  proofs: Proofs,
  proof: 'identity' | 'pin',
  flow: FlowContext,
  scratch: TransitionScope,
): boolean {
  if (proof === 'identity') return proofs.customerId !== undefined;
  const kind = flow.order ? requiredPin(flow.order.action, scratch.policy) : undefined;
  const at = kind ? proofs.pins[kind] : (proofs.pins.transaction ?? proofs.pins.query);
  return at !== undefined && scratch.now - at < scratch.policy.session.fromPinSeconds * SECOND;
}

/** Whether a guard holds. Pure. */
export function guardHolds(guard: FlowGuard, { flow, scratch }: MachineContext, event: FlowEvent): boolean {
  const left = (counter: Counter) => flow.counters[counter] + 1 < counterLimit(counter, scratch);
  switch (guard.type) {
    case 'proved':
      return hasProof(scratch.proofs, guard.params.proof, flow, scratch);
    case 'lacks':
      return !hasProof(scratch.proofs, guard.params.proof, flow, scratch);
    case 'countLeft':
      return left(guard.params.counter);
    case 'intentIs':
      return flow.order?.action === guard.params.intent;
    case 'orderLacks':
      return orderLacks(flow.order, guard.params.field);
    case 'optionsAre': {
      const count = event.type === 'LISTED' ? event.options.length : flow.options.length;
      return guard.params.count === 'none' ? count === 0 : count === 1;
    }
    case 'refusalIs':
      return (
        event.type === 'NOT_POSSIBLE' &&
        guard.params.reasons.includes(event.refusal) &&
        (guard.params.counter === undefined || left(guard.params.counter))
      );
    case 'mayResend': {
      const sent = {
        lastSentAt: flow.code?.sentAt ?? Number.NEGATIVE_INFINITY,
        resends: flow.counters.resends,
      };
      return resendAllowed(sent, scratch.policy, scratch.now).kind === 'allowed';
    }
    case 'needsReadBack':
      return flow.order !== undefined && scratch.policy.actions[flow.order.action].readBack === true;
    case 'queueResultIs':
      return event.type === 'QUEUE_LEFT' && guard.params.results.includes(event.result);
  }
}

/** The order with one more thing known. The revision is raised by decide, for every change alike. */
function withChoice(flow: FlowContext, option: Option | undefined): FlowContext {
  assert(option, 'a choice is one of the options');
  assert(flow.order, 'a choice belongs to an order');
  const { order } = flow;
  const labels = { ...flow.labels, [option.kind]: option };
  switch (option.kind) {
    case 'loan':
      return { ...flow, labels, order: { ...order, loanId: option.id, currency: option.currency } };
    case 'payee':
      return { ...flow, labels, order: { ...order, payeeId: option.id, currency: option.currency } };
    case 'account':
      return { ...flow, labels, order: { ...order, accountId: option.id, currency: option.currency } };
  }
}

function newOrder(flow: FlowContext, action: ActionName): FlowContext {
  const { code: _code, identityConfirmedFor: _confirmed, ...rest } = flow;
  const order: Order = { action, revision: (flow.order?.revision ?? 0) + 1 };
  return { ...rest, order, labels: {}, options: [] };
}

/** What a flow remembers once its customer is not proved any more: nothing of them, and of an order only what was wanted. */
export function forgetCustomer(flow: FlowContext): FlowContext {
  const { keyedPhoneIndex: _phone, receipt: _receipt, ...rest } = flow;
  const { order } = flow;
  return {
    ...(order ? newOrder(rest, order.action) : rest),
    labels: {},
    options: [],
    lastResult: [],
  };
}

/** What the caller hears of an order that was carried out. */
function tellingsOf({ order, labels }: FlowContext, result: OrderResult): readonly Speech[] {
  assert(order, 'a result belongs to an order');
  const { tell } = ACTION_CATALOGUE[order.action];
  assert(tell, 'what the flow tells by itself is no result of an order');
  return tell({ order, labels }, result);
}

/** What an action makes of the context. Pure. */
export function act(action: FlowAction, { flow, scratch }: MachineContext, event: FlowEvent): MachineContext {
  const say = (...speech: Speech[]): MachineContext => ({
    flow,
    scratch: { ...scratch, speech: [...scratch.speech, ...speech] },
  });
  const remember = (changed: FlowContext): MachineContext => ({ flow: changed, scratch });
  switch (action.type) {
    case 'say':
      return say({ prompt: action.params.prompt });
    case 'sayAsResult': {
      const told = { prompt: action.params.prompt };
      return {
        flow: { ...flow, lastResult: [told] },
        scratch: { ...scratch, speech: [...scratch.speech, told] },
      };
    }
    case 'sayInOtherLanguages':
      return say(
        ...LANGUAGES.filter((language) => language !== flow.language).map((language) => ({
          prompt: action.params.prompt,
          language,
        })),
      );
    case 'sayRefusal':
      assert(event.type === 'NOT_POSSIBLE', 'sayRefusal answers NOT_POSSIBLE');
      return say({ prompt: `order.refused.${event.refusal}` });
    case 'sayResult': {
      assert(event.type === 'DONE' && event.result, 'sayResult answers DONE with a result');
      const told = tellingsOf(flow, event.result);
      return {
        flow: { ...flow, lastResult: told, receipt: event.result.receipt },
        scratch: { ...scratch, speech: [...scratch.speech, ...told] },
      };
    }
    case 'sayResultAgain':
      return say(...flow.lastResult);
    case 'explain':
      return { flow, scratch: { ...scratch, explained: true } };
    case 'nextLanguage': {
      const next = LANGUAGES[(LANGUAGES.indexOf(flow.language) + 1) % LANGUAGES.length];
      assert(next, 'there is a next language');
      return remember({ ...flow, language: next });
    }
    case 'count': {
      const { counter } = action.params;
      return remember({ ...flow, counters: { ...flow.counters, [counter]: flow.counters[counter] + 1 } });
    }
    case 'setReason':
      return { flow, scratch: { ...scratch, reason: action.params.reason } };
    case 'setIntent':
      return remember(newOrder(flow, action.params.intent));
    case 'dropLevels':
      // Whoever is identified next must not hear or use anything of the one before.
      return { flow: forgetCustomer(flow), scratch: { ...scratch, proofs: voidProofs() } };
    case 'keepPhone':
      assert(
        event.type === 'ENTERED' && event.entered.kind === 'phone',
        'keepPhone answers an entered phone',
      );
      return remember({ ...flow, keyedPhoneIndex: event.entered.phoneIndex });
    case 'keepAmount':
      assert(
        event.type === 'ENTERED' && event.entered.kind === 'amount',
        'keepAmount answers an entered amount',
      );
      assert(flow.order, 'an amount belongs to an order');
      return remember({
        ...flow,
        order: {
          ...flow.order,
          amountMinor: event.entered.amountMinor,
          currency: flow.order.currency ?? scratch.currency,
        },
      });
    case 'keepContact':
      assert(
        event.type === 'ENTERED' && event.entered.kind === 'newPhone',
        'keepContact answers a new number',
      );
      assert(flow.order, 'a contact number belongs to an order');
      return remember({
        ...flow,
        labels: { ...flow.labels, contactNumber: event.entered.number },
        order: { ...flow.order, contactIndex: event.entered.contactIndex },
      });
    case 'useAmountDue':
      assert(flow.order && flow.labels.loan, 'the amount due belongs to a chosen loan');
      return remember({ ...flow, order: { ...flow.order, amountMinor: flow.labels.loan.dueMinor } });
    case 'choose':
      assert(event.type === 'CHOSE', 'choose answers CHOSE');
      return remember(withChoice(flow, flow.options[event.index]));
    case 'chooseOnly':
      return remember(withChoice(flow, flow.options[0]));
    case 'clearAmount': {
      if (!flow.order) return { flow, scratch };
      const { amountMinor: _amount, ...order } = flow.order;
      return remember({ ...flow, order });
    }
    case 'clearOrder':
      assert(flow.order, 'there is an order to change');
      return remember(newOrder(flow, flow.order.action));
  }
}

/** Makes the callable flow from a checked definition. */
export function createFlowMachine(definition: FlowDefinition): FlowMachine {
  return { definition, steps: stepsOf(definition), states: statesOf(definition) };
}

/** A flow of which every state is only passed through would never come to rest; the shipped one rests after at most 4. */
const STATES_PASSED_THROUGH = 20;

function isTaken({ guard }: ResolvedTransition, context: MachineContext, event: FlowEvent): boolean {
  return guard === undefined || guardHolds(guard, context, event);
}

/** Takes a transition: its actions, then the entry actions of where it leads. Without a target the call stays, and nothing is entered. */
function take(
  machine: FlowMachine,
  from: string,
  transition: ResolvedTransition,
  context: MachineContext,
  event: FlowEvent,
): { readonly step: string; readonly context: MachineContext } {
  const after = transition.actions.reduce((made, action) => act(action, made, event), context);
  if (transition.target === undefined) return { step: from, context: after };
  const entered = stateNamed(machine, transition.target);
  return {
    step: transition.target,
    context: entered.entry.reduce((made, action) => act(action, made, event), after),
  };
}

function stateNamed(machine: FlowMachine, name: string): FlowState {
  const state = machine.states.get(name);
  assert(state, `the flow has a step ${name}`);
  return state;
}

/**
 * Moves a call by one event: the innermost state that handles the event decides, the first transition whose guard
 * holds is taken, and states that are only passed through are left at once. Pure: no clock, no chance, nothing
 * stored. The meaning is XState's for the part of it a flow may use; test/flow-xstate.test.ts holds the two together.
 */
export function moveFlow(
  machine: FlowMachine,
  from: { readonly step: string; readonly flow: FlowContext; readonly proofs: Proofs },
  event: FlowEvent,
  moment: TransitionInput,
): TransitionResult {
  const start = stateNamed(machine, from.step);
  const scratch: TransitionScope = {
    ...moment,
    step: start.step,
    proofs: from.proofs,
    speech: [],
    explained: false,
  };
  let at: { readonly step: string; readonly context: MachineContext } = {
    step: from.step,
    context: { flow: from.flow, scratch },
  };
  // Inner before outer; where no guard of the inner one holds, the outer one is asked.
  for (const transitions of start.on.get(event.type) ?? []) {
    const transition = transitions.find((candidate) => isTaken(candidate, at.context, event));
    if (transition) {
      at = take(machine, at.step, transition, at.context, event);
      break;
    }
  }
  for (let passed = 0; ; passed++) {
    const transition = stateNamed(machine, at.step).always.find((candidate) =>
      isTaken(candidate, at.context, event),
    );
    if (!transition) break;
    assert(passed < STATES_PASSED_THROUGH, `the flow comes to rest after ${at.step}`);
    at = take(machine, at.step, transition, at.context, event);
  }
  const { flow, scratch: made } = at.context;
  return {
    step: at.step,
    flow,
    proofs: made.proofs,
    speech: made.speech,
    explained: made.explained,
    ...(made.reason === undefined ? {} : { reason: made.reason }),
  };
}
