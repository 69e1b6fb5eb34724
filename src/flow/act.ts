import type { Telling } from '../actions/action.ts';
import { ACTION_CATALOGUE } from '../actions/catalogue.ts';
import { amountOffered, type OrderLabels } from '../actions/option.ts';
import type { Order } from '../actions/order.ts';
import type { OrderResult } from '../actions/result.ts';
import { voidProofs, voidStepUp } from '../assurance/levels.ts';
import { LANGUAGES } from '../locales/catalogue.ts';
import { defined } from '../platform/defined.ts';
import { assert } from '../platform/fault.ts';
import type { Speech } from '../speech/reply.ts';
import type { FlowContext } from './context.ts';
import type { FlowEvent } from './events.ts';
import { firstOfEach, firstTold, optionsHeard, thingsTold } from './listed.ts';
import {
  forgetCustomer,
  isFreezeErrand,
  isFreezeWanted,
  newOrder,
  setOrderAside,
  withChoice,
  withMomentOfAsking,
} from './order-in-flow.ts';
import { isStaffEvent } from './staff-events.ts';
import type { MachineContext } from './transition.ts';
import type { FlowAction } from './vocabulary.ts';

type ParamsOf<Type extends FlowAction['type']> =
  Extract<FlowAction, { type: Type }> extends { params: infer Params } ? Params : undefined;
type Act<Type extends FlowAction['type']> = (
  context: MachineContext,
  event: FlowEvent,
  params: ParamsOf<Type>,
) => MachineContext;

/** What each action of a flow file makes of the context. */
const ACTS: { readonly [type in FlowAction['type']]: Act<type> } = {
  say: (context, _event, { prompt }) => say(context, [{ prompt }]),
  sayAsResult: (context, _event, { prompt }) => tell(context, [{ prompt }]),
  sayInOtherLanguages: (context, _event, { prompt }) =>
    say(
      context,
      LANGUAGES.filter((language) => language !== context.flow.language).map((language) => ({
        prompt,
        language,
      })),
    ),
  sayRefusal: (context, event) => {
    assert(event.type === 'NOT_POSSIBLE', 'sayRefusal answers NOT_POSSIBLE');
    return say(context, [{ prompt: `order.refused.${event.refusal}` }]);
  },
  sayResult: (context, event) => {
    assert(event.type === 'DONE' && event.result, 'sayResult answers DONE with a result');
    const told = tellingsOf(context.flow, firstOfEach(event.result));
    return tell(withReceipt(context, told, event.result), told.map(speechOfTelling));
  },
  sayResultInParts: (context, event, { left }) => {
    assert(event.type === 'DONE' && event.result, 'sayResultInParts answers DONE with a result');
    const told = tellingsOf(context.flow, event.result);
    return tellInParts(withReceipt(context, told, event.result), told, left);
  },
  sayMoreOfResult: (context, _event, { left }) => tellInParts(context, context.flow.resultLeft ?? [], left),
  sayResultAgain: (context) => say(context, context.flow.lastResult),
  explain: ({ flow, scope }) => ({ flow, scope: { ...scope, explained: true } }),
  // A digit of a secret is not spoken, not even the first (invariant 15).
  askAboutKey: (context, event, { prompt, secret }) => {
    assert(event.type === 'LONE_KEY', 'askAboutKey answers LONE_KEY');
    const { collect } = context.scope.step.meta;
    const isSecret = collect?.kind !== 'entry' || collect.factor !== undefined;
    return say(context, [
      isSecret
        ? { prompt: secret }
        : { prompt, values: { number: { kind: 'count', count: Number(event.key) } } },
    ]);
  },
  nextLanguage: (context) => {
    const next = LANGUAGES[(LANGUAGES.indexOf(context.flow.language) + 1) % LANGUAGES.length];
    assert(next, 'there is a next language');
    return remember(context, { language: next });
  },
  offerLanguages: (context, _event, { prompt, moreTime }) =>
    remember(context, { languageMenu: prompt, ...defined({ moreTimeOffer: moreTime }) }),
  giveMoreTime: (context) => remember(context, { moreTime: true }),
  speakChosenLanguage: (context, event) => {
    assert(event.type === 'LANGUAGE_CHOSEN', 'speakChosenLanguage answers LANGUAGE_CHOSEN');
    return remember(context, { language: event.language, languageChosen: true });
  },
  speakRememberedLanguage: (context) => {
    const { flow, scope } = context;
    return flow.languageChosen || scope.chosenLanguage === undefined
      ? context
      : remember(context, { language: scope.chosenLanguage });
  },
  count: (context, _event, { counter }) => {
    const { counters } = context.flow;
    return remember(context, { counters: { ...counters, [counter]: counters[counter] + 1 } });
  },
  setReason: ({ flow, scope }, _event, { reason }) => ({ flow, scope: { ...scope, reason } }),
  setIntent: ({ flow, scope }, _event, { intent }) => ({
    flow: withMomentOfAsking(newOrder(flow, intent), scope.now),
    scope,
  }),
  // The next customer to be identified must not hear or use anything of the one before.
  dropLevels: ({ flow, scope }) => ({
    flow: forgetCustomer(flow),
    scope: { ...scope, proofs: voidProofs() },
  }),
  keepDenied: (context) => {
    const { customerId } = context.scope.proofs;
    assert(customerId !== undefined, 'who is denied was verified');
    return remember(context, { deniedCustomerId: customerId });
  },
  // Who came to freeze waits where freezes are looked after, whatever ended it, and hears that nothing is frozen yet.
  followErrand: (context, _event, { prompt, reason }) => {
    if (!isFreezeWanted(context.flow)) return context;
    const { flow, scope } = say(context, [{ prompt }]);
    return { flow, scope: { ...scope, reason } };
  },
  askForStaff: ({ flow, scope }, event, params) => {
    assert(isStaffEvent(event), 'askForStaff answers a click of staff');
    const asks = 'pin' in params ? params.pin : params.what;
    const desk = { handoff: event.handoff, asks, from: scope.step.name };
    const { query, transaction } = scope.proofs.pins;
    // An identity that was keyed to freeze, which nothing limits, serves the freeze alone (ADR 27): it is keyed anew, and counts.
    const isOfFreeze = isFreezeErrand(flow) && query === undefined && transaction === undefined;
    // Who is asked anew who they are has nothing left of whom they were taken for.
    const isAnew = isOfFreeze || asks === 'identity';
    const aside = setOrderAside(flow);
    return {
      flow: { ...(isAnew ? forgetCustomer(aside) : aside), desk },
      scope: { ...scope, proofs: isAnew ? voidProofs() : voidStepUp(scope.proofs) },
    };
  },
  keepPhone: (context, event) => {
    assert(event.type === 'ENTERED' && event.entered.kind === 'phone', 'keepPhone answers a keyed phone');
    const { identityKeyed: _before, ...flow } = context.flow;
    return { ...context, flow: { ...flow, keyedPhoneIndex: event.entered.phoneIndex } };
  },
  keepAmount: (context, event) => {
    assert(event.type === 'ENTERED' && event.entered.kind === 'amount', 'keepAmount answers a keyed amount');
    const order = orderOf(context.flow, 'an amount belongs to an order');
    const currency = order.currency ?? context.scope.currency;
    return remember(context, { order: { ...order, amountMinor: event.entered.amountMinor, currency } });
  },
  keepContact: (context, event) => {
    assert(event.type === 'ENTERED' && event.entered.kind === 'newPhone', 'keepContact answers a new number');
    const { number: contactNumber, contactIndex } = event.entered;
    const order = orderOf(context.flow, 'a contact number belongs to an order');
    return remember(context, {
      labels: { ...context.flow.labels, contactNumber },
      order: { ...order, contactIndex },
    });
  },
  useAmountDue: (context) => withAmountOf(context, ({ dueMinor }) => dueMinor),
  useAmountOffered: (context) => withAmountOf(context, amountOffered),
  listNext: (context) => {
    const { step, policy } = context.scope;
    return remember(context, { listedFrom: optionsHeard(step, context.flow, policy).next });
  },
  choose: ({ flow, scope }, event) => {
    assert(event.type === 'CHOSE', 'choose answers CHOSE');
    const { options } = optionsHeard(scope.step, flow, scope.policy);
    return { flow: withChoice(flow, options[event.index]), scope };
  },
  chooseOnly: ({ flow, scope }) => ({ flow: withChoice(flow, flow.options[0]), scope }),
  clearAmount: (context) => {
    if (!context.flow.order) return context;
    const { amountMinor: _amount, ...order } = context.flow.order;
    return remember(context, { order });
  },
  clearOrder: ({ flow, scope }) => ({
    flow: newOrder(flow, orderOf(flow, 'there is an order to change').action),
    scope,
  }),
};

/** What an action makes of the context. Pure. */
export function act(action: FlowAction, context: MachineContext, event: FlowEvent): MachineContext {
  // The type of the action chooses its function and its params; the compiler cannot follow that through the table.
  const perform = ACTS[action.type] as Act<FlowAction['type']>;
  return perform(context, event, ('params' in action ? action.params : undefined) as never);
}

function say({ flow, scope }: MachineContext, speech: readonly Speech[]): MachineContext {
  return { flow, scope: { ...scope, speech: [...scope.speech, ...speech] } };
}

/** Keeps the receipt of a result, and whether the caller is told it. */
function withReceipt(
  context: MachineContext,
  told: readonly Telling[],
  { receipt }: OrderResult,
): MachineContext {
  const isTold = told.some(({ values }) => values !== undefined && 'receipt' in values);
  return remember(context, { receipt, ...(isTold ? { toldReceipt: receipt } : {}) });
}

/** Says a result, which the caller may ask for again; nothing of one before it is left to be told. */
function tell(context: MachineContext, speech: readonly Speech[]): MachineContext {
  const { resultLeft: _left, ...flow } = context.flow;
  return say({ scope: context.scope, flow: { ...flow, lastResult: speech } }, speech);
}

/** Says so many of these as are told at a time, and how many are left, which are kept. */
function tellInParts(context: MachineContext, tellings: readonly Telling[], prompt: string): MachineContext {
  const { told, left } = firstTold(tellings, context.scope.policy.dialogue.menuOptions);
  const speech = told.map(speechOfTelling);
  if (left.length === 0) return tell(context, speech);
  const listedLeft = { kind: 'count', count: thingsTold(left) } as const;
  return remember(tell(context, [...speech, { prompt, values: { listedLeft } }]), { resultLeft: left });
}

function speechOfTelling({ prompt, values }: Telling): Speech {
  return values === undefined ? { prompt } : { prompt, values };
}

function remember({ flow, scope }: MachineContext, changed: Partial<FlowContext>): MachineContext {
  return { flow: { ...flow, ...changed }, scope };
}

/** The order for an amount of the chosen loan, in minor units. */
function withAmountOf(
  context: MachineContext,
  amountOf: (loan: NonNullable<OrderLabels['loan']>) => number,
): MachineContext {
  const { loan } = context.flow.labels;
  const order = orderOf(context.flow, 'the amount offered belongs to an order');
  assert(loan, 'the amount offered belongs to a chosen loan');
  return remember(context, { order: { ...order, amountMinor: amountOf(loan) } });
}

function orderOf({ order }: FlowContext, why: string): Order {
  assert(order, why);
  return order;
}

/** What the caller hears of an order that was carried out. */
function tellingsOf({ order, labels }: FlowContext, result: OrderResult): readonly Telling[] {
  assert(order, 'a result belongs to an order');
  const { tell: tellingsOfAction } = ACTION_CATALOGUE[order.action];
  assert(tellingsOfAction, 'what the flow tells by itself is no result of an order');
  return tellingsOfAction({ order, labels }, result);
}
