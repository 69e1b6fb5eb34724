import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../src/platform/clock.ts';
import type { Random } from '../src/platform/random.ts';
import { Agenda } from './agenda.ts';
import { READ_LIMIT_MILLISECONDS, type ServiceEndpoint } from './carrier.client.ts';
import { isOpen, newCallSid, SIMULATED_ACCOUNT_SID, standardParameters } from './carrier-request.ts';
import type { Entry } from './conference.ts';
import { type CarrierFault, Conferences } from './conferences.service.ts';
import { HearingLog, type SoundKind } from './hearing.ts';
import { addNewest } from './newest.ts';
import type { TimePort } from './phone-options.ts';
import { Reports } from './reports.service.ts';
import { ringPhone, type StaffAnswer, type StaffCall, StaffLeg } from './staff-leg.ts';
import {
  ENTRY_ERRORS,
  type Entered,
  type LeaveWord,
  type MovedTo,
  type ReachableCall,
  type Switchboard,
} from './switchboard.ts';

/** Calls that the API knows; a demo runs for days. */
const MOST_CALLS = 5_000;
/** Often enough that nobody notices: a phone rings and is answered in seconds. */
const LOOKS_EVERY_MILLISECONDS = 50;
/** A closed browser is noticed by the carrier after 15 to 20 s. */
const LOST_LEAST_SECONDS = 15;
const LOST_MORE_SECONDS = 6;
/** A staff phone of which nothing else was said answers by itself. */
const ANSWERS_BY_ITSELF: StaffAnswer = { kind: 'answers', afterSeconds: 2 };

interface CarrierWorldOptions {
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
  readonly conferences: Conferences;
  readonly agenda: Agenda;
  readonly #options: CarrierWorldOptions;
  readonly #endpoint: ServiceEndpoint;
  readonly #calls = new Map<string, ReachableCall>();
  readonly #lost = new Set<string>();
  readonly #underWay = new Set<Promise<void>>();

  constructor(options: CarrierWorldOptions) {
    this.#options = options;
    this.accountSid = options.accountSid ?? SIMULATED_ACCOUNT_SID;
    this.agenda = new Agenda(options.clock);
    this.#endpoint = {
      baseUrl: options.baseUrl,
      publicUrl: options.publicUrl ?? options.baseUrl,
      readLimitMilliseconds: READ_LIMIT_MILLISECONDS,
      stopwatch: options.stopwatch,
    };
    this.reports = new Reports(this.#endpoint, options.authToken);
    const { authToken, random } = options;
    this.conferences = new Conferences({
      ...{ accountSid: this.accountSid, authToken, endpoint: this.#endpoint, random },
      ...{ agenda: this.agenda, reports: this.reports, log: this.log, faults: this.faults },
      now: () => this.now(),
      findCall: (callSid) => this.findCall(callSid),
      isLost: (callSid) => this.#lost.has(callSid),
      isRecorded: (callSid) => this.staffLegs.some((leg) => leg.callSid === callSid && leg.call.recorded),
      parametersOf: (call) => this.#parametersOf(call),
      soon: (work) => this.soon(work),
    });
  }

  /** The moment it is for this carrier. */
  now(): number {
    return this.#options.clock.now();
  }

  findCall(callSid: string): ReachableCall | undefined {
    return this.#calls.get(callSid);
  }

  async dialled(call: ReachableCall): Promise<void> {
    this.#remember(call);
  }

  async enter(call: ReachableCall, name: string, entry: Entry): Promise<Entered> {
    return this.conferences.enter(call, name, entry);
  }

  leave(call: ReachableCall, why: LeaveWord): void {
    this.conferences.leave(call, why);
  }

  sound(call: ReachableCall, what: SoundKind): void {
    this.conferences.sound(call, what);
  }

  played(call: ReachableCall, what: SoundKind): void {
    this.conferences.played(call, what);
  }

  /** Calls a member of staff into a conference. */
  callStaff(call: Omit<StaffCall, 'callSid'>): StaffLeg {
    const leg: StaffLeg = new StaffLeg(
      { ...call, callSid: newCallSid(this.#options.random) },
      {
        answered: () => this.#staffAnswered(leg),
        changed: () => this.#reportLeg(leg),
        ended: () => {
          this.leave(leg, 'participant_hung_up');
          this.conferences.notComing(leg, call.conference);
        },
        said: (_, what) => this.sound(leg, what),
        pressed: (_, key) => this.sound(leg, { kind: 'tone', key }),
      },
    );
    addNewest(this.staffLegs, leg);
    this.#remember(leg);
    this.conferences.expect(leg.callSid, call.conference, call.entry);
    this.agenda.after(0, () =>
      ringPhone(leg, this.#options.staffAnswer?.(leg.to) ?? ANSWERS_BY_ITSELF, this.agenda),
    );
    return leg;
  }

  /** The browser of a member of staff is gone: nothing is heard on either side, and the carrier notices later. */
  loseBrowser(leg: StaffLeg): void {
    this.#lost.add(leg.callSid);
    const others = [...(this.conferences.of(leg.callSid)?.participants.keys() ?? [])];
    for (const other of others.filter((one) => !this.#lost.has(one)))
      if (others.length === 2) this.conferences.alone(other);
    const seconds = LOST_LEAST_SECONDS + this.#options.random.integer(LOST_MORE_SECONDS);
    this.agenda.after(seconds * 1_000, () => leg.end('completed'));
  }

  /** Calls that are over are forgotten with the oldest: the API then knows them no more. */
  #remember(call: ReachableCall): void {
    this.#calls.set(call.callSid, call);
    if (this.#calls.size <= MOST_CALLS) return;
    for (const [callSid, { status }] of this.#calls)
      if (!isOpen(status)) {
        this.#calls.delete(callSid);
        this.#lost.delete(callSid);
        if (this.#calls.size <= MOST_CALLS) return;
      }
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

  /** Does what is due by the clock, and waits for what follows. */
  async runDue(): Promise<void> {
    await this.agenda.runDue();
    await this.settled();
  }

  /** Does what is due as real time passes, until the answer is called. */
  runByItself(): () => void {
    let isRunning = false;
    const timer = setInterval(() => {
      if (isRunning) return;
      isRunning = true;
      this.runDue().finally(() => {
        isRunning = false;
      });
    }, LOOKS_EVERY_MILLISECONDS);
    timer.unref();
    return () => clearInterval(timer);
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

  #staffAnswered(leg: StaffLeg): void {
    const entered = this.conferences.enter(leg, leg.call.conference, leg.call.entry);
    if (entered === 'joined') return;
    // No verb follows for a leg that the API has called.
    this.faults.push({ code: ENTRY_ERRORS[entered], reason: entered, path: leg.call.conference });
    leg.end('failed');
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
