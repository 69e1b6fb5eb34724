import { DAY, type Instant } from '../../platform/clock.ts';

/** What a cell is read with. */
export interface FactContext {
  /** The end of the calendar day a cell names, in the customer's zone; a problem in words where it names none. */
  endOfDay(text: string): { readonly at: Instant } | { readonly problem: string };
  readonly now: Instant;
}

type FactReading = { readonly value: string | number } | { readonly problem: string };

interface FactRules {
  readonly required: false;
  readonly about: string;
  readonly numeric: boolean;
  /** The column of the table `customers` that keeps it. */
  readonly keptIn: string;
  /** Reads a cell that is not empty. Pure. */
  read(text: string, context: FactContext): FactReading;
}

/** As a bank numbers its papers: `2024-1`, `v3`. */
const VERSION = /^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$/;

const version = (about: string, keptIn: string): FactRules => ({
  required: false,
  about,
  numeric: false,
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
  keptIn,
  read: (text, { endOfDay, now }) => {
    const day = endOfDay(text);
    if ('problem' in day) return day;
    return day.at - DAY >= now ? { problem: 'lies in the future' } : { value: Math.min(day.at, now) };
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
} as const satisfies Readonly<Record<string, FactRules>>;

export type FactName = keyof typeof FACTS;
export const FACT_NAMES = Object.keys(FACTS) as readonly FactName[];
export type Facts = { readonly [fact in FactName]?: string | number };

/** The rules of a fact, without its own literal type. */
export function factRules(fact: FactName): FactRules {
  return FACTS[fact];
}
