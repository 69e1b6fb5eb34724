import type { Method } from './twiml.ts';

/** What a leg brings into a conference, by its document or by the carrier's API. */
export interface Entry {
  readonly label?: string | undefined;
  readonly muted: boolean;
  readonly beep: boolean;
  readonly startOnEnter: boolean;
  readonly endOnExit: boolean;
  /** What is played until the conference begins; undefined: the carrier's music. */
  readonly wait?: Document | undefined;
  readonly reports?: ReportAddress | undefined;
  readonly record: boolean;
  /** The call that alone hears this one. */
  readonly coach?: string | undefined;
}

export interface Document {
  readonly url: string;
  readonly method: Method;
}

/** Where the carrier reports to, and of what. */
export interface ReportAddress extends Document {
  readonly events: ReadonlySet<string>;
}

export interface Participant {
  readonly callSid: string;
  readonly entry: Entry;
  muted: boolean;
  held: boolean;
  coaching: string | undefined;
  /** Ends the document that is played to this leg alone. */
  stopPlaying: () => void;
}

interface ConferenceRecording {
  readonly sid: string;
  status: 'in-progress' | 'paused';
}

/** One conference: who is in it and what each may hear. Nothing here waits or sends. */
export class Conference {
  readonly sid: string;
  readonly name: string;
  readonly participants = new Map<string, Participant>();
  /** Calls the API makes into it that have not been answered. */
  readonly expected = new Map<string, Entry>();
  /** Those of the first participant; later ones are ignored. */
  readonly reports: ReportAddress | undefined;
  readonly #records: boolean;
  status: 'init' | 'in-progress' | 'completed' = 'init';
  recording: ConferenceRecording | undefined;
  #sequence = 0;

  constructor(sid: string, name: string, first: Entry) {
    this.sid = sid;
    this.name = name;
    this.reports = first.reports;
    this.#records = first.record;
  }

  /** Counts a report, from 1. */
  nextSequence(): number {
    this.#sequence += 1;
    return this.#sequence;
  }

  hasLabel(label: string | undefined): boolean {
    return label !== undefined && [...this.participants.values()].some(({ entry }) => entry.label === label);
  }

  add(callSid: string, entry: Entry): Participant {
    const participant: Participant = {
      ...{ callSid, entry, muted: entry.muted, held: false, coaching: entry.coach },
      stopPlaying: () => {},
    };
    this.participants.set(callSid, participant);
    return participant;
  }

  /** Whether nobody is in it or on the way. */
  get isEmpty(): boolean {
    return this.participants.size === 0 && this.expected.size === 0;
  }

  /** It begins with two of whom one may begin it; what is recorded is recorded from here. Answers whether it began now. */
  begin(recordingSid: () => string): boolean {
    const all = [...this.participants.values()];
    if (this.status !== 'init' || all.length < 2 || !all.some(({ entry }) => entry.startOnEnter))
      return false;
    this.status = 'in-progress';
    if (this.#records) this.recording = { sid: recordingSid(), status: 'in-progress' };
    return true;
  }

  /** Who hears what this leg says or keys: a coach is heard by one alone; a held leg neither hears nor is heard. */
  hearersOf(callSid: string): readonly string[] {
    const speaker = this.participants.get(callSid);
    if (!speaker || this.status !== 'in-progress' || speaker.held || speaker.muted) return [];
    return [...this.participants.values()].flatMap((other) =>
      other === speaker ||
      other.held ||
      (speaker.coaching !== undefined && speaker.coaching !== other.callSid)
        ? []
        : [other.callSid],
    );
  }

  /** Whether the recording has what this leg says: what is said to all. */
  isRecording(callSid: string): boolean {
    const speaker = this.participants.get(callSid);
    return (
      this.status === 'in-progress' &&
      this.recording?.status === 'in-progress' &&
      speaker !== undefined &&
      !speaker.held &&
      !speaker.muted &&
      speaker.coaching === undefined
    );
  }
}
