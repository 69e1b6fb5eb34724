import type { EntryDraft } from '../ledger/entry.ts';
import type { Instant } from '../platform/clock.ts';
import type { CarrierCommand, LegLabel, StaffLegEnd, SupervisorVoice } from './carrier-command.ts';
import type { ESCALATION_ENTRIES } from './escalation.entries.ts';
import type { DeskHandoff, KeyingKind, KeyingResult, Outcome } from './handoff.ts';
import type { QueueResult } from './queue-result.ts';
import type { QueueName } from './reasons.ts';

/** A member of staff as a hand-off needs them: who, and which phone rings. */
export interface StaffPhone {
  readonly id: string;
  /** E.164 or a SIP address. */
  readonly phone: string;
}

/** What the carrier tells: a report of the conference, a document it asks for, the answer to a command. */
export type CarrierReport =
  | {
      readonly kind: 'leg';
      readonly what: 'joined' | 'left';
      readonly callId: string;
      readonly label: LegLabel | undefined;
      readonly conferenceId: string;
      readonly sequence: number;
    }
  /** The carrier has begun to call a staff leg. */
  | { readonly kind: 'leg_called'; readonly label: LegLabel; readonly callId: string }
  | { readonly kind: 'staff_leg_ended'; readonly label: LegLabel; readonly how: StaffLegEnd }
  /** A command cannot be carried out: what it was about is gone, or it was refused for good. */
  | {
      readonly kind: 'command_failed';
      readonly command: CarrierCommand;
      readonly answer: 'gone' | 'refused';
    }
  /** The carrier asked what a waiting caller hears. */
  | { readonly kind: 'caller_in_queue' }
  /** The carrier asked for the document that collects keys. */
  | { readonly kind: 'caller_at_keys' }
  /** The caller is on the line and no longer in the conference. */
  | { readonly kind: 'caller_out' }
  /** They pressed the star and are asked whether to freeze: nobody fetches them while they answer (invariant 41). */
  | { readonly kind: 'caller_asked' }
  /** The caller has gone back into the dialogue of the line (`**`, a full queue). */
  | { readonly kind: 'caller_in_dialogue' }
  | { readonly kind: 'caller_gone' };

/** What a person at the desk does. */
export type StaffClick =
  | { readonly kind: 'take'; readonly by: StaffPhone }
  | { readonly kind: 'refuse'; readonly by: string; readonly why: string }
  | { readonly kind: 'hold'; readonly by: string; readonly held: boolean }
  | { readonly kind: 'key'; readonly by: string; readonly what: KeyingKind }
  /** "Back to me": the caller is brought back before they have keyed. */
  | { readonly kind: 'take_back'; readonly by: string }
  | { readonly kind: 'transfer_to_queue'; readonly by: string; readonly queue: QueueName }
  | { readonly kind: 'transfer_to_person'; readonly by: string; readonly to: StaffPhone }
  | { readonly kind: 'supervise'; readonly by: StaffPhone; readonly voice: SupervisorVoice }
  | { readonly kind: 'stop_supervising'; readonly by: string }
  /** "Say no for me": the line says the refusal, and the caller comes back. */
  | { readonly kind: 'say_no'; readonly by: string }
  | { readonly kind: 'end'; readonly by: string }
  | { readonly kind: 'wrap_up'; readonly by: string; readonly outcome: Outcome };

export type HandoffEvent =
  | CarrierReport
  | StaffClick
  | { readonly kind: 'offer'; readonly to: string; readonly until: Instant }
  /** `asksNext`: the carrier is waiting for the document that follows, so that no command has to fetch the caller. */
  | { readonly kind: 'keying_result'; readonly result: KeyingResult; readonly asksNext?: true }
  /** The caller has done something at the keys, and the line waits for more. */
  | { readonly kind: 'keying_goes_on' }
  /** The caller chose to be called back. */
  | { readonly kind: 'callback' }
  /** Time has passed: what is due happens. */
  | { readonly kind: 'time' };

/** Why a level falls while a person has the call (invariant 54). */
export type LevelFall = 'hold' | 'transfer' | 'agent_changed';

/** Why a click changes nothing; for staff only. */
export type ClickRefusal =
  /** Another person has it, or nobody asked this one. */
  | 'not_yours'
  /** It was yours to take and no longer is. */
  | 'too_late'
  /** Not in this state: a hold while keying. */
  | 'not_now';

/** What follows from an event, in the transaction of the new state. */
export type HandoffEffect =
  | { readonly kind: 'command'; readonly command: CarrierCommand }
  | { readonly kind: 'record'; readonly entry: EntryDraft<typeof ESCALATION_ENTRIES> }
  | { readonly kind: 'level_falls'; readonly why: LevelFall }
  /** `missed`: an offer or a call that nobody answered; the second in a row asks "are you there". */
  | {
      readonly kind: 'presence';
      readonly staffId: string;
      readonly to: 'busy' | 'ready' | 'wrap_up' | 'missed';
    }
  /** The ticket no longer waits, as the queue's own report would say. */
  | { readonly kind: 'left_queue'; readonly result: QueueResult };

export type HandoffStep =
  | {
      readonly kind: 'changed';
      readonly next: DeskHandoff;
      readonly effects: readonly HandoffEffect[];
    }
  /** Late, repeated, or about something else. */
  | { readonly kind: 'ignored' }
  | { readonly kind: 'refused'; readonly reason: ClickRefusal };
