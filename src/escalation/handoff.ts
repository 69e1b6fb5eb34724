import type { Language } from '../locales/catalogue.ts';
import { type Instant, MINUTE, SECOND } from '../platform/clock.ts';
import type { LegRole, SupervisorVoice } from './carrier-command.ts';
import type { QueueName } from './reasons.ts';

/** How far taking over a call has come. */
export const HANDOFF_STATES = [
  'waiting',
  /** One person is asked to take it; the caller stays where they are. */
  'offered',
  /** Legs are on their way into the conference. */
  'connecting',
  'talking',
  'held',
  /** The caller keys to the line, alone. */
  'keying',
  /** The agent's leg is gone; the caller goes to the front of the queue and the same agent may come back. */
  'agent_lost',
  /** The talk is over; the agent writes down what came of it. */
  'wrap_up',
  'closed',
] as const;
export type HandoffState = (typeof HANDOFF_STATES)[number];
/** Those of a hand-off that somebody has taken and whose talk is not over. */
export const TAKEN_STATES: readonly HandoffState[] = ['connecting', 'talking', 'held', 'keying'];

/** Where the caller's leg is believed to be; the carrier's reports and the documents it asks for tell. */
type CallerPlace =
  | 'queue'
  /** On the way from one place to another: nothing has shown yet that they got there. */
  | 'moving'
  | 'conference'
  /** At our document that collects keys. */
  | 'keying'
  /** Back in the dialogue of the line. */
  | 'dialogue'
  | 'gone';

/** What a caller may be asked to key to the line on an agent's wish. */
export const KEYING_KINDS = ['query_pin', 'transaction_pin', 'code', 'identity', 'new_pin'] as const;
export type KeyingKind = (typeof KEYING_KINDS)[number];

/** What came of keying, as the agent sees it; never how many digits, nor how often (invariant 52). */
export const KEYING_RESULTS = ['passed', 'failed', 'locked', 'gave_up'] as const;
export type KeyingResult = (typeof KEYING_RESULTS)[number];

/** What came of a talk; at most twelve. */
export const OUTCOMES = [
  'answered',
  'order_done',
  'verified_and_returned',
  'reset_requested',
  'frozen',
  'fraud_case',
  'complaint_taken',
  'callback_agreed',
  'sent_to_branch',
  'refused',
  'caller_gone',
  'other',
] as const;
export type Outcome = (typeof OUTCOMES)[number];
/** How a hand-off ended: what its agent chose, or what happened without one. */
export type HandoffEnd = Outcome | 'left_queue' | 'not_written_down' | 'case_opened';

/** One leg of the conference, by the number in its label; a new leg of the same role has a new number. */
export interface Leg {
  readonly number: number;
  /** Unknown until the carrier has called it. */
  readonly callId: string | undefined;
  readonly joined: boolean;
  /** The newest report about this leg that counted; older ones are late. */
  readonly sequence: number;
}

/** A person of ours with their leg. */
interface StaffLeg {
  readonly id: string;
  readonly leg: Leg;
}

/** Taking over one call: one row, changed by conditional updates. It holds no keyed digits and nothing personal. */
export interface DeskHandoff {
  /** The id of its ticket in `handoffs`. */
  readonly id: string;
  readonly callId: string;
  readonly queue: QueueName;
  readonly language: Language;
  readonly version: number;
  /** The carrier's id of the conference that was last joined. */
  readonly conferenceId: string | undefined;
  readonly state: HandoffState;
  /** Counts how often the ticket was issued: anew with each transfer. */
  readonly ticket: number;
  readonly enteredAt: Instant;
  /** Goes before those who only wait: they were being served. */
  readonly front: boolean;
  readonly caller: CallerPlace;
  /** Since when the caller is on the way somewhere. */
  readonly movingSince: Instant | undefined;
  readonly callerLeg: Leg;
  readonly agent: StaffLeg | undefined;
  /** The person a talk is being passed to. */
  readonly successor: (StaffLeg & { readonly until: Instant }) | undefined;
  readonly supervisor: (StaffLeg & { readonly voice: SupervisorVoice; readonly until: Instant }) | undefined;
  /** The newest label of each role; none is used twice. */
  readonly labels: { readonly [role in LegRole]: number };
  /** Who talked to the caller last; anybody else is a change of agent (invariant 54). */
  readonly lastAgent: string | undefined;
  /** When the last agent's leg was lost; they may come back until `RETURN_MILLISECONDS` later. */
  readonly lostAt: Instant | undefined;
  /** When the state ends by itself. */
  readonly until: Instant | undefined;
  readonly heldSince: Instant | undefined;
  /** The level has fallen for this hold. */
  readonly heldTooLong: boolean;
  /** `heardAt`: when the line last heard of the caller who keys. */
  readonly keying:
    | { readonly what: KeyingKind; readonly since: Instant; readonly heardAt?: Instant }
    | undefined;
  /** The conference's recording was paused for keying and is to go on with the talk. */
  readonly recordingPaused: boolean;
  /** The line says the refusal to the caller on their way back to the agent. */
  readonly saysNo: boolean;
  readonly takenAt: Instant | undefined;
  readonly talkedAt: Instant | undefined;
  /** The caller has keyed an identity, found or not: there is a number that could be called. */
  readonly namesCustomer: boolean;
  /** The caller asked to be called back on the registered number, and keeps the place. */
  readonly callbackAt: Instant | undefined;
  readonly closedAt: Instant | undefined;
  readonly end: HandoffEnd | undefined;
}

/** How long an offer stands (policy-defaults: 20 s). */
export const OFFER_MILLISECONDS = 20 * SECOND;
/** How long a member of staff's phone rings. */
export const RING_SECONDS = 20;
/** From a take until both legs must be in: the ring, and the caller's way. */
export const CONNECT_MILLISECONDS = (RING_SECONDS + 10) * SECOND;
/** The carrier takes a second or two for a document; a caller who is under way for longer is fetched again. */
export const MOVE_MILLISECONDS = 15 * SECOND;
/** Longer than the question whether to freeze, its answer and a slow line take. */
export const ASKED_MILLISECONDS = 45 * SECOND;
/** The same agent back within this time keeps the level. */
export const RETURN_MILLISECONDS = 30 * SECOND;
/** A caller of whom the line hears nothing for so long at the keys is brought back to the agent; longer than any input and its words take. */
export const KEYING_MILLISECONDS = 90 * SECOND;
/** Beyond this a hold lowers the level (invariant 54). */
export const HOLD_MILLISECONDS = 2 * MINUTE;
/** After this the wrap-up ends without an outcome, so that nobody is kept from calls for ever. */
export const WRAP_UP_MILLISECONDS = 10 * MINUTE;

/** What a hand-off begins with. */
export type NewTicket = Pick<
  DeskHandoff,
  'id' | 'callId' | 'queue' | 'language' | 'enteredAt' | 'namesCustomer'
>;

/** A caller who has just come into a queue. */
export function newHandoff(ticket: NewTicket): DeskHandoff {
  return {
    ...ticket,
    version: 1,
    conferenceId: undefined,
    state: 'waiting',
    ticket: 1,
    front: false,
    caller: 'queue',
    movingSince: undefined,
    callerLeg: newLeg(0),
    agent: undefined,
    successor: undefined,
    supervisor: undefined,
    labels: { caller: 0, agent: 0, supervisor: 0 },
    lastAgent: undefined,
    lostAt: undefined,
    until: undefined,
    heldSince: undefined,
    heldTooLong: false,
    keying: undefined,
    recordingPaused: false,
    saysNo: false,
    takenAt: undefined,
    talkedAt: undefined,
    callbackAt: undefined,
    closedAt: undefined,
    end: undefined,
  };
}

/** A leg that is asked for and has not joined. */
export function newLeg(number: number): Leg {
  return { number, callId: undefined, joined: false, sequence: 0 };
}

/** Whether the agent who lost the caller may still come back with the level kept. */
export function mayReturn({ lostAt }: Pick<DeskHandoff, 'lostAt'>, now: Instant): boolean {
  return lostAt !== undefined && now - lostAt < RETURN_MILLISECONDS;
}

/** Whether the caller waits for somebody: they are offered, in their queue's order. */
export function isWaiting({ state }: Pick<DeskHandoff, 'state'>): boolean {
  return state === 'waiting' || state === 'offered' || state === 'agent_lost';
}

/** Whether somebody has taken it and the talk is not over: the caller is, or may be, on the line. */
export function isTaken({ state }: Pick<DeskHandoff, 'state'>): boolean {
  return TAKEN_STATES.includes(state);
}

/** Whether the caller's place is the queue: they wait, or the person who takes them is not in yet. */
export function isBoundForQueue(handoff: DeskHandoff): boolean {
  return isWaiting(handoff) || (handoff.state === 'connecting' && handoff.callerLeg.number === 0);
}

/** When a caller who keys is brought back without having answered. */
export function keyingEndsAt({ since, heardAt }: NonNullable<DeskHandoff['keying']>): Instant {
  return (heardAt ?? since) + KEYING_MILLISECONDS;
}

/** When something about it is due without anybody's doing; undefined where nothing is. */
export function dueAt(handoff: DeskHandoff): Instant | undefined {
  const { until, lostAt, movingSince, heldSince, heldTooLong, keying, successor, supervisor } = handoff;
  if (handoff.state === 'closed') return undefined;
  const moments = [
    until,
    lostAt === undefined ? undefined : lostAt + RETURN_MILLISECONDS,
    movingSince === undefined ? undefined : movingSince + MOVE_MILLISECONDS,
    heldSince === undefined || heldTooLong ? undefined : heldSince + HOLD_MILLISECONDS,
    keying && keyingEndsAt(keying),
    successor?.until,
    supervisor?.leg.joined === false ? supervisor.until : undefined,
  ].filter((moment) => moment !== undefined);
  return moments.length === 0 ? undefined : Math.min(...moments);
}
