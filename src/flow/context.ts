import type { Telling } from '../actions/action.ts';
import type { Option, OrderLabels } from '../actions/option.ts';
import type { Order } from '../actions/order.ts';
import type { Language } from '../locales/catalogue.ts';
import type { SpokenMoment } from '../locales/spoken-value.ts';
import type { Instant } from '../platform/clock.ts';
import type { Speech } from '../speech/reply.ts';
import type { DeskAsk } from './desk-asks.ts';
import type { FrozenFacts } from './events.ts';
import type { Counter } from './vocabulary.ts';

/** The code that was last sent in this call; never its digits. */
interface SentCode {
  readonly codeId: string;
  /** Its first digit, spoken so that the caller can tell the newest message (policy: "starting with 4"). */
  readonly hint: string;
  readonly sentAt: Instant;
  readonly expiresAt: Instant;
}

/**
 * What the flow remembers of a call. It never holds a PIN, a code or an ID number: a keyed phone number is kept
 * as its blind index. Stored sealed.
 */
export interface FlowContext {
  readonly language: Language;
  readonly counters: { readonly [counter in Counter]: number };
  /** One star was keyed at a menu; a second one freezes. */
  readonly starPending: boolean;
  /**
   * The languages are offered at this step, each in its own words of this prompt: the next key chooses one of them. The step
   * stays where it is, with everything keyed so far.
   */
  readonly languageMenu?: string;
  /** Said after the languages: key 4 gives more time at each step (S8). */
  readonly moreTimeOffer?: string;
  /**
   * The key that was asked about: alone, it may have been a command or the first digit of an input. The same key again is
   * obeyed (Z12); the input itself begins anew.
   */
  readonly pendingKey?: string;
  /** The input before ended by itself: a `#` may follow, and what it cuts short is said again. */
  readonly endedItself?: { readonly said: readonly Speech[] };
  /** The caller chose the language by key in this call. */
  readonly languageChosen?: true;
  /** The caller asked for more time at each step (S8); it lasts as long as the call. */
  readonly moreTime?: true;
  /** The caller keys on a person's wish: in which hand-off, what, and from which step they came. */
  readonly desk?: { readonly handoff: string; readonly asks: DeskAsk; readonly from: string };
  readonly keyedPhoneIndex?: string;
  /** An identity was keyed since the call last knew nobody, whether or not it was found (Z3). */
  readonly identityKeyed?: true;
  readonly order?: Order;
  /** The revision of an order that was set aside: the next one's is higher, so that no two orders of a call are taken for one (invariant 14). */
  readonly revisionAside?: number;
  /** When the caller first asked for the freeze that the call is about (V8.2). */
  readonly freezeAskedAt?: Instant;
  /** What the last freeze of this call has stopped, and since when, as the caller is told. */
  readonly frozen?: FrozenFacts;
  /** When the last freeze of this call was asked for, as the caller is told whether or not anybody was found (V8.2, Z3). */
  readonly freezeAsked?: SpokenMoment;
  readonly labels: OrderLabels;
  readonly options: readonly Option[];
  /** The place of the first option that is heard now; the beginning where it is left out. */
  readonly listedFrom?: number;
  readonly code?: SentCode;
  /** The order (its binding) for which the caller said "yes, that is me" and must still hear it read back. */
  readonly identityConfirmedFor?: string;
  /** The line has carried out the freeze that the caller asked for, or has found no customer to freeze. */
  readonly freezeDone?: true;
  /** Whom the caller verified and then said not to be; for a freeze and for nothing else. */
  readonly deniedCustomerId?: string;
  readonly lastResult: readonly Speech[];
  /** What of a result was not told yet; left out where all of it was. */
  readonly resultLeft?: readonly Telling[];
  readonly receipt?: string;
  /** The last receipt that a result told the caller. */
  readonly toldReceipt?: string;
}

/** A call that has said nothing yet. */
export function newContext(language: Language): FlowContext {
  return {
    language,
    counters: {
      retries: 0,
      repeats: 0,
      identities: 0,
      refusals: 0,
      codeTries: 0,
      waits: 0,
      resends: 0,
      changes: 0,
    },
    starPending: false,
    labels: {},
    options: [],
    lastResult: [],
  };
}
