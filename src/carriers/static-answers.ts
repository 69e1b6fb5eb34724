import type { Language } from '../locales/catalogue.ts';
import type { Speech } from '../speech/reply.ts';
import type { DeskAnswers } from './desk-answers.ts';
import type { HoldPath } from './own-url.ts';

/** The queue of callers whom no flow handed over: staff treat them as unverified. */
export const UNVERIFIED_QUEUE = 'verification';
/** The queue of those among them who came to freeze. */
export const FREEZE_QUEUE = 'fraud';

/** What the static documents say, in this order. */
export const STATIC_PROMPTS = {
  /** R12.1: the truth about an outage, then that a person follows. */
  outage: ['common.outage', 'handoff.connecting'],
  /** The same where a freeze can be taken without the store; the caller is asked before a person follows (invariant 28). */
  outageAsking: ['common.outage', 'freeze.inOutage'],
  /** The truth for who came to freeze: it has not been done, and nothing could be written down (invariant 42). */
  outageNotFrozen: ['common.outage', 'freeze.notYet', 'handoff.connecting'],
  notFrozen: ['freeze.notYet', 'handoff.connecting'],
  freezeQueued: ['freeze.noted', 'handoff.connecting'],
  waiting: ['handoff.waiting'],
  waitingNotFrozen: ['freeze.notYet', 'handoff.waiting'],
  waitingQueued: ['freeze.noted', 'handoff.waiting'],
  hold: ['common.hold'],
  toPerson: ['handoff.connecting'],
  goodbye: ['goodbye.plain'],
} as const;

/** How long a held caller has to press `**`, in seconds, and what a round of holding lasts beside its words. */
export const HOLD_SECONDS = 5;
/** How long a waiting caller hears nothing between the words, in seconds: every 20 s somebody speaks (R3). */
export const WAIT_SECONDS = 12;
/** After the last key beside words, in seconds: `**` is two keys. */
export const ASIDE_SECONDS = 1;

/** What a waiting caller hears. */
export type WaitingWords = 'waiting' | 'waitingNotFrozen' | 'waitingQueued';

/** Documents that need neither a call nor a database. */
export interface StaticAnswers extends DeskAnswers {
  /** R12.1: says honestly that the service is out, then hands over to a person as unverified. `freezeWanted`: nothing is frozen. */
  outageAnswer(language: Language, freezeWanted?: boolean): string;
  /** Invariant 28: the freeze could not be carried out, is queued and will be; then a person. */
  freezeQueuedAnswer(language: Language): string;
  /**
   * For a webhook that was not admitted: busy, please hold, and after a pause the carrier asks `path` again, with the number
   * of holds. Meanwhile `**` is heard (invariant 30).
   */
  holdAnswer(language: Language, path: HoldPath, holdCount: number): string;
  /** For a genuine webhook nothing can be made of: a person. `freezeWanted`: nothing is frozen. */
  keepAliveAnswer(language: Language, freezeWanted?: boolean): string;
  /**
   * For a caller who waits in a queue: words now and then, and `**` is heard (invariant 41). `told`: what the desk knows of
   * their wait, said first.
   */
  waitAnswer(language: Language, words: WaitingWords, url: string, told?: readonly Speech[]): string;
  /** Takes the caller out of the queue they wait in: the carrier then asks what follows. */
  leaveAnswer(): string;
  /** For a caller whose talk with a person is over. */
  goodbyeAnswer(language: Language): string;
  /** Asks the carrier to come again by POST; `pathAndQuery` begins with a slash. */
  postAgain(pathAndQuery: string): string;
}
