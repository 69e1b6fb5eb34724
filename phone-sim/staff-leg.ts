import type { Agenda } from './agenda.ts';
import { type CarrierCallStatus, isOpen } from './carrier-request.ts';
import type { Document, Entry, ReportAddress } from './conference.ts';
import type { HeardOnLine, ReachableCall } from './switchboard.ts';

/** What the phone of a member of staff does when it rings. */
export type StaffAnswer =
  | { readonly kind: 'answers'; readonly afterSeconds: number; readonly hangsUpAfterSeconds?: number }
  | { readonly kind: 'refuses'; readonly afterSeconds: number }
  | { readonly kind: 'rings_on' }
  | { readonly kind: 'unreachable' }
  /** A person decides: `ring` is told of the leg, which they answer or refuse. */
  | { readonly kind: 'person'; ring(leg: StaffLeg): void };

/** What the API was asked to call somebody with. */
export interface StaffCall {
  readonly callSid: string;
  readonly from: string;
  readonly to: string;
  readonly conference: string;
  readonly entry: Entry;
  readonly ringSeconds: number;
  /** Where its own progress is reported, beside the conference's. */
  readonly reports: ReportAddress | undefined;
  /** The leg itself is recorded, in the conference and out of it: what must never be asked for. */
  readonly recorded: boolean;
}

/** How a leg reaches the carrier that has called it. */
interface StaffLegDependencies {
  /** The phone was answered: into the conference. */
  answered(leg: StaffLeg): void;
  changed(leg: StaffLeg): void;
  ended(leg: StaffLeg): void;
  said(leg: StaffLeg, what: { readonly kind: 'voice'; readonly text: string }): void;
  pressed(leg: StaffLeg, key: string): void;
}

/** One call to a member of staff: rings, is answered or not, talks in a conference, ends. */
export class StaffLeg implements ReachableCall {
  readonly call: StaffCall;
  readonly direction = 'outbound-api';
  /** What was heard on it, oldest first. */
  readonly heard: HeardOnLine[] = [];
  /** Told of each thing that is heard, for a terminal. */
  onHeard: (heard: HeardOnLine) => void = () => {};
  onEnd: () => void = () => {};
  readonly #deps: StaffLegDependencies;
  #status: CarrierCallStatus = 'queued';

  constructor(call: StaffCall, deps: StaffLegDependencies) {
    this.call = call;
    this.#deps = deps;
  }

  get callSid(): string {
    return this.call.callSid;
  }
  get from(): string {
    return this.call.from;
  }
  get to(): string {
    return this.call.to;
  }
  get status(): CarrierCallStatus {
    return this.#status;
  }
  get isOver(): boolean {
    return !isOpen(this.#status);
  }

  ring(): void {
    if (this.#status === 'queued') this.#become('ringing');
  }

  answer(): void {
    if (this.#status !== 'ringing') return;
    this.#become('in-progress');
    this.#deps.answered(this);
  }

  /** Says something to the conference. */
  say(text: string): void {
    if (this.#status === 'in-progress') this.#deps.said(this, { kind: 'voice', text });
  }

  press(key: string): void {
    if (this.#status === 'in-progress') this.#deps.pressed(this, key);
  }

  /** Puts the phone down, or does not take the call. */
  hangUp(): void {
    this.end(this.#status === 'in-progress' ? 'completed' : 'busy');
  }

  /** The call is over with this status; without effect where it is already. */
  end(status: CarrierCallStatus): void {
    if (this.isOver) return;
    this.#become(status);
    this.#deps.ended(this);
    this.onEnd();
  }

  hear(heard: HeardOnLine): void {
    this.heard.push(heard);
    this.onHeard(heard);
  }

  /** The documents of a member of staff are the conference's own; a command that brings another is answered by hanging up. */
  async move(_document: Document): Promise<void> {
    this.end('completed');
  }

  async conferenceOver(): Promise<void> {
    this.end('completed');
  }

  async cut(): Promise<void> {
    this.end(this.#status === 'in-progress' ? 'completed' : 'canceled');
  }

  #become(status: CarrierCallStatus): void {
    this.#status = status;
    this.#deps.changed(this);
  }
}

/** The carrier's own addition to the time that a phone rings. */
const RING_BUFFER_SECONDS = 5;

/** Rings a phone that does what its owner does. */
export function ringPhone(leg: StaffLeg, does: StaffAnswer, agenda: Agenda): void {
  if (leg.isOver) return;
  if (does.kind === 'unreachable') {
    leg.end('failed');
    return;
  }
  leg.ring();
  agenda.after((leg.call.ringSeconds + RING_BUFFER_SECONDS) * 1_000, () => {
    if (leg.status === 'ringing') leg.end('no-answer');
  });
  if (does.kind === 'answers') {
    agenda.after(does.afterSeconds * 1_000, () => leg.answer());
    const { hangsUpAfterSeconds: talk } = does;
    if (talk !== undefined) agenda.after((does.afterSeconds + talk) * 1_000, () => leg.hangUp());
  } else if (does.kind === 'refuses') agenda.after(does.afterSeconds * 1_000, () => leg.hangUp());
  else if (does.kind === 'person') does.ring(leg);
}
