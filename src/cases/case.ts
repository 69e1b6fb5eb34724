import type { Language } from '../locales/catalogue.ts';
import { HOUR, type Instant } from '../platform/clock.ts';

/** Why a case was opened: nobody could take the call, the caller asked to be called back, or somebody of ours opened it. */
type CaseKind = 'nobody_on_duty' | 'callback' | 'by_staff';
type CaseState = 'open' | 'owned' | 'closed';

/** What is still to be done for a caller, with a number they were told and a clock. */
export interface Case {
  readonly id: string;
  /** Spoken digit by digit. */
  readonly number: string;
  readonly kind: CaseKind;
  readonly state: CaseState;
  readonly queue: CaseQueue;
  readonly language: Language;
  readonly callId: string;
  readonly handoffId: string;
  /** Whom the caller said to be and the line found; only their registered number is ever called. */
  readonly customerId: string | undefined;
  readonly ownerId: string | undefined;
  readonly callsBack: boolean;
  /** Since when the caller has waited: their place is kept. */
  readonly placeAt: Instant;
  readonly createdAt: Instant;
  readonly dueAt: Instant;
  readonly closedAt: Instant | undefined;
  readonly outcome: string | undefined;
}

/** The queues cases come from, named here because they stand above the desk's own. */
type CaseQueue = 'verification' | 'complaints' | 'fraud' | 'service';

/** How long a case of each queue may take; this is what the caller is told. */
const CASE_HOURS: { readonly [queue in CaseQueue]: number } = {
  fraud: 1,
  verification: 4,
  complaints: 24,
  service: 24,
};

/** Until when a case of a queue is to be dealt with. */
export function caseDueAt(queue: CaseQueue, now: Instant): Instant {
  return now + CASE_HOURS[queue] * HOUR;
}

/** How many digits a case's number has: few enough to write down, enough for a year of them. */
export const CASE_DIGITS = 8;
