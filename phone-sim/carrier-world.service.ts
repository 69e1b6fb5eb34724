import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../src/platform/clock.ts';
import type { Random } from '../src/platform/random.ts';
import { Agenda } from './agenda.ts';
import { READ_LIMIT_MILLISECONDS, type ServiceEndpoint } from './carrier.client.ts';
import { type Parameters as CarrierParameters, newCallSid, standardParameters } from './carrier-request.ts';
import { Conference, type Document, type Entry, type Participant } from './conference.ts';
import { conferenceReport, type ReportedEvent } from './conference-report.ts';
import { HearingLog, type SoundKind } from './hearing.ts';
import type { TimePort } from './phone-options.ts';
import { Reports } from './reports.service.ts';
import { SidePlayer } from './side-player.service.ts';
import { ringPhone, type StaffAnswer, type StaffCall, StaffLeg } from './staff-leg.ts';
import type { LeaveWord, MovedTo, ReachableCall, Switchboard } from './switchboard.ts';

/** A closed browser is noticed by the carrier after 15 to 20 s. */
const LOST_LEAST_SECONDS = 15;
const LOST_MORE_SECONDS = 6;
/** A staff phone of which nothing else was said answers by itself. */
const ANSWERS_BY_ITSELF: StaffAnswer = { kind: 'answers', afterSeconds: 2 };

export interface CarrierWorldOptions {
  /** Where the service is reached, and where the carrier believes it is. */
  readonly baseUrl: string;
  readonly publicUrl?: string;
  readonly authToken: string;
  readonly accountSid?: string;
  readonly clock: Clock;
  /** Measures answer times. */
  readonly stopwatch: Clock;
  readonly random: Random;
  /** What a staff phone does when it rings; it answers by itself where left out. */
  staffAnswer?(to: string): StaffAnswer;
}

/** Something the carrier reports to nobody but its own log: an error number and where. */
export interface CarrierFault {
  readonly code: number;
  readonly reason: string;
  readonly path: string;
}

/**
 * The carrier of many calls: knows those of telephones and those it makes to staff, lets them meet in conferences, and
 * reports what happens there. Everything is as documented by the carrier; the log says exactly who heard what. What takes
 * time happens when the clock is there and `runDue` is called.
 */
export class CarrierWorld implements Switchboard {
  readonly log = new HearingLog();
  readonly faults: CarrierFault[] = [];
  readonly reports: Reports;
  readonly accountSid: string;
  readonly staffLegs: StaffLeg[] = [];
  readonly conferences: Conference[] = [];
  readonly agenda: Agenda;
  readonly #options: CarrierWorldOptions;
  readonly #endpoint: ServiceEndpoint;
  readonly #calls = new Map<string, ReachableCall>();
  readonly #lost = new Set<string>();
  readonly #underWay = new Set<Promise<void>>();

  constructor(options: CarrierWorldOptions) {
    this.#options = options;
    this.accountSid = options.accountSid ?? `AC${'0'.repeat(32)}`;
    this.agenda = new Agenda(options.clock);
    this.#endpoint = {
      baseUrl: options.baseUrl,
      publicUrl: options.publicUrl ?? options.baseUrl,
      readLimitMilliseconds: READ_LIMIT_MILLISECONDS,
      stopwatch: options.stopwatch,
    };
    this.reports = new Reports(this.#endpoint, options.authToken);
  }

  /** The moment it is for this carrier. */
  now(): number {
    return this.#options.clock.now();
  }

  findCall(callSid: string): ReachableCall | undefined {
    return this.#calls.get(callSid);
  }

  /** The conference with this id, or with this name and not over. */
  findConference(idOrName: string): Conference | undefined {
    return this.conferences.findLast(
      ({ sid, name, status }) => sid === idOrName || (name === idOrName && status !== 'completed'),
    );
  }

  /** A new id in the carrier's form. */
  newSid(prefix: 'CF' | 'RE'): string {
    return `${prefix}${this.#options.random.bytes(16).toString('hex')}`;
  }

  dialled(call: ReachableCall): void {
    this.#calls.set(call.callSid, call);
  }

  enter(call: ReachableCall, name: string, entry: Entry): ReturnType<Switchboard['enter']> {
    const open = this.findConference(name);
    if (open?.hasLabel(entry.label)) return 'label_used';
    if (entry.coach !== undefined && !open?.participants.has(entry.coach)) return 'nobody_to_coach';
    const conference = open ?? this.#openConference(name, entry);
    conference.expected.delete(call.callSid);
    const participant = conference.add(call.callSid, entry);
    this.#changed(conference, participant, 'in');
    if (entry.beep) this.#hear({ kind: 'beep' }, [...conference.participants.keys()]);
    this.#report(conference, { kind: 'join', event: 'participant-join' }, participant);
    if (conference.begin(() => this.newSid('RE'))) {
      this.#report(conference, { kind: 'start', event: 'conference-start' });
      for (const one of conference.participants.values()) one.stopPlaying();
    } else if (conference.status === 'init' && entry.wait) this.#play(call, participant, entry.wait);
    return 'joined';
  }

  leave(call: ReachableCall, why: LeaveWord): void {
    const conference = this.conferenceOf(call.callSid);
    const participant = conference?.participants.get(call.callSid);
    if (!conference || !participant) return;
    participant.stopPlaying();
    conference.participants.delete(call.callSid);
    this.#changed(conference, participant, 'out');
    this.#report(conference, { kind: 'leave', event: 'participant-leave' }, participant, {
      ReasonParticipantLeft: why,
      ParticipantCallStatus: call.status,
    });
    if (participant.entry.endOnExit || conference.isEmpty) this.#endConference(conference, call.callSid);
    // Alone in a conference that has begun: nothing is played there.
    const [last, another] = conference.participants.keys();
    if (last !== undefined && another === undefined) this.#hear({ kind: 'silence' }, [last]);
  }

  sound(call: ReachableCall, what: SoundKind): void {
    const conference = this.conferenceOf(call.callSid);
    const isGone = this.#lost.has(call.callSid);
    const heardBy = (isGone ? [] : (conference?.hearersOf(call.callSid) ?? [])).filter(
      (other) => !this.#lost.has(other),
    );
    const legs = [call.callSid, ...heardBy];
    const recorded =
      conference?.isRecording(call.callSid) === true ||
      this.staffLegs.some(({ call: { recorded: all }, callSid }) => all && legs.includes(callSid));
    this.log.sounds.push({ at: this.now(), from: call.callSid, what, heardBy, recorded });
    const from = conference?.participants.get(call.callSid)?.entry.label ?? 'somebody';
    for (const other of heardBy)
      if (what.kind === 'voice') this.#calls.get(other)?.hear({ kind: 'voice', from, text: what.text });
      else if (what.kind === 'tone') this.#calls.get(other)?.hear({ kind: 'tone', from, key: what.key });
  }

  /** The conference a call is in. */
  conferenceOf(callSid: string): Conference | undefined {
    return this.conferences.find(
      ({ status, participants }) => status !== 'completed' && participants.has(callSid),
    );
  }

  /** Calls a member of staff into a conference. */
  callStaff(call: Omit<StaffCall, 'callSid'>): StaffLeg {
    const leg: StaffLeg = new StaffLeg(
      { ...call, callSid: newCallSid(this.#options.random) },
      {
        answered: () => this.#staffAnswered(leg),
        changed: () => this.#reportLeg(leg),
        ended: () => this.#staffEnded(leg),
        said: (_, what) => this.sound(leg, what),
        pressed: (_, key) => this.sound(leg, { kind: 'tone', key }),
      },
    );
    this.staffLegs.push(leg);
    this.dialled(leg);
    const conference =
      this.findConference(call.conference) ?? this.#openConference(call.conference, call.entry);
    conference.expected.set(leg.callSid, call.entry);
    this.agenda.after(0, () =>
      ringPhone(leg, this.#options.staffAnswer?.(leg.to) ?? ANSWERS_BY_ITSELF, this.agenda),
    );
    return leg;
  }

  /** The browser of a member of staff is gone: nothing is heard on either side, and the carrier notices later. */
  loseBrowser(leg: StaffLeg): void {
    this.#lost.add(leg.callSid);
    const seconds = LOST_LEAST_SECONDS + this.#options.random.integer(LOST_MORE_SECONDS);
    this.agenda.after(seconds * 1_000, () => leg.end('completed'));
  }

  /** Has a command move a call, once its answer is on the way. */
  move(call: ReachableCall, to: MovedTo): void {
    this.soon(() => call.move(to));
  }

  /** Has something done beside what is going on; `settled` waits for it. */
  soon(work: () => Promise<void>): void {
    const done: Promise<void> = setImmediate()
      .then(work)
      .finally(() => this.#underWay.delete(done));
    this.#underWay.add(done);
  }

  hold(conference: Conference, participant: Participant, to: Document | undefined): void {
    const call = this.#calls.get(participant.callSid);
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

  /** Does what is due by the clock, and waits for what follows. */
  async runDue(): Promise<void> {
    await this.agenda.runDue();
    await this.settled();
  }

  /** Resolves when no command is being carried out and no report is being sent. */
  async settled(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
    await this.reports.settled();
    if (this.#underWay.size > 0) await this.settled();
  }

  /** Call time in which this carrier's own things happen at their moments. `moveTo` sets the clock. */
  time(moveTo: (instant: number) => void): TimePort {
    return {
      pass: async (milliseconds) => {
        const end = this.now() + milliseconds;
        for (let next = this.agenda.next; next !== undefined && next <= end; next = this.agenda.next) {
          if (next > this.now()) moveTo(next);
          await this.runDue();
        }
        if (end > this.now()) moveTo(end);
        await this.settled();
      },
    };
  }

  #openConference(name: string, first: Entry): Conference {
    const conference = new Conference(this.newSid('CF'), name, first);
    this.conferences.push(conference);
    return conference;
  }

  /** A leg that was in the conference leaves it; one that never got in is reported as well. */
  #staffEnded(leg: StaffLeg): void {
    this.leave(leg, 'participant_hung_up');
    const conference = this.findConference(leg.call.conference);
    const entry = conference?.expected.get(leg.callSid);
    if (!conference || !entry) return;
    conference.expected.delete(leg.callSid);
    const { callSid } = leg;
    this.#report(
      conference,
      { kind: 'leave', event: 'participant-leave' },
      { callSid, entry, muted: entry.muted, held: false, coaching: entry.coach },
      { ReasonParticipantLeft: 'participant_add_failed', ParticipantCallStatus: leg.status },
    );
    if (conference.isEmpty) this.#endConference(conference, callSid);
  }

  #staffAnswered(leg: StaffLeg): void {
    const entered = this.enter(leg, leg.call.conference, leg.call.entry);
    if (entered === 'joined') return;
    // No verb follows for a leg that the API has called.
    const code = entered === 'label_used' ? 16_025 : 13_240;
    this.faults.push({ code, reason: entered, path: leg.call.conference });
    leg.end('failed');
  }

  #endConference(conference: Conference, lastCallSid: string): void {
    conference.status = 'completed';
    const others = [...conference.participants.values()];
    conference.participants.clear();
    for (const other of others) {
      other.stopPlaying();
      this.#changed(conference, other, 'out');
      this.#report(conference, { kind: 'leave', event: 'participant-leave' }, other, {
        ReasonParticipantLeft: 'moderator_ended_conference',
      });
      const call = this.#calls.get(other.callSid);
      if (call) this.soon(() => call.conferenceOver());
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
        agenda: this.agenda,
        endpoint: this.#endpoint,
        authToken: this.#options.authToken,
        heard: (verb) => {
          if (verb.kind === 'pause')
            return this.#hear({ kind: 'silence', seconds: verb.seconds }, [call.callSid]);
          this.#hear({ kind: 'words', text: verb.text }, [call.callSid]);
          call.hear({ kind: 'words', text: verb.text, language: verb.language });
        },
        fault: (code, reason, url) => this.faults.push({ code, reason, path: new URL(url).pathname }),
      },
      this.#parametersOf(call),
    );
    participant.stopPlaying = () => player.stop();
    this.soon(() => player.play(document));
  }

  #hear(what: SoundKind, heardBy: readonly string[]): void {
    this.log.sounds.push({
      at: this.now(),
      what,
      heardBy: heardBy.filter((one) => !this.#lost.has(one)),
      recorded: false,
    });
    if (what.kind === 'beep') for (const one of heardBy) this.#calls.get(one)?.hear({ kind: 'beep' });
  }

  #changed(
    conference: Conference,
    { callSid, entry }: Participant,
    change: 'in' | 'out' | 'held' | 'unheld',
  ): void {
    this.log.changes.push({
      at: this.now(),
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
    const place = { accountSid: this.accountSid, at: this.now() };
    const parameters = conferenceReport(conference, what, place, about, more);
    if (reports?.events.has(what.kind)) this.reports.add(conference.sid, { to: reports, parameters });
  }

  #reportLeg(leg: StaffLeg): void {
    const { reports } = leg.call;
    const event = { queued: 'initiated', ringing: 'ringing', 'in-progress': 'answered' }[
      leg.status as string
    ];
    if (!reports?.events.has(event ?? 'completed')) return;
    this.reports.add(leg.callSid, { to: reports, parameters: this.#parametersOf(leg) });
  }

  #parametersOf({ callSid, from, to, direction, status }: ReachableCall) {
    return standardParameters({ callSid, from, to, direction, accountSid: this.accountSid }, status);
  }
}
