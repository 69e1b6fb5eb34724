import type { ActionName } from '../actions/catalogue.ts';
import type { Level } from '../actions/requirement.ts';
import type { SupervisorVoice } from '../escalation/carrier-command.ts';
import type { PresenceState } from '../escalation/desk-presence.store.ts';
import type { DeskHandoff, HandoffState } from '../escalation/handoff.ts';
import type { HandoffReason, QueueName } from '../escalation/reasons.ts';
import type { EntryData } from '../ledger/entry.ts';
import type { Language } from '../locales/catalogue.ts';
import type { Instant } from '../platform/clock.ts';
import type { Rung } from './ladder.ts';
import type { NextStep } from './next-steps.ts';

/** Why a caller came, for staff. */
export interface WhyTheyCame {
  readonly reason: HandoffReason;
  /** One sentence, in English; pages say it in their own words by `reason`. */
  readonly staffText: string;
  readonly rules: readonly string[];
  readonly queue: QueueName;
  readonly intent: ActionName | undefined;
  /** Where in the dialogue they were. */
  readonly step: string;
}

/** A caller who is offered: nothing personal before somebody has taken the call. */
export interface OfferView {
  readonly handoffId: string;
  readonly why: WhyTheyCame;
  readonly language: Language;
  readonly waitingSince: Instant;
  readonly until: Instant;
  /** The agent who lost this caller a moment ago is asked first. */
  readonly isReturn: boolean;
}

/** Whom the caller says to be, masked as on the line (Z1). Undefined members are not known. */
export interface ClaimedView {
  readonly familyName: string;
  /** In the language of the call. */
  readonly addressed: string;
  readonly idLastFour: string;
  readonly phoneLastFour: string | undefined;
  readonly isFrozen: boolean;
}

/** Something that happened in the call: the type of its entry and its members, which hold nothing that was keyed. */
interface SoFarView {
  readonly at: Instant;
  readonly type: string;
  readonly rules: readonly string[];
  readonly data: EntryData;
}

/** What can be pressed now; everything else stands there greyed. */
type Control =
  | 'take'
  | 'decline'
  | 'hold'
  | 'unhold'
  | 'end'
  | 'transfer'
  | 'take_back'
  | 'say_no'
  | 'freeze'
  | 'wrap_up'
  | 'save_notes'
  | 'ask_supervisor';

/** A call that a member has, or has to write up. */
export interface CallView {
  readonly handoffId: string;
  readonly callId: string;
  readonly state: HandoffState;
  readonly version: number;
  readonly ticket: number;
  readonly language: Language;
  readonly line: string;
  readonly why: WhyTheyCame;
  readonly level: Level;
  readonly claimed: ClaimedView | undefined;
  readonly ladder: readonly Rung[];
  /** What one more rung would allow: by the level it leads to. */
  readonly nextLevels: readonly { readonly level: Level; readonly actions: readonly ActionName[] }[];
  readonly steps: readonly NextStep[];
  readonly soFar: readonly SoFarView[];
  readonly controls: readonly Control[];
  readonly waitingSince: Instant;
  readonly talkedAt: Instant | undefined;
  readonly until: Instant | undefined;
  readonly heldSince: Instant | undefined;
  /** From then on a hold lowers the level. */
  readonly holdLimitAt: Instant | undefined;
  readonly keying: DeskHandoff['keying'];
  readonly supervisor: { readonly id: string; readonly voice: SupervisorVoice } | undefined;
  readonly notes: { readonly body: string; readonly version: number };
}

/** Everything a member's desk shows. */
export interface DeskView {
  readonly at: Instant;
  readonly presence:
    | { readonly state: PresenceState; readonly since: Instant; readonly misses: number }
    | undefined;
  readonly offer: OfferView | undefined;
  readonly call: CallView | undefined;
}

/** What can be pressed in a state. Pure; permissions are asked where it is done. */
export function controlsOf({ state, caller }: Pick<DeskHandoff, 'state' | 'caller'>): readonly Control[] {
  const notes = ['save_notes'] as const;
  switch (state) {
    case 'offered':
      return ['take', 'decline'];
    case 'connecting':
      return ['end', ...notes];
    case 'talking':
      return caller === 'conference'
        ? ['hold', 'end', 'transfer', 'say_no', 'freeze', 'ask_supervisor', ...notes]
        : ['end', 'freeze', ...notes];
    case 'held':
      return ['unhold', 'end', 'transfer', 'freeze', 'ask_supervisor', ...notes];
    case 'keying':
      return ['take_back', 'freeze', ...notes];
    case 'wrap_up':
      return ['wrap_up', ...notes];
    default:
      return [];
  }
}
