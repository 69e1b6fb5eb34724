import type { CarrierCallStatus } from './carrier-request.ts';
import type { Entry } from './conference.ts';
import type { SoundKind } from './hearing.ts';
import type { Method } from './twiml.ts';
import type { SayLanguage } from './voices.ts';

/** What is heard on a line in a conference. */
export type HeardOnLine =
  /** Somebody in it, by their label. */
  | { readonly kind: 'voice'; readonly from: string; readonly text: string }
  | { readonly kind: 'tone'; readonly from: string; readonly key: string }
  | { readonly kind: 'words'; readonly text: string; readonly language: SayLanguage }
  | { readonly kind: 'beep' }
  | { readonly kind: 'held' | 'unheld' };

/** Why a leg left a conference, in the carrier's words. */
export type LeaveWord =
  | 'participant_updated_via_api'
  | 'participant_hung_up'
  | 'moderator_ended_conference'
  | 'participant_add_failed';

/** How a call comes into a conference, or why it does not. */
export type Entered = 'joined' | keyof typeof ENTRY_ERRORS;

/** The carrier's errors: the label is used in the conference, the coached call is not in it. */
export const ENTRY_ERRORS = { label_used: 16_025, nobody_to_coach: 13_240 } as const;

/** Where a command of the API takes a call, and where it turns when that fails. */
export interface MovedTo {
  readonly url: string;
  readonly method: Method;
  readonly fallbackUrl?: string | undefined;
}

/** A telephone call as the carrier can reach it from outside: by its API, or from a conference it is in. */
export interface ReachableCall {
  readonly callSid: string;
  readonly from: string;
  readonly to: string;
  readonly direction: 'inbound' | 'outbound-api';
  readonly status: CarrierCallStatus;
  hear(heard: HeardOnLine): void;
  /** Ends what the call is doing and asks for this document. */
  move(document: MovedTo): Promise<void>;
  /** The conference the call is in has ended. */
  conferenceOver(): Promise<void>;
  /** Ends the call from outside. */
  cut(): Promise<void>;
}

/** What a telephone is connected to: where its call can meet others and be commanded. */
export interface Switchboard {
  /** From now on the call can be reached. */
  dialled(call: ReachableCall): Promise<void>;
  enter(call: ReachableCall, conference: string, entry: Entry): Promise<Entered>;
  /** Without effect where the call is in no conference. */
  leave(call: ReachableCall, why: LeaveWord): void;
  /** The call makes a sound: who hears it, the switchboard knows. */
  sound(call: ReachableCall, what: SoundKind): void;
  /** A document of the call's own speaks to it alone, or pauses. */
  played(call: ReachableCall, what: SoundKind): void;
}
