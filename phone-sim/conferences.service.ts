import type { Random } from '../src/platform/random.ts';
import type { Agenda } from './agenda.ts';
import type { ServiceEndpoint } from './carrier.client.ts';
import type { Parameters as CarrierParameters } from './carrier-request.ts';
import { Conference, type Document, type Entry, type Participant } from './conference.ts';
import { conferenceReport, type ReportedEvent } from './conference-report.ts';
import type { HearingLog, SoundKind } from './hearing.ts';
import { addNewest } from './newest.ts';
import type { Reports } from './reports.service.ts';
import { SidePlayer } from './side-player.service.ts';
import type { Entered, LeaveWord, ReachableCall } from './switchboard.ts';

/** Something the carrier reports to nobody but its own log: an error number and where. */
export interface CarrierFault {
  readonly code: number;
  readonly reason: string;
  readonly path: string;
}

/** The carrier around its conferences. */
interface ConferencesDependencies {
  readonly accountSid: string;
  readonly authToken: string;
  readonly endpoint: ServiceEndpoint;
  readonly random: Random;
  readonly agenda: Agenda;
  readonly reports: Reports;
  readonly log: HearingLog;
  readonly faults: CarrierFault[];
  now(): number;
  findCall(callSid: string): ReachableCall | undefined;
  /** Whether no sound reaches this call or comes from it, though the carrier has not noticed. */
  isLost(callSid: string): boolean;
  /** Whether this leg itself is recorded, in a conference and out of it. */
  isRecorded(callSid: string): boolean;
  /** The parameters of a webhook about a call. */
  parametersOf(call: ReachableCall): CarrierParameters;
  /** Has something done beside what is going on. */
  soon(work: () => Promise<void>): void;
}

/** The conferences of a carrier: who comes, goes, is held, and hears what; all of it reported as it is asked for. */
export class Conferences {
  readonly all: Conference[] = [];
  readonly #deps: ConferencesDependencies;

  constructor(deps: ConferencesDependencies) {
    this.#deps = deps;
  }

  /** The conference with this id, or with this name and not over. */
  find(idOrName: string): Conference | undefined {
    return this.all.findLast(
      ({ sid, name, status }) => sid === idOrName || (name === idOrName && status !== 'completed'),
    );
  }

  /** The conference a call is in. */
  of(callSid: string): Conference | undefined {
    return this.all.find(({ status, participants }) => status !== 'completed' && participants.has(callSid));
  }

  /** A call that the API makes into a conference, which is there from now on. */
  expect(callSid: string, name: string, entry: Entry): void {
    const conference = this.find(name) ?? this.#open(name, entry);
    conference.expected.set(callSid, entry);
  }

  enter(call: ReachableCall, name: string, entry: Entry): Entered {
    const open = this.find(name);
    if (open?.hasLabel(entry.label)) return 'label_used';
    if (entry.coach !== undefined && !open?.participants.has(entry.coach)) return 'nobody_to_coach';
    const conference = open ?? this.#open(name, entry);
    conference.expected.delete(call.callSid);
    const participant = conference.add(call.callSid, entry);
    this.#changed(conference, participant, 'in');
    if (entry.beep) this.#hear({ kind: 'beep' }, [...conference.participants.keys()]);
    this.#report(conference, { kind: 'join', event: 'participant-join' }, participant);
    if (conference.begin(() => this.#newSid('RE'))) {
      this.#report(conference, { kind: 'start', event: 'conference-start' });
      for (const one of conference.participants.values()) one.stopPlaying();
    } else if (conference.status === 'init' && entry.wait) this.#play(call, participant, entry.wait);
    return 'joined';
  }

  leave(call: ReachableCall, why: LeaveWord): void {
    const conference = this.of(call.callSid);
    const participant = conference?.participants.get(call.callSid);
    if (!conference || !participant) return;
    participant.stopPlaying();
    conference.participants.delete(call.callSid);
    this.#changed(conference, participant, 'out');
    this.#report(conference, { kind: 'leave', event: 'participant-leave' }, participant, {
      ReasonParticipantLeft: why,
      ParticipantCallStatus: call.status,
    });
    if (participant.entry.endOnExit || conference.isEmpty) this.#end(conference, call.callSid);
    // Alone in a conference that has begun: nothing is played there.
    const [last, another] = conference.participants.keys();
    if (last !== undefined && another === undefined) this.alone(last);
  }

  /** A call that was expected has ended before it came in. */
  notComing(call: ReachableCall, name: string): void {
    const conference = this.find(name);
    const entry = conference?.expected.get(call.callSid);
    if (!conference || !entry) return;
    conference.expected.delete(call.callSid);
    const { callSid } = call;
    this.#report(
      conference,
      { kind: 'leave', event: 'participant-leave' },
      { callSid, entry, muted: entry.muted, held: false, coaching: entry.coach },
      { ReasonParticipantLeft: 'participant_add_failed', ParticipantCallStatus: call.status },
    );
    if (conference.isEmpty) this.#end(conference, callSid);
  }

  sound(call: ReachableCall, what: SoundKind): void {
    const conference = this.of(call.callSid);
    const isGone = this.#deps.isLost(call.callSid);
    const heardBy = (isGone ? [] : (conference?.hearersOf(call.callSid) ?? [])).filter(
      (other) => !this.#deps.isLost(other),
    );
    const legs = [call.callSid, ...heardBy];
    const recorded =
      conference?.isRecording(call.callSid) === true || legs.some((leg) => this.#deps.isRecorded(leg));
    addNewest(this.#deps.log.sounds, { at: this.#deps.now(), from: call.callSid, what, heardBy, recorded });
    const from = conference?.participants.get(call.callSid)?.entry.label ?? 'somebody';
    for (const other of heardBy)
      if (what.kind === 'voice') this.#deps.findCall(other)?.hear({ kind: 'voice', from, text: what.text });
      else if (what.kind === 'tone') this.#deps.findCall(other)?.hear({ kind: 'tone', from, key: what.key });
  }

  /** A document of a call's own speaks to it alone, or pauses. */
  played(call: ReachableCall, what: SoundKind): void {
    this.#hear(what, [call.callSid]);
  }

  /** Nobody else is heard by this leg from now on. */
  alone(callSid: string): void {
    this.#hear({ kind: 'silence' }, [callSid]);
  }

  hold(conference: Conference, participant: Participant, to: Document | undefined): void {
    const call = this.#deps.findCall(participant.callSid);
    if (!call || participant.held === (to !== undefined)) return;
    participant.held = to !== undefined;
    participant.stopPlaying();
    call.hear({ kind: participant.held ? 'held' : 'unheld' });
    this.#changed(conference, participant, participant.held ? 'held' : 'unheld');
    this.#report(
      conference,
      { kind: 'hold', event: participant.held ? 'participant-hold' : 'participant-unhold' },
      participant,
    );
    if (to) this.#play(call, participant, to);
  }

  setVoice(
    conference: Conference,
    participant: Participant,
    {
      muted,
      coaching,
    }: { readonly muted?: boolean | undefined; readonly coaching?: string | 'nobody' | undefined },
  ): void {
    if (muted !== undefined && muted !== participant.muted) {
      participant.muted = muted;
      this.#report(
        conference,
        { kind: 'mute', event: muted ? 'participant-mute' : 'participant-unmute' },
        participant,
      );
    }
    const coached = coaching === 'nobody' ? undefined : (coaching ?? participant.coaching);
    if (coached !== participant.coaching) {
      participant.coaching = coached;
      this.#report(conference, { kind: 'modify', event: 'participant-modify' }, participant);
    }
  }

  #open(name: string, first: Entry): Conference {
    const conference = new Conference(this.#newSid('CF'), name, first);
    addNewest(this.all, conference);
    return conference;
  }

  #end(conference: Conference, lastCallSid: string): void {
    conference.status = 'completed';
    const others = [...conference.participants.values()];
    conference.participants.clear();
    for (const other of others) {
      other.stopPlaying();
      this.#changed(conference, other, 'out');
      this.#report(conference, { kind: 'leave', event: 'participant-leave' }, other, {
        ReasonParticipantLeft: 'moderator_ended_conference',
      });
      const call = this.#deps.findCall(other.callSid);
      if (call) this.#deps.soon(() => call.conferenceOver());
    }
    this.#report(conference, { kind: 'end', event: 'conference-end' }, undefined, {
      ReasonConferenceEnded:
        others.length > 0 ? 'participant-with-end-conference-on-exit-left' : 'last-participant-left',
      CallSidEndingConference: lastCallSid,
    });
  }

  /** A document for this leg alone. */
  #play(call: ReachableCall, participant: Participant, document: Document): void {
    const player = new SidePlayer(
      {
        agenda: this.#deps.agenda,
        endpoint: this.#deps.endpoint,
        authToken: this.#deps.authToken,
        heard: (verb) => {
          if (verb.kind === 'pause')
            return this.#hear({ kind: 'silence', seconds: verb.seconds }, [call.callSid]);
          this.#hear({ kind: 'words', text: verb.text }, [call.callSid]);
          call.hear({ kind: 'words', text: verb.text, language: verb.language });
        },
        fault: (code, reason, url) => this.#deps.faults.push({ code, reason, path: new URL(url).pathname }),
      },
      this.#deps.parametersOf(call),
    );
    participant.stopPlaying = () => player.stop();
    this.#deps.soon(() => player.play(document));
  }

  #hear(what: SoundKind, heardBy: readonly string[]): void {
    addNewest(this.#deps.log.sounds, {
      at: this.#deps.now(),
      what,
      heardBy: heardBy.filter((one) => !this.#deps.isLost(one)),
      recorded: false,
    });
    if (what.kind === 'beep') for (const one of heardBy) this.#deps.findCall(one)?.hear({ kind: 'beep' });
  }

  #changed(
    conference: Conference,
    { callSid, entry }: Participant,
    change: 'in' | 'out' | 'held' | 'unheld',
  ): void {
    addNewest(this.#deps.log.changes, {
      at: this.#deps.now(),
      callSid,
      conference: conference.name,
      label: entry.label,
      change,
    });
  }

  #report(
    conference: Conference,
    what: ReportedEvent,
    about?: Parameters<typeof conferenceReport>[3],
    more: CarrierParameters = {},
  ): void {
    const { reports } = conference;
    const place = { accountSid: this.#deps.accountSid, at: this.#deps.now() };
    const parameters = conferenceReport(conference, what, place, about, more);
    if (reports?.events.has(what.kind)) this.#deps.reports.add(conference.sid, { to: reports, parameters });
  }

  #newSid(prefix: 'CF' | 'RE'): string {
    return `${prefix}${this.#deps.random.bytes(16).toString('hex')}`;
  }
}
