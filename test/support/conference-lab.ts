import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { type CarrierApi, startCarrierApi } from '../../phone-sim/carrier-api.service.ts';
import { CarrierWorld } from '../../phone-sim/carrier-world.service.ts';
import type { Phone } from '../../phone-sim/phone.ts';
import type { PhoneOptions } from '../../phone-sim/phone-options.ts';
import type { StaffAnswer, StaffLeg } from '../../phone-sim/staff-leg.ts';
import type { CarrierAddress } from '../../phone-sim/terminal.client.ts';
import type { StaffTerminals } from '../../phone-sim/terminals.service.ts';
import { TwilioCallControl } from '../../src/carriers/twilio/call-control.client.ts';
import {
  type CallControl,
  type CarrierCommand,
  type CommandAnswer,
  type ConferenceEvent,
  conferenceName,
} from '../../src/escalation/carrier-command.ts';
import type {
  CallerAtDesk,
  CallerPlace,
  DeskDoor,
  DialResult,
  StaffLegReport,
} from '../../src/escalation/desk-door.ts';
import { defined } from '../../src/platform/defined.ts';
import { seededRandom } from '../../src/platform/random.ts';
import { systemClock } from '../../src/platform/system-clock.ts';
import { heldToDescription } from './carrier-description.ts';
import { startWorld, type World, type WorldOptions } from './world.ts';

export const HANDOFF = 'Zm9vYmFy-handoff';
export const CONFERENCE = conferenceName(HANDOFF);
export const ADVISER = '4821';
export const AGENT_PHONE = '+8613900000001';
export const SUPERVISOR_PHONE = 'sip:supervisor@desk.example';
const CALLS_FROM = '+12025550143';
const LANGUAGE = 'en-US';

/**
 * A desk that decides nothing: keeps what it is told, and sends a caller where `place` says. What the real one decides is
 * tested with it; here it is what the carrier and our side of it do.
 */
export class ToldDesk implements DeskDoor {
  readonly events: ConferenceEvent[] = [];
  readonly legs: StaffLegReport[] = [];
  readonly left: { readonly caller: CallerAtDesk; readonly result: DialResult }[] = [];
  /** Where a caller goes who has left the conference. */
  after: CallerPlace = { kind: 'goodbye', language: LANGUAGE };
  callerNumber = 1;

  async conferenceEvent(event: ConferenceEvent): Promise<void> {
    this.events.push(event);
  }
  async staffLeg(report: StaffLegReport): Promise<void> {
    this.legs.push(report);
  }
  async joinDocument(): Promise<CallerPlace> {
    return this.conference();
  }
  async callerLeft(caller: CallerAtDesk, result: DialResult): Promise<CallerPlace> {
    this.left.push({ caller, result });
    return this.after;
  }
  async requeueDocument(): Promise<CallerPlace> {
    return { kind: 'queue', queue: 'verification', language: LANGUAGE };
  }
  conference(): Extract<CallerPlace, { kind: 'conference' }> {
    const label = { role: 'caller', number: this.callerNumber } as const;
    return { kind: 'conference', conference: CONFERENCE, label, adviser: ADVISER, language: LANGUAGE };
  }

  /** What was reported of a conference, in a few words and in the order of arrival. */
  get told(): readonly string[] {
    return this.events.map(({ what }) =>
      'callId' in what ? `${what.kind} ${what.label?.role ?? 'somebody'}` : what.kind,
    );
  }
}

/** The real service, the simulated carrier with its API held to the published description, and our client of it. */
export interface ConferenceLab {
  readonly world: World;
  readonly carrier: CarrierWorld;
  readonly api: CarrierApi;
  readonly desk: ToldDesk;
  readonly control: TwilioCallControl;
  /** Where telephones of other processes connect. */
  readonly address: CarrierAddress;
  /** What the description did not admit. */
  readonly violations: readonly string[];
  /** What the phones of staff do from now on. */
  staffPhone(to: string, does: StaffAnswer): void;
  /** Sends a command and waits until the carrier has done it. */
  command(command: CarrierCommand): Promise<CommandAnswer>;
  /** Lets call time pass for the carrier and the service. */
  pass(seconds: number): Promise<void>;
  /** What makes a telephone one of this carrier. */
  readonly phoneOptions: Pick<PhoneOptions, 'switchboard' | 'time'>;
}

/** `ownDesk`: the desk of the service itself takes the calls, instead of one that decides nothing. */
type ConferenceLabOptions = WorldOptions & { readonly talksRecorded?: boolean; readonly ownDesk?: boolean };

/** A way to command the carrier that leads somewhere once the service has an address the carrier can call. */
function commandedLater(): CallControl & { to(control: CallControl): void } {
  let commanded: CallControl | undefined;
  return {
    to: (control) => {
      commanded = control;
    },
    carryOut: async (command) => (await commanded?.carryOut(command)) ?? { kind: 'retry' },
  };
}

export async function startConferenceLab(
  t: Pick<TestContext, 'after'>,
  { talksRecorded = true, ownDesk = false, ...options }: ConferenceLabOptions = {},
): Promise<ConferenceLab> {
  const desk = new ToldDesk();
  // Known once the carrier has a service to call.
  const address = { url: '', account: '', authToken: '' };
  const commanded = commandedLater();
  const door = ownDesk ? { desk: true, callControl: commanded } : { deskDoor: desk };
  const world = await startWorld({ ...options, ...door, demoCarrier: address });
  const staff = new Map<string, StaffAnswer>();
  const terminals: StaffTerminals = new Map();
  const authToken = world.config.webhookTokens[0] ?? '';
  const carrier = new CarrierWorld({
    ...{ baseUrl: world.url, publicUrl: world.config.publicUrl, authToken },
    ...{ clock: world.clock, stopwatch: systemClock, random: seededRandom('carrier') },
    staffAnswer: (to) => {
      const ring = terminals.get(to);
      return ring ? { kind: 'person', ring } : (staff.get(to) ?? { kind: 'answers', afterSeconds: 2 });
    },
  });
  const violations: string[] = [];
  const api = await startCarrierApi({
    ...{ world: carrier, authToken, terminals },
    check: await heldToDescription('twilio-conferences.json', () => true),
    refused: (reason) => violations.push(reason),
  });
  t.after(async () => {
    await carrier.settled();
    await api.stop();
    await world.stop();
    assert.deepEqual(violations, [], 'every request and answer is as the carrier has published');
  });
  const control = new TwilioCallControl({
    ...{ accountSid: carrier.accountSid, authToken, publicUrl: world.config.publicUrl, talksRecorded },
    ...{ callsFrom: CALLS_FROM, baseUrl: api.url },
  });
  commanded.to(control);
  const time = carrier.time((instant) => world.clock.set(instant));
  return {
    ...{ world, carrier, api, desk, control, violations },
    address: Object.assign(address, { url: api.url, account: carrier.accountSid, authToken }),
    staffPhone: (to, does) => void staff.set(to, does),
    command: async (command) => {
      const answer = await control.carryOut(command);
      await carrier.settled();
      return answer;
    },
    pass: (seconds) => time.pass(seconds * 1_000, 'wait'),
    phoneOptions: { switchboard: carrier, time },
  };
}

/** The command that calls the agent into the conference. */
export function callAgent(number = 1): Extract<CarrierCommand, { kind: 'call_staff' }> {
  return {
    ...{ kind: 'call_staff', handoff: HANDOFF, conference: CONFERENCE, to: AGENT_PHONE },
    label: { role: 'agent', number },
    ...{ language: LANGUAGE, ringSeconds: 20 },
  };
}

/** The other commands about a caller. */
export function joinCaller(callId: string, number = 1): CarrierCommand {
  return {
    ...{ kind: 'join_caller', handoff: HANDOFF, callId, label: { role: 'caller', number } },
    language: LANGUAGE,
  };
}

export function keyCaller(callId: string): CarrierCommand {
  return { kind: 'key_caller', handoff: HANDOFF, callId, language: LANGUAGE };
}

export function requeueCaller(callId: string): CarrierCommand {
  return { kind: 'requeue_caller', handoff: HANDOFF, callId, language: LANGUAGE };
}

export function holdCaller(callId: string, held: boolean, conferenceId?: string): CarrierCommand {
  return {
    ...{ kind: 'hold', conference: CONFERENCE, callId, held, language: LANGUAGE },
    ...defined({ conferenceId }),
  };
}

/** The newest leg of staff. */
export function staffLeg({ carrier }: ConferenceLab, to = AGENT_PHONE): StaffLeg {
  const leg = carrier.staffLegs.findLast((one) => one.to === to);
  assert.ok(leg, `the carrier has called ${to}`);
  return leg;
}

/** A caller and an agent who talk: the caller was waiting, the agent has answered, and the caller was moved. */
export async function talking(lab: ConferenceLab, caller: Phone): Promise<StaffLeg> {
  assert.equal((await lab.command(callAgent())).kind, 'done');
  await lab.pass(3);
  assert.equal((await lab.command(joinCaller(caller.callSid))).kind, 'done');
  await caller.listen();
  await lab.carrier.settled();
  assert.deepEqual(lab.carrier.faults, []);
  assert.equal(caller.state, 'connected', `last event: ${caller.events.at(-1)?.kind}`);
  return staffLeg(lab);
}
