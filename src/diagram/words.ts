import { ACTION_CATALOGUE, type ActionName } from '../actions/catalogue.ts';
import { requiredPin } from '../assurance/levels.ts';
import { factorOfInput, factorRules } from '../factors/catalogue.ts';
import type { FlowStep } from '../flow/definition.ts';
import { counterLimit } from '../flow/guards.ts';
import type { Release } from '../flow/release.ts';
import type { CollectSpec, Counter, EventType, FlowGuard, Operation } from '../flow/vocabulary.ts';
import { amountDigits, type Currency, groupThousands } from '../jurisdictions/currency.ts';
import type { Policy } from '../policy/policy.ts';

/* The words of the pictures: for somebody who answers for the rules and does not program. */

const EVENT_WORDS: { readonly [event in EventType]?: string } = {
  ANSWERED: 'answered',
  PERSON: '0',
  FREEZE: '**',
  LANGUAGE: '8',
  LANGUAGE_CHOSEN: 'language chosen',
  MORE_TIME: 'more time chosen',
  STAR: '*',
  STARS: '** after other keys',
  SILENCE: 'silence',
  INVALID: 'wrong key',
  STARTED_AGAIN: '* in six digits',
  LATE_STARS: 'stars after the time ran out',
  POUND: '# after six digits',
  LONE_KEY: 'one key, then a pause',
  CHOSE: 'chosen',
  MORE_LISTED: '6 where a list goes on',
  ENTERED: 'keyed',
  PASSED: 'right',
  FAILED: 'wrong',
  LOCKED: 'locked',
  LATE: 'late code',
  LIMITED: 'limit reached',
  BUSY: 'busy',
  UNDELIVERED: 'not delivered',
  LISTED: 'listed',
  CLEAR: 'PIN is enough',
  STEP_UP: 'code needed',
  NOT_POSSIBLE: 'not possible',
  SENT: 'sent',
  UNAVAILABLE: 'cannot be sent',
  DONE: 'done',
  REFUSED: 'refused',
  QUEUE_LEFT: 'left the queue',
  STAFF_QUERY_PIN: 'adviser asks for the query PIN',
  STAFF_TRANSACTION_PIN: 'adviser asks for the transaction PIN',
  STAFF_IDENTITY: 'adviser asks who it is',
  SESSION_EXPIRED: 'time ran out',
  OUTAGE: 'fault',
  HANGUP: 'hung up',
};

/** What happened, in a word or two. */
export function eventWords(event: EventType): string {
  return event.startsWith('KEY.') ? event.slice('KEY.'.length) : (EVENT_WORDS[event] ?? event.toLowerCase());
}

/** Several events with the same target, keys first. */
export function eventsWords(events: readonly EventType[]): string {
  const keys = events.filter((event) => event.startsWith('KEY.')).map(eventWords);
  const others = events.filter((event) => !event.startsWith('KEY.')).map(eventWords);
  const pressed = keys.length > 0 ? [`key ${keys.join(', ')}`] : [];
  return [...pressed, ...others].join(' / ');
}

/** What the caller wants, as a heading. */
export function actionWords(action: ActionName): string {
  return ACTION_CATALOGUE[action].label;
}

/** What the caller wants, inside a label. */
export function topicWords(action: ActionName): string {
  return action.replaceAll('_', ' ');
}

const OPERATION_WORDS: { readonly [operation in Operation]: string } = {
  'list.loans': "looks up the caller's loans",
  'list.payees': "looks up the caller's payees",
  'list.accounts': "looks up the caller's accounts",
  'order.obstacles': 'does anything stand in the way already?',
  'order.assess': 'is it possible, is a code needed?',
  'order.carryOut': 'asks for the level again, carries out',
  'code.send': 'sends a code, bound to this order',
  'account.freeze': 'freezes what was identified',
  'account.freezeDenied': 'freezes who was verified before',
};

function entryWords(
  collect: Extract<CollectSpec, { kind: 'entry' }>,
  step: FlowStep,
  policy: Policy,
): string {
  const factor = factorOfInput(collect.entry);
  if (factor !== undefined) {
    const { label, length } = factorRules(factor).input;
    return `asks: ${length ? `${length(policy)}-digit ` : ''}${label}`;
  }
  switch (collect.entry) {
    case 'phone':
      return 'asks: registered phone number';
    case 'amount':
      return 'asks: amount';
    case 'newPhone':
      return 'asks: new contact number';
    default:
      return `asks: ${step.name}`;
  }
}

/** What a step does or asks, in one line. */
export function stepWords(step: FlowStep, policy: Policy): string {
  const { collect, perform, handoff, end } = step.meta;
  if (perform) return OPERATION_WORDS[perform];
  if (handoff) return 'puts through to a person';
  if (end) return 'says goodbye, hangs up';
  switch (collect?.kind) {
    case 'menu':
      return 'menu';
    case 'choice':
      return 'asks: which one of the list';
    case 'entry':
      return entryWords(collect, step, policy);
    case 'confirm':
      return collect.of === 'identity'
        ? 'asks: is that you? 1 yes, 2 no'
        : 'asks: carry it out? 1 yes, 2 change';
    case undefined:
      return 'greets';
  }
}

/** How often a counter lets a call pass: "2×". The next one takes the other edge (machine.ts, countLeft). */
function timesWords(counter: Counter, step: FlowStep, release: Release): string {
  return `${counterLimit(counter, { policy: release.policy, step }) - 1}×`;
}

/** What it is called when a limit is spent: the way after it in the list. */
export function spentWords(
  guard: FlowGuard | undefined,
  step: FlowStep,
  release: Release,
): string | undefined {
  switch (guard?.type) {
    case 'countLeft':
      return guard.params.counter === 'identities'
        ? `after ${identitiesAllowed(step, release)} identities`
        : 'then';
    case 'mayResend':
      return 'then';
    case 'queueResultIs':
      return 'otherwise';
    case 'refusalIs':
      return guard.params.counter === undefined ? undefined : 'then';
    default:
      return undefined;
  }
}

/** How many identities a call may key, right or wrong (R5.2). */
function identitiesAllowed(step: FlowStep, release: Release): number {
  return counterLimit('identities', { policy: release.policy, step }) - 1;
}

/** The condition under which an edge is taken, as words; empty where it is plain from the label. */
export function guardWords(guard: FlowGuard | undefined, step: FlowStep, release: Release): string {
  switch (guard?.type) {
    case 'countLeft':
      // How many identities a call may key is told once, where they are asked for.
      return guard.params.counter === 'identities' ? '' : timesWords(guard.params.counter, step, release);
    case 'countSpent':
      return 'no try left';
    case 'mayResend':
      return `${release.policy.code.resendsPerCall}×, ${release.policy.code.resendAfterSeconds} s apart`;
    case 'optionsAre':
      return { none: 'none', settled: 'all paid back', one: 'just one' }[guard.params.count];
    case 'listGoesOn':
      return 'more to hear';
    case 'refusalIs':
      return guard.params.counter ? timesWords(guard.params.counter, step, release) : '';
    case 'unavailableFor':
      return guard.params.reasons.map((reason) => reason.replaceAll('_', ' ')).join(', ');
    case 'needsReadBack':
      return 'to be read back';
    case 'identityKeyed':
      return 'identity keyed';
    case 'staffAsks':
      return `asked for: ${guard.params.what.replaceAll('_', ' ')}`;
    case 'denied':
      return 'verified before';
    case 'undelivered':
      return 'message failed';
    case 'proved':
      return `${guard.params.proof === 'pin' ? 'PIN' : 'identity'} proved`;
    case 'frozenEverywhere':
      return 'the core has it';
    case 'queueResultIs':
      return guard.params.results.length > 2
        ? `${guard.params.results.slice(0, 2).join(', ')}, …`
        : guard.params.results.join(', ');
    // What is offered of a loan is told by the step that offers it.
    case 'mayPayExactly':
    case 'nothingDue':
    case 'lacks':
    case 'intentIs':
    case 'orderLacks':
    case undefined:
      return '';
  }
}

/** An amount of minor units in whole units, as pictures show it: "CNY 50,000". */
function amountWords(minor: number, currency: Currency): string {
  return `${currency} ${groupThousands(amountDigits(minor, currency).whole)}`;
}

/** The level, and the PIN, that an action takes (R6.1, R7.1). */
export function needsWords(action: ActionName, policy: Policy): readonly string[] {
  const { level, levelWhenLarge } = policy.actions[action];
  const pin = requiredPin(action, policy);
  const large = Object.entries(policy.amounts.largeLoanFrom).map(([currency, minor]) =>
    amountWords(minor, currency as Currency),
  );
  return [
    `needs ${level}${pin ? ` with the ${pin} PIN` : ''}`,
    ...(levelWhenLarge ? [`needs ${levelWhenLarge} from ${large.join(', ')}`] : []),
  ];
}
