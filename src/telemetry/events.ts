import { LANGUAGES } from '../locales/catalogue.ts';
import { isOpaqueId } from '../platform/opaque-id.ts';

/**
 * The allow-list of logs and traces (invariant 15): every event, every attribute, and the only values an attribute
 * may take. There is no attribute for free text, and no textual pattern below lets six digits in a row through
 * except inside an id of the carrier's. What is not listed here is dropped, never masked.
 */

/** Says what an attribute may be: the admitted value, or undefined for one that is dropped. */
interface AttributeRule<Value extends string | number> {
  admit(value: unknown): Value | undefined;
}

function oneOf<const Value extends string>(...values: readonly Value[]): AttributeRule<Value> {
  return { admit: (value) => values.find((known) => known === value) };
}

function pattern(shape: RegExp, longest: number): AttributeRule<string> {
  return {
    admit: (value) =>
      typeof value === 'string' && value.length <= longest && shape.test(value) ? value : undefined,
  };
}

/**
 * A whole number from 0 to `most`; more is written as `most`. Text is never read as a number, because keyed digits
 * are text everywhere in this program.
 */
function numberUpTo(most: number): AttributeRule<number> {
  return {
    admit: (value) =>
      typeof value === 'number' && Number.isFinite(value) && value >= 0
        ? Math.min(Math.round(value), most)
        : undefined,
  };
}

/** Words without digits; a name of ours, such as a step or a reason. */
const WORDS = /^[a-z][a-zA-Z]*(?:[._-][a-z][a-zA-Z]*)*$/;
/** The longest name we give to anything. */
const LONGEST_NAME = 64;
/** A minute: turns end after ten seconds and nothing else that is timed should take longer. */
const MOST_MILLISECONDS = 60_000;
/** Below six digits, so that no secret written here by mistake survives. */
const MOST_COUNT = 10_000;
const MOST_PORT = 65_535;

/** An id that the carrier chose. */
const CARRIER_ID: AttributeRule<string> = {
  admit: (value) => (typeof value === 'string' && isOpaqueId(value) ? value : undefined),
};

const ATTRIBUTES = {
  /** The carrier's call id. */
  call: CARRIER_ID,
  /** The carrier's message id. */
  message: CARRIER_ID,
  step: pattern(WORDS, LONGEST_NAME),
  reason: pattern(WORDS, LONGEST_NAME),
  action: pattern(WORDS, LONGEST_NAME),
  kind: pattern(WORDS, LONGEST_NAME),
  route: oneOf(
    'desk',
    'api',
    'voice.answer',
    'voice.turn',
    'voice.fallback',
    'voice.status',
    'voice.freeze',
    'voice.wait',
    'voice.desk',
    'voice.keying',
    'desk.events',
    'desk.leg',
    'sms.status',
    'demo.inbox',
    'healthz',
    'readyz',
    'other',
  ),
  outcome: oneOf(
    'taken',
    'repeated',
    'reprompted',
    'ended',
    'unknown_call',
    'outage',
    'kept_alive',
    'posted_again',
    'said_goodbye',
    'held',
    'freeze_queued',
    'handed_over',
  ),
  language: oneOf(...LANGUAGES),
  factor: oneOf('identity', 'identity.freeze', 'pin.query', 'pin.transaction', 'code'),
  result: oneOf('passed', 'failed', 'late', 'refused', 'locked', 'void', 'refunded', 'unavailable', 'busy'),
  end: oneOf('completed', 'busy', 'failed', 'no-answer', 'canceled'),
  delivery: oneOf('sent', 'delivered', 'failed'),
  fault: oneOf(
    'store_unavailable',
    'bank_unavailable',
    'messaging_unavailable',
    'crypto_unavailable',
    'conflict',
    'limit_reached',
    'late',
    'stopping',
    'bug',
  ),
  /** Class of an error, never its message. */
  error: pattern(/^[A-Z][A-Za-z]*$/, LONGEST_NAME),
  /** Code of an error, such as SQLITE_BUSY, ECONNREFUSED or PostgreSQL's 57P01. */
  code: pattern(/^(?:[A-Z]+(?:_[A-Z]+)*|[0-9A-Z]{5})$/, LONGEST_NAME),
  /** Where in our own source an error arose. */
  origin: pattern(/^(?:src|db)\/[a-z/.-]+\.ts:[0-9]{1,4}$/, 128),
  /** The carrier's error number; five digits at most. */
  carrierError: numberUpTo(99_999),
  mode: oneOf('production', 'demo'),
  database: oneOf('sqlite', 'postgres'),
  signal: oneOf('SIGINT', 'SIGTERM', 'SIGHUP'),
  port: numberUpTo(MOST_PORT),
  status: numberUpTo(599),
  milliseconds: numberUpTo(MOST_MILLISECONDS),
  count: numberUpTo(MOST_COUNT),
  attempts: numberUpTo(MOST_COUNT),
  customers: numberUpTo(MOST_COUNT),
  sources: numberUpTo(MOST_COUNT),
  failures: numberUpTo(MOST_COUNT),
} as const;

export type AttributeName = keyof typeof ATTRIBUTES;
type AttributeValue<Name extends AttributeName> =
  (typeof ATTRIBUTES)[Name] extends AttributeRule<infer Value> ? Value : never;
export type Attributes<Name extends AttributeName = AttributeName> = {
  readonly [Key in Name]?: AttributeValue<Key> | undefined;
};

type EventLevel = 'debug' | 'info' | 'warn' | 'error';

/** How loud an event is, and what may stand in it. */
export interface EventRule {
  readonly level: EventLevel;
  readonly attributes: readonly AttributeName[];
}

/** What may stand in an event about something that failed. */
export const FAILURE = ['fault', 'error', 'code', 'origin'] as const;

/**
 * What can be logged, by name. Each room declares its own events in `<room>.events.ts` and adds them to this type;
 * src/events.ts composes them into the list that the log of a process writes by.
 */
// biome-ignore lint/suspicious/noEmptyInterface: the rooms fill it
export interface RoomEvents {}

export type EventName = keyof RoomEvents;
/** Every event with its rule: complete, or it does not compile. */
export type EventRules = { readonly [Name in EventName]: EventRule };
export type EventAttributes<Name extends EventName> = Attributes<
  RoomEvents[Name] extends { readonly attributes: readonly (infer Admitted extends AttributeName)[] }
    ? Admitted
    : never
>;

/** Keeps of `given` what the names and values of the allow-list admit; everything else is gone. Pure. */
export function admitAttributes(
  names: readonly AttributeName[],
  given: object,
): { [name: string]: string | number } {
  const admitted: { [name: string]: string | number } = {};
  for (const name of names) {
    if (!Object.hasOwn(given, name)) continue;
    const value = ATTRIBUTES[name].admit((given as { readonly [key: string]: unknown })[name]);
    if (value !== undefined) admitted[name] = value;
  }
  return admitted;
}

/** Whether a text may stand as a step's name in logs and traces. */
export function isStepName(text: string): boolean {
  return ATTRIBUTES.step.admit(text) !== undefined;
}
