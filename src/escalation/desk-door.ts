import type { Language } from '../locales/catalogue.ts';
import type { Speech } from '../speech/reply.ts';
import type { ConferenceEvent, LegLabel, StaffLegEnd } from './carrier-command.ts';
import type { QueueName } from './reasons.ts';

/** A caller's webhook about their hand-off. The hand-off's id is from a URL of ours, the number is that of their leg's label. */
export interface CallerAtDesk {
  readonly handoff: string;
  readonly callId: string;
  readonly legNumber: number;
}

/**
 * How the caller's time in a conference ended, as far as the carrier knows. `over`: they were in it, and it has ended, or they
 * pressed `*` (the carrier does not tell which: while an adviser is on the line, it was the star). `not_joined`: they never
 * got in, because the label was used already. `answered_star`: they were asked whether to freeze and keyed nothing that does.
 */
export type DialResult = 'over' | 'not_joined' | 'answered_star';

/** Where a caller's leg goes next. */
export type CallerPlace =
  /**
   * Into the conference. `adviser`: the adviser's number, said first; left out where the caller knows it. `refusal`: the line
   * says no on the adviser's wish.
   */
  | {
      readonly kind: 'conference';
      readonly conference: string;
      readonly label: LegLabel;
      readonly adviser?: string;
      readonly refusal?: true;
      readonly language: Language;
    }
  /** Told to stay on the line, and back into the queue. */
  | { readonly kind: 'queue'; readonly queue: QueueName; readonly language: Language }
  /** They pressed `*`: asked whether to freeze; any answer but `**` brings them to `callerLeft` as `answered_star`. */
  | { readonly kind: 'asked_to_freeze'; readonly language: Language }
  /** The talk is over. */
  | { readonly kind: 'goodbye'; readonly language: Language };

/** How the phone of a member of staff fares; the same report may come twice and in any order. */
export interface StaffLegReport {
  readonly handoff: string;
  readonly label: LegLabel;
  readonly callId: string;
  /** `live`: it rings or was answered. */
  readonly state: 'live' | StaffLegEnd;
}

/** What the desk does for callers while they wait in a queue, and when their call is over. */
export interface DeskWaiting {
  /**
   * What is said before the words of waiting: the place, the time, what can be done meanwhile. `keyed`: a key of these words.
   * Throws where the store is out; the words of waiting need none.
   */
  waitingWords(caller: {
    readonly callId: string;
    readonly dialled: string;
    readonly keyed: string | undefined;
  }): Promise<readonly Speech[]>;
  callerGone(callId: string): Promise<void>;
}

/**
 * The desk as the carrier's webhooks reach it. Each method may be called twice with the same, in any order, and throws a
 * Fault where it cannot work: reports are then sent again by the carrier, and a caller hears the outage words.
 */
export interface DeskDoor {
  conferenceEvent(event: ConferenceEvent): Promise<void>;
  staffLeg(report: StaffLegReport): Promise<void>;
  /** The carrier asks for the document that puts the caller into the conference; undefined where the hand-off is not known. */
  joinDocument(caller: CallerAtDesk): Promise<CallerPlace | undefined>;
  /** The caller's time in the conference is over, and the carrier asks what follows. */
  callerLeft(caller: CallerAtDesk, result: DialResult): Promise<CallerPlace | undefined>;
  /** The carrier asks for the document that puts the caller back into their queue. */
  requeueDocument(caller: Omit<CallerAtDesk, 'legNumber'>): Promise<CallerPlace | undefined>;
}
