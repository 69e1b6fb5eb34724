import type { FlowStep, ResolvedTransition } from '../../flow/definition.ts';
import { OPTION_KEYS } from '../../flow/options.ts';
import { promptsOf, type Saying } from '../../flow/sayings.ts';
import type { Counter, EventType, FlowAction, FlowGuard } from '../../flow/vocabulary.ts';

const EVENTS: { readonly [event in EventType]?: string } = {
  ANSWERED: 'when the call is answered',
  PERSON: 'key 0, a person',
  FREEZE: 'star twice, a freeze',
  LANGUAGE: 'key 8, the language',
  LANGUAGE_CHOSEN: 'a language chosen after key 8',
  STAR: 'one star',
  STARS: 'star twice after other keys',
  SILENCE: 'silence',
  INVALID: 'keys that mean nothing here',
  MORE_TIME: 'more time chosen after key 8',
  STARTED_AGAIN: 'a star in an input that ends by itself',
  LATE_STARS: 'stars after too long a silence',
  POUND: '# after an input that had ended by itself',
  LONE_KEY: 'one key and then a pause, in an input',
  CHOSE: 'a choice from the list',
  MORE_LISTED: 'key 6, more of a list',
  ENTERED: 'an entry',
  PASSED: 'a right entry',
  FAILED: 'a wrong entry',
  LOCKED: 'an entry while it is locked',
  LATE: 'an older or expired code',
  LIMITED: 'too many already',
  BUSY: 'the service is busy',
  UNDELIVERED: 'the message did not arrive',
  LISTED: 'what there is to choose from',
  CLEAR: 'nothing more is needed',
  STEP_UP: 'a code is needed',
  NOT_POSSIBLE: 'the order is not possible',
  SENT: 'the code is sent',
  UNAVAILABLE: 'it cannot be sent',
  DONE: 'it is done',
  REFUSED: 'it is refused',
  QUEUE_LEFT: 'the caller leaves the queue',
  STAFF_QUERY_PIN: 'the adviser asks for the query PIN',
  STAFF_TRANSACTION_PIN: 'the adviser asks for the transaction PIN',
  STAFF_IDENTITY: 'the adviser asks who the caller is',
  SESSION_EXPIRED: 'after too long a silence',
  OUTAGE: 'an outage',
  HANGUP: 'the caller hangs up',
};

/** What happens, as it is spoken of in a list of changes. */
export function describeEvent(event: EventType): string {
  return event.startsWith('KEY.') ? `key ${event.slice('KEY.'.length)}` : (EVENTS[event] ?? event);
}

const COUNTERS: { readonly [counter in Counter]?: string } = {
  retries: 'tries',
  repeats: 'repetitions',
  identities: 'identifications',
  refusals: 'wrong PINs',
  codeTries: 'tries for the code',
  waits: 'waits',
  resends: 'codes to send again',
  changes: 'changes of the order',
};

/** The condition of a transition: `while tries are left`; `otherwise` where it has none. */
export function describeGuard(guard: FlowGuard | undefined): string {
  switch (guard?.type) {
    case undefined:
      return 'otherwise';
    case 'proved':
      return guard.params.proof === 'pin' ? 'if the PIN was right' : 'if somebody is identified';
    case 'lacks':
      return guard.params.proof === 'pin' ? 'while no PIN was right' : 'while nobody is identified';
    case 'countLeft':
      return `while ${COUNTERS[guard.params.counter] ?? guard.params.counter} are left`;
    case 'countSpent':
      return `once no ${COUNTERS[guard.params.counter] ?? guard.params.counter} are left`;
    case 'intentIs':
      return `for ${spaced(guard.params.intent)}`;
    case 'orderLacks':
      return `while the order lacks its ${guard.params.field === 'dueOrAmount' ? 'amount' : guard.params.field}`;
    case 'optionsAre':
      return {
        none: 'if there is nothing to choose',
        settled: 'if everything is paid back',
        one: 'if there is only one',
      }[guard.params.count];
    case 'listGoesOn':
      return 'while some were not heard';
    case 'mayPayExactly':
      return 'if exactly what is due, or the rest, may be paid';
    case 'nothingDue':
      return 'if nothing is due';
    case 'refusalIs':
      return `if it is ${guard.params.reasons.map(spaced).join(' or ')}`;
    case 'unavailableFor':
      return `if the reason is ${guard.params.reasons.map(spaced).join(' or ')}`;
    case 'mayResend':
      return 'if a code may be sent again';
    case 'frozenEverywhere':
      return 'once the core has it';
    case 'needsReadBack':
      return 'if it is read back';
    case 'identityKeyed':
      return 'if an identity was keyed';
    case 'staffAsks':
      return `if the adviser asked for: ${guard.params.what.replaceAll('_', ' ')}`;
    case 'denied':
      return 'if somebody was verified before';
    case 'undelivered':
      return 'if the message has failed';
    case 'queueResultIs':
      return `if the queue says ${guard.params.results.join(' or ')}`;
  }
}

/** What an action does, where a caller notices it; undefined for what only keeps what was keyed. */
function describeAction(action: FlowAction): string | undefined {
  switch (action.type) {
    case 'setReason':
      return `reason ${spaced(action.params.reason)}`;
    case 'setIntent':
      return `for ${spaced(action.params.intent)}`;
    case 'count':
      return `counts against ${COUNTERS[action.params.counter] ?? action.params.counter}`;
    case 'sayResultInParts':
    case 'sayMoreOfResult':
      return `tells the result some at a time, and says ${action.params.left}`;
    case 'dropLevels':
      return 'everything proved is dropped';
    default:
      return 'params' in action && 'prompt' in action.params
        ? `says ${action.params.prompt}`
        : spaced(action.type.replace(/([A-Z])/g, ' $1').toLowerCase());
  }
}

/** Where a transition leads and what it does: `goes to handoff (reason complaint)`. */
export function describeOutcome({ target, actions }: ResolvedTransition): string {
  const doing = actions.flatMap((action) => describeAction(action) ?? []);
  return `${target === undefined ? 'stays' : `goes to ${target}`}${doing.length > 0 ? ` (${doing.join(', ')})` : ''}`;
}

/** The prompts of a saying, first to last, or the keys it says the words of. */
export function describeSaying(saying: Saying): string {
  return typeof saying !== 'string' && 'options' in saying
    ? `what its keys ${saying.options.map((event) => OPTION_KEYS[event]).join(', ')} do`
    : promptsOf(saying).join(' or ');
}

/** What a step is for: what it asks, does or ends, and what it says. */
export function describeStep({ meta }: FlowStep): string {
  const { collect, perform, handoff, end, say = [] } = meta;
  const asks =
    collect?.kind === 'entry'
      ? `asks for ${spaced(collect.entry.replace(/([A-Z])/g, ' $1').toLowerCase())}`
      : collect?.kind === 'choice'
        ? 'lets the caller choose'
        : collect?.kind === 'confirm'
          ? `asks for a yes to the ${collect.of}`
          : collect
            ? 'a menu'
            : undefined;
  const does = perform
    ? `does ${perform}`
    : handoff
      ? 'hands over to a person'
      : end
        ? 'ends the call'
        : undefined;
  const says = say.length > 0 ? `says ${say.map(describeSaying).join(', then ')}` : undefined;
  const parts = [asks ?? does ?? 'is only passed through', ...(says ? [says] : [])];
  return parts.join('; ');
}

function spaced(name: string): string {
  return name.replaceAll('_', ' ').trim();
}
