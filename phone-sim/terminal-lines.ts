import type { CarrierCallStatus } from './carrier-request.ts';
import type { Entry, ReportAddress } from './conference.ts';
import type { SoundKind } from './hearing.ts';
import type { HeardOnLine, LeaveWord, MovedTo } from './switchboard.ts';

/** A telephone in another process as the carrier is told of it. */
export interface TerminalCall {
  readonly callSid: string;
  readonly from: string;
  readonly to: string;
}

/** What the carrier tells a telephone in another process, one line of JSON each. */
export type LineToTerminal =
  | { readonly kind: 'here' }
  | { readonly kind: 'heard'; readonly heard: HeardOnLine }
  | { readonly kind: 'move'; readonly to: MovedTo }
  | { readonly kind: 'over' }
  | { readonly kind: 'cut' }
  /** Only to the phone of a member of staff: it rings; the call is over. */
  | { readonly kind: 'rings'; readonly callSid: string; readonly from: string }
  | { readonly kind: 'ended'; readonly callSid: string; readonly status: CarrierCallStatus };

/** What a telephone in another process tells the carrier. */
export type LineFromTerminal =
  | { readonly kind: 'enter'; readonly conference: string; readonly entry: WrittenEntry }
  | { readonly kind: 'leave'; readonly why: LeaveWord }
  | { readonly kind: 'sound'; readonly what: SoundKind };

/** What the person at a staff phone does. */
export type StaffDoes =
  | { readonly kind: 'answer' }
  | { readonly kind: 'hang_up' }
  | { readonly kind: 'say'; readonly text: string };

/** An entry in JSON, which has no sets. */
type WrittenEntry = Omit<Entry, 'reports'> & {
  readonly reports?: Omit<ReportAddress, 'events'> & { readonly events: readonly string[] };
};

export function writtenEntry({ reports, ...entry }: Entry): WrittenEntry {
  return { ...entry, ...(reports && { reports: { ...reports, events: [...reports.events] } }) };
}

export function readEntry({ reports, ...entry }: WrittenEntry): Entry {
  return { ...entry, ...(reports && { reports: { ...reports, events: new Set(reports.events) } }) };
}

/** Where telephones of other processes connect, below the address of the carrier. */
export const TERMINALS = {
  /** POST a call, and read its lines for as long as it lasts. */
  calls: '/terminals/calls',
  /** POST the number or SIP address of a staff phone, and read its lines. */
  staff: '/terminals/staff',
} as const;
