import type { Knex } from 'knex';
import { callStreams } from './calls/call-streams.service.ts';
import { Commands } from './calls/commands.service.ts';
import { callControlOf } from './carriers/account.ts';
import type { Carrier } from './carriers/carrier.ts';
import type { Config } from './config/config.ts';
import type { DeskAtWork } from './console/page.ts';
import { Authority } from './desk/authority.service.ts';
import { CaseWork } from './desk/case-work.service.ts';
import { CustomerAccess } from './desk/customer-access.service.ts';
import { DeskPulse } from './desk/desk-pulse.service.ts';
import { DeskViews } from './desk/desk-view.service.ts';
import { HandoffWork } from './desk/handoff-work.service.ts';
import { ShiftAtDesk } from './desk/shift-at-desk.service.ts';
import type { CallControl } from './escalation/carrier-command.ts';
import { CommandSender } from './escalation/command-sender.service.ts';
import { DeskDoorService } from './escalation/desk-door.service.ts';
import type { DeskDoor, DeskWaiting } from './escalation/desk-door.ts';
import { isWaiting } from './escalation/handoff.ts';
import { Handoffs } from './escalation/handoffs.service.ts';
import type { TurnDesk } from './escalation/keying-port.ts';
import { OFFERING_MILLISECONDS, Offering } from './escalation/offering.service.ts';
import { turnDesk } from './escalation/turn-desk.service.ts';
import { CALLBACK_KEY, WaitingRoom } from './escalation/waiting-room.service.ts';
import { lineFor } from './flow/company.ts';
import type { Releases } from './flow/release.ts';
import { JURISDICTION_RULES } from './jurisdictions/catalogue.ts';
import type { OutboxStore } from './outbox/outbox.store.ts';
import { type Clock, SECOND } from './platform/clock.ts';
import type { Keyring } from './platform/keyring.ts';
import { PeriodicTask } from './platform/periodic-task.service.ts';
import type { Random } from './platform/random.ts';
import type { StartTimer } from './platform/timer.ts';
import type { Transactions } from './storage/transactions.ts';
import { describeFailure } from './telemetry/failure.ts';
import type { Log } from './telemetry/logger.ts';
import type { Worker } from './workers.ts';

interface DeskDependencies {
  readonly knex: Knex;
  readonly transactions: Transactions;
  readonly keyring: Keyring;
  readonly random: Random;
  readonly clock: Clock;
  readonly log: Log;
  readonly control: CallControl;
  /** The time zone that clocks of cases are told in, of the line that was dialled. */
  timeZoneOf(dialled: string): string;
  readonly startTimer?: StartTimer | undefined;
  readonly releases: Pick<Releases, 'withHash'>;
  readonly outbox: OutboxStore;
  wakeOutbox(): void;
}

/** What lets staff take calls: the hand-offs, what the carrier reaches of them, and what runs in the background. */
export interface Takeover extends DeskAtWork {
  readonly handoffs: Handoffs;
  readonly offering: Offering;
  readonly sender: CommandSender;
  readonly door: DeskDoor;
  /** As turns of calls reach it, in their transactions. */
  readonly ofTurns: TurnDesk;
  readonly waiting: DeskWaiting;
  readonly workers: readonly Worker[];
  /** Looks at once who waits and who is free: somebody has become ready. */
  wakeOffers(): void;
}

/** What the service has that a desk is made of. */
export interface ServiceParts extends Pick<DeskDependencies, 'knex' | 'clock' | 'random' | 'log'> {
  readonly config: Config;
  readonly releases: Releases;
  readonly callControl?: CallControl | undefined;
  readonly doubles?: { readonly startTimer: StartTimer } | undefined;
}

/** What lets staff take calls at the desk; undefined where nothing can call them. */
export function takeoverOf(
  { config, knex, clock, random, log, releases, doubles, ...deps }: ServiceParts,
  carrier: Carrier,
  { transactions, outbox, wakeOutbox }: Pick<DeskDependencies, 'transactions' | 'outbox' | 'wakeOutbox'>,
): Takeover | undefined {
  const control = deps.callControl ?? callControlOf(carrier, config.twilio, config.publicUrl);
  if (!control) return undefined;
  return wireDesk({
    ...{ knex, transactions, random, clock, log, control, releases, outbox, wakeOutbox },
    keyring: config.keyring,
    timeZoneOf: (dialled) =>
      JURISDICTION_RULES[lineFor(releases.latest().company, dialled).jurisdiction].timeZone,
    startTimer: doubles?.startTimer,
  });
}

function wireDesk(deps: DeskDependencies): Takeover {
  const { knex, transactions, keyring, random, clock, log, control, startTimer } = deps;
  const calls = callStreams({ keyring, random, clock });
  const failed = (kind: string) => (error: unknown) =>
    log.event('desk.failed', { kind, ...describeFailure(error) });
  const pulse = new DeskPulse({ knex, startTimer, failed: failed('pages') });
  const handoffs = new Handoffs({
    ...{ transactions, keyring, random, clock, calls },
    wakeCommands: () => commands.wake(),
    changed: (handoff) => {
      pulse.wake();
      if (isWaiting(handoff) || handoff.state === 'closed') offers.wake();
    },
  });
  const offering = new Offering({ knex, transactions, keyring, clock, handoffs, failed: failed('offers') });
  const sender = new CommandSender({ knex, keyring, clock, control, handoffs, failed: failed('commands') });
  const offers = new PeriodicTask(OFFERING_MILLISECONDS, () => offering.round(), startTimer);
  const commands = new PeriodicTask(SECOND, () => sender.round(), startTimer);
  const room = new WaitingRoom({ knex, transactions, random, clock, calls, handoffs });
  const { releases, outbox, wakeOutbox } = deps;
  const authority = new Authority({ transactions, clock, calls });
  const commandDoor = new Commands({ transactions, keyring, random, clock, releases, outbox, wakeOutbox });
  const wakeOffers = () => offers.wake();
  const parts = { knex, transactions, keyring, random, clock, authority };
  return {
    ...{ handoffs, offering, sender, wakeOffers, pulse },
    shift: new ShiftAtDesk({ ...parts, wakeOffers }),
    work: new HandoffWork({ ...parts, releases, handoffs, commands: commandDoor }),
    views: new DeskViews({ ...parts, releases }),
    customers: new CustomerAccess(parts),
    cases: new CaseWork(parts),
    ofTurns: turnDesk(handoffs),
    door: new DeskDoorService({ knex, keyring, handoffs }),
    waiting: {
      waitingWords: async ({ callId, dialled, keyed }) => {
        if (keyed === CALLBACK_KEY) await room.callBack(callId);
        return room.words({ callId, timeZone: deps.timeZoneOf(dialled) });
      },
      callerGone: async (callId) => void (await handoffs.stepOfCall(callId, { kind: 'caller_gone' })),
    },
    workers: [
      { name: 'desk-offers', start: () => offers.start(), stop: () => offers.stop() },
      { name: 'desk-pulse', start: () => pulse.start(), stop: () => pulse.stop() },
      { name: 'desk-commands', start: () => commands.start(), stop: () => commands.stop() },
    ],
  };
}
