import type { Option } from '../actions/option.ts';
import { ORDER_REFUSALS, type OrderRefusal } from '../actions/order-details.ts';
import type { OrderResult } from '../actions/result.ts';
import type { PassedFactor } from '../assurance/grant.ts';
import type { QueueResult } from '../escalation/queue-result.ts';
import type { CodeRefusal } from '../factors/code/code.ts';
import type { Language } from '../locales/catalogue.ts';
import type { SpokenMoment } from '../locales/spoken-value.ts';
import type { Instant } from '../platform/clock.ts';
import type { StaffEventType } from './staff-events.ts';
import type { MenuKey } from './vocabulary.ts';

/** What an entry step accepted, already read and checked for shape; nothing secret. */
type Entered =
  | { readonly kind: 'phone'; readonly phoneIndex: string }
  | { readonly kind: 'amount'; readonly amountMinor: number }
  | { readonly kind: 'newPhone'; readonly number: string; readonly contactIndex: string };

/** What a freeze has stopped, and since when: the minute that was asked in, on the clock where the customer is (V8.2). */
export interface FrozenFacts {
  /** The core has answered; otherwise only this line is stopped so far. */
  readonly everywhere: boolean;
  readonly since: SpokenMoment;
}

/** Why an order was refused at the moment of carrying out: a level missing, a lock, a freeze, or the bank's reason. For staff and audit. */
type CarryOutRefusal = string;

/**
 * Everything that can happen to a call. The flow sees outcomes, never digits, so nothing it keeps can hold a secret.
 * `reason` is for staff and the audit; the caller hears what the flow says.
 */
export type FlowEvent =
  | { readonly type: 'ANSWERED' }
  | { readonly type: MenuKey }
  | { readonly type: 'PERSON' | 'LANGUAGE' | 'STAR' | 'STARS' | 'SILENCE' | 'INVALID' }
  /** `afterIdle`: the time for the verification had run out; the customer stays known for the freeze, and no more. */
  | { readonly type: 'FREEZE'; readonly afterIdle?: true }
  | { readonly type: 'LANGUAGE_CHOSEN'; readonly language: Language }
  /** More time at each step is chosen where the languages are offered (S8). */
  | { readonly type: 'MORE_TIME' }
  /** One key and then a pause, where it may be the first digit of an input: asked about, never obeyed (Z12). */
  | { readonly type: 'LONE_KEY'; readonly key: string }
  /** `*` in an input that ends by itself: its last digits had no room (ADR 33). */
  | { readonly type: 'STARTED_AGAIN' }
  /** Stars that may mean a freeze once the time has run out or the levels have fallen: asked about, and nothing else goes on. */
  | { readonly type: 'LATE_STARS' }
  /** `#` alone after an input that had ended by itself. */
  | { readonly type: 'POUND' }
  /** `index`: of those that are heard at a time. */
  | { readonly type: 'CHOSE'; readonly index: number }
  /** The next of a list that is heard some at a time; after the last ones of a choice the first again. */
  | { readonly type: 'MORE_LISTED' }
  | { readonly type: 'ENTERED'; readonly entered: Entered }
  | { readonly type: 'PASSED'; readonly passed: PassedFactor }
  | {
      readonly type: 'FAILED' | 'LOCKED' | 'LATE' | 'LIMITED' | 'BUSY';
      readonly reason?: string;
      /** The message with the code is known to have failed. */
      readonly undelivered?: true;
    }
  | { readonly type: 'UNDELIVERED' }
  /** `settled`: there are loans, and nothing is left to pay back on any of them. */
  | { readonly type: 'LISTED'; readonly options: readonly Option[]; readonly settled?: true }
  | { readonly type: 'CLEAR' | 'STEP_UP' }
  | { readonly type: 'NOT_POSSIBLE'; readonly refusal: OrderRefusal }
  | {
      readonly type: 'SENT';
      readonly codeId: string;
      readonly hint: string;
      readonly sentAt: Instant;
      readonly expiresAt: Instant;
    }
  | { readonly type: 'UNAVAILABLE'; readonly reason: CodeRefusal }
  | {
      readonly type: 'DONE';
      readonly result?: OrderResult;
      /** What a freeze after a PIN has stopped; before a PIN nothing is told of it (Z3). */
      readonly freeze?: FrozenFacts;
      /** When a freeze was asked for, on the clock of the dialled line: the same for everybody, found or not (Z3). */
      readonly asked?: SpokenMoment;
      readonly reason?: string;
    }
  | { readonly type: 'REFUSED'; readonly reason: CarryOutRefusal }
  | { readonly type: 'QUEUE_LEFT'; readonly result: QueueResult }
  /** A click of the person who has the caller, `by`: it asks the caller for something and proves nothing (R6.1). */
  | {
      readonly type: StaffEventType;
      readonly handoff: string;
      readonly by: string;
    }
  | { readonly type: 'SESSION_EXPIRED' | 'OUTAGE' }
  /** `unheard`: nobody reported the end; no webhook has come for longer than a call can be silent. */
  | { readonly type: 'HANGUP'; readonly unheard?: true };

/**
 * Why an order was refused, before it was authorised or at the moment of carrying it out; undefined where the event refuses
 * none, or for a reason that is not the order's own, such as a lock. Pure.
 */
export function refusalOf(event: FlowEvent): OrderRefusal | undefined {
  if (event.type === 'NOT_POSSIBLE') return event.refusal;
  return event.type === 'REFUSED' ? ORDER_REFUSALS.find((known) => known === event.reason) : undefined;
}
