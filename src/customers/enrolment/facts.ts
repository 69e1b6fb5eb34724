import { DAY, type Instant } from '../../platform/clock.ts';

/** What a cell is read with. */
export interface FactContext {
  /** The end of the calendar day a cell names, in the customer's zone; a problem in words where it names none. */
  endOfDay(text: string): { readonly at: Instant } | { readonly problem: string };
  readonly now: Instant;
}

type FactValue = string | number | boolean;
type FactReading = { readonly value: FactValue } | { readonly problem: string };

interface FactRules {
  readonly required: false;
  readonly about: string;
  readonly numeric: boolean;
  /** The column of the table `customers` that keeps it. */
  readonly keptIn: string;
  /** A `day` is a moment of which a file tells the day only; a `flag` is 0 or 1 on SQLite. */
  readonly kind: 'text' | 'day' | 'flag';
  /** Reads a cell that is not empty. Pure. */
  read(text: string, context: FactContext): FactReading;
}

/** As a bank numbers its papers: `2024-1`, `v3`. */
const VERSION = /^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$/;

const version = (about: string, keptIn: string): FactRules => ({
  required: false,
  about,
  numeric: false,
  kind: 'text',
  keptIn,
  read: (text) =>
    VERSION.test(text)
      ? { value: text }
      : { problem: 'must be a version of at most 32 letters, digits and . _ -' },
});

/** A day in the past. The end of the day is kept, or now where that has not come: a date says no time, and later is safer. */
const pastDay = (about: string, keptIn: string): FactRules => ({
  required: false,
  about,
  numeric: true,
  kind: 'day',
  keptIn,
  read: (text, { endOfDay, now }) => {
    const day = endOfDay(text);
    if ('problem' in day) return day;
    return day.at - DAY >= now ? { problem: 'lies in the future' } : { value: Math.min(day.at, now) };
  },
});

const YES = ['yes', '1', 'true'];
const NO = ['no', '0', 'false'];

const flag = (about: string, keptIn: string): FactRules => ({
  required: false,
  about,
  numeric: false,
  kind: 'flag',
  keptIn,
  read: (text) => {
    const word = text.toLowerCase();
    return YES.includes(word) || NO.includes(word)
      ? { value: YES.includes(word) }
      : { problem: 'must be yes or no' };
  },
});

/**
 * Plain facts about a customer: optional columns whose cells become a column of `customers`. An empty cell says nothing: it
 * leaves what is stored as it is. A new one takes a line here and a nullable column in a migration; reading, writing,
 * comparing, updating and the help follow.
 */
export const FACTS = {
  agreement_version: version(
    'the version of the agreement the customer accepted (E1.2)',
    'agreement_version',
  ),
  agreed_on: pastDay('the day the customer accepted it', 'agreed_at'),
  risk_notice_version: version(
    'the version of the risk notice the customer was given (E1.2)',
    'risk_notice_version',
  ),
  risk_notice_on: pastDay('the day the customer was given it', 'risk_notice_at'),
  more_time: flag('yes for a customer who takes more time at the keys (S8)', 'more_time'),
} as const satisfies Readonly<Record<string, FactRules>>;

type FactName = keyof typeof FACTS;
export const FACT_NAMES = Object.keys(FACTS) as readonly FactName[];
export type Facts = { readonly [fact in FactName]?: FactValue };

/** The rules of a fact, without its own literal type. */
export function factRules(fact: FactName): FactRules {
  return FACTS[fact];
}

/** The facts in a row of the table `customers`. */
export function factsOfRow(row: Readonly<Record<string, unknown>>): Facts {
  const known = FACT_NAMES.flatMap((fact): readonly (readonly [FactName, FactValue])[] => {
    const { kind, keptIn } = factRules(fact);
    const value = row[keptIn];
    if (kind === 'flag') return [[fact, Boolean(value)] as const];
    return typeof value === 'string' || typeof value === 'number' ? [[fact, value] as const] : [];
  });
  return Object.fromEntries(known);
}

/** The columns of the table `customers` that keep these facts; a fact that is absent is not among them. */
export function rowOfFacts(facts: Facts): Readonly<Record<string, FactValue>> {
  const known = FACT_NAMES.flatMap((fact): readonly (readonly [string, FactValue])[] => {
    const value = facts[fact];
    return value === undefined ? [] : [[factRules(fact).keptIn, value] as const];
  });
  return Object.fromEntries(known);
}
