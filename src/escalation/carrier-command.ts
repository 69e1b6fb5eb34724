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
      readonly handoff: string;
      readonly conference: string;
      readonly label: LegLabel;
      /** A number (E.164) or SIP address of a member of staff. */
      readonly to: string;
      /** What the person hears while alone in the conference is said in it. */
      readonly language: Language;
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
  | {
      readonly kind: 'hold';
      readonly conference: string;
      /** The carrier's own id of the conference as its events gave it; where it is left out, it is found by the name. */
      readonly conferenceId?: string;
      readonly callId: string;
      readonly held: boolean;
      /** What the caller hears on hold is said in it. */
      readonly language: Language;
    }
  | {
      readonly kind: 'voice';
      readonly conference: string;
      readonly conferenceId?: string;
      readonly callId: string;
      readonly agentCall: string;
      readonly voice: SupervisorVoice;
    }
  | { readonly kind: 'end_leg'; readonly callId: string }
  | {
      readonly kind: 'record';
      readonly conference: string;
      readonly conferenceId?: string;
      readonly paused: boolean;
    };

/**
 * What came of a command. `gone`: the leg or conference is no longer there, or nothing is recorded that could be paused.
 * `refused`: sending it again is no use. `retry`: unknown; it is sent again. A `call_staff` that is `done` without a call id
 * was sent before.
 */
export type CommandAnswer =
  | { readonly kind: 'done'; readonly callId?: string }
  | { readonly kind: 'gone' }
  | { readonly kind: 'refused'; readonly carrierError?: number }
  | { readonly kind: 'retry'; readonly afterSeconds?: number };

/** The carrier as the desk commands it. Never throws. */
export interface CallControl {
  carryOut(command: CarrierCommand): Promise<CommandAnswer>;
}

/** Why a leg left a conference: our own command, its phone, an end of all, or it never got in. */
export type LeaveReason = 'moved' | 'hung_up' | 'ended' | 'failed';

/** What the carrier reports of a conference; the same report may come twice and in any order. */
export interface ConferenceEvent {
  /** Our name of it; reports of conferences that are not ours are dropped at the edge. */
  readonly conference: string;
  /** The carrier's own id. A conference that everybody has left is over; a leg that joins later is in a new one of that name. */
  readonly conferenceId: string;
  /** Counts up within a conference, from 1. */
  readonly sequence: number;
  readonly what:
    | { readonly kind: 'started' }
    | { readonly kind: 'ended' }
    | {
        readonly kind: 'joined' | 'held' | 'unheld' | 'muted' | 'unmuted' | 'changed';
        readonly callId: string;
        readonly label?: LegLabel;
      }
    | {
        readonly kind: 'left';
        readonly callId: string;
        readonly label?: LegLabel;
        /** Undefined for a word that the carrier has added since. */
        readonly reason?: LeaveReason;
      };
}

/** How the phone of a member of staff fared that the carrier was asked to call. */
export type StaffLegEnd = 'busy' | 'no-answer' | 'failed' | 'canceled' | 'completed';

/** An id of a hand-off may have a call's id in it, and so any visible character; a conference's name stands in a path. */
const PLAIN = /[^A-Za-z0-9_.-]/g;
const CONFERENCE_NAME = /^h-((?:[A-Za-z0-9_.-]|~[0-9a-f]{2}){1,96})$/;

/** Our name for the conference of a hand-off. */
export function conferenceName(handoff: string): string {
  return `h-${handoff.replace(PLAIN, (odd) => `~${odd.charCodeAt(0).toString(16).padStart(2, '0')}`)}`;
}

/** The hand-off whose conference has this name; undefined for a name that is not ours. */
export function handoffOf(conference: string): string | undefined {
  return CONFERENCE_NAME.exec(conference)?.[1]?.replace(/~([0-9a-f]{2})/g, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  );
}

/** A leg's name as the carrier is told it. */
export function labelText({ role, number }: LegLabel): string {
  return `${role}-${number}`;
}

/** Reads a leg's name; undefined where it is none of ours. */
export function readLabel(text: string | undefined): LegLabel | undefined {
  const [, role, number] = /^(caller|agent|supervisor)-([1-9][0-9]{0,3})$/.exec(text ?? '') ?? [];
  return role === undefined ? undefined : { role: role as LegRole, number: Number(number) };
}
