import type { Language } from '../locales/catalogue.ts';

/** Who is on a leg of a hand-off's conference. */
export type LegRole = 'caller' | 'agent' | 'supervisor';

/**
 * A leg's name within its conference, such as `agent-2`. A label is never used twice: the carrier would let the call fall
 * through to the next verb (error 16025).
 */
export interface LegLabel {
  readonly role: LegRole;
  /** From 1; one more for each time this role joins. */
  readonly number: number;
}

/** How a supervisor takes part: heard by nobody, by the agent alone, by everybody. */
export type SupervisorVoice = 'listen' | 'whisper' | 'speak';

/**
 * What the desk asks of the carrier about a hand-off. Commands are written in the transaction of what was decided and sent after
 * its commit, in their order within a hand-off; each may be sent twice. Conferences are named by `conference`, legs by the carrier's call id.
 */
export type CarrierCommand =
  /** Calls a person's phone into the conference. The leg's call id is reported by the conference's `joined` event. */
  | {
      readonly kind: 'call_staff';
      readonly conference: string;
      readonly label: LegLabel;
      /** A number (E.164) or SIP address of a member of staff. */
      readonly to: string;
      /** Only a supervisor's leg: the agent's call id that is coached, and how. */
      readonly coach?: { readonly agentCall: string; readonly voice: SupervisorVoice };
      readonly ringSeconds: number;
    }
  /** Has the carrier ask our document that puts the caller into the conference. */
  | {
      readonly kind: 'join_caller';
      readonly handoff: string;
      readonly callId: string;
      readonly label: LegLabel;
      readonly language: Language;
    }
  /** Takes the caller out of the conference to our document that collects keys; nobody is on the line meanwhile (invariant 52). */
  | {
      readonly kind: 'key_caller';
      readonly handoff: string;
      readonly callId: string;
      readonly language: Language;
    }
  /** Puts the caller back into the queue they came from, at its front. */
  | {
      readonly kind: 'requeue_caller';
      readonly handoff: string;
      readonly callId: string;
      readonly language: Language;
    }
  | { readonly kind: 'hold'; readonly conference: string; readonly callId: string; readonly held: boolean }
  | {
      readonly kind: 'voice';
      readonly conference: string;
      readonly callId: string;
      readonly agentCall: string;
      readonly voice: SupervisorVoice;
    }
  | { readonly kind: 'end_leg'; readonly callId: string }
  | { readonly kind: 'record'; readonly conference: string; readonly paused: boolean };

/** What came of a command. `gone`: the leg or conference is no longer there. `retry`: unknown; it is sent again. */
export type CommandAnswer =
  | { readonly kind: 'done'; readonly callId?: string }
  | { readonly kind: 'gone' }
  | { readonly kind: 'refused'; readonly carrierError?: number }
  | { readonly kind: 'retry'; readonly afterSeconds?: number };

/** The carrier as the desk commands it. Never throws. */
export interface CallControl {
  carryOut(command: CarrierCommand): Promise<CommandAnswer>;
}

/** What the carrier reports of a conference; the same report may come twice and in any order. */
export interface ConferenceEvent {
  /** Our name of it; reports of conferences that are not ours are dropped at the edge. */
  readonly conference: string;
  /** The carrier's own id. */
  readonly conferenceId: string;
  /** Counts up within a conference, from 1. */
  readonly sequence: number;
  readonly what:
    | { readonly kind: 'started' }
    | { readonly kind: 'ended' }
    | {
        readonly kind: 'joined' | 'left' | 'held' | 'unheld' | 'muted' | 'unmuted' | 'changed';
        readonly callId: string;
        readonly label?: LegLabel;
      };
}

/** How the phone of a member of staff fared that the carrier was asked to call. */
export type StaffLegEnd = 'busy' | 'no-answer' | 'failed' | 'canceled' | 'completed';
