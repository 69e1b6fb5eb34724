import type { Socket } from 'node:net';
import type { Express } from 'express';
import type { Knex } from 'knex';
import type { BankPort } from './bank/bank.ts';
import { type Core, connectBank } from './bank/connect-bank.service.ts';
import { CallEndings } from './calls/call-endings.service.ts';
import { sweepOnce } from './calls/call-sweep.service.ts';
import { CallsService } from './calls/calls.service.ts';
import { lockFreezableCall } from './calls/freezable-call.service.ts';
import { beginKeyingWith } from './calls/keying-turn.service.ts';
import { countLiveCalls } from './calls/live-calls.store.ts';
import { TurnTaking } from './calls/turn.service.ts';
import { Admission } from './carriers/admission.service.ts';
import type { Carrier } from './carriers/carrier.ts';
import { CARRIERS } from './carriers/catalogue.ts';
import type { StartDeadline } from './carriers/deadline.service.ts';
import type { DemoCarrierAddress } from './carriers/demo.routes.ts';
import type { BeginKeying } from './carriers/desk.routes.ts';
import { latestAnswers, type RendererFor, renderersOf } from './carriers/renderers.ts';
import type { Config } from './config/config.ts';
import { type DerivePin, PinVerifiers } from './credentials/pin-verifier.service.ts';
import { connectSimDates } from './customers/sim/connect-sim-dates.service.ts';
import type { GuardedSimDates, SimDatesPort } from './customers/sim/sim-dates.ts';
import type { CallControl } from './escalation/carrier-command.ts';
import type { DeskDoor } from './escalation/desk-door.ts';
import { FactorService } from './factors/factors.service.ts';
import { lineFor, listedLine } from './flow/company.ts';
import type { Release, Releases } from './flow/release.ts';
import type { AlarmWatchDependencies } from './fraud/alarm-watch.service.ts';
import { sprayingWatch } from './fraud/spraying-watch.service.ts';
import { CoreInTurn } from './freeze/core-in-turn.service.ts';
import { openFreezeJournal, type QueuedFreezes } from './freeze/freeze-journal.service.ts';
import { FreezeRequests } from './freeze/freeze-requests.service.ts';
import { FreezeTellings } from './freeze/freeze-telling.service.ts';
import { freezingWatch } from './freeze/freezing-watch.service.ts';
import { Outgoing } from './freeze/outgoing.service.ts';
import { createHttpApp } from './http/http-app.ts';
import { Readiness } from './http/readiness.service.ts';
import type { OpenedDesk } from './open-desk.service.ts';
import { stepOperations } from './orders/step-operations.service.ts';
import { recordStatus } from './outbox/delivery-reports.service.ts';
import { messageWords } from './outbox/message-words.ts';
import type { MessagingPort } from './outbox/messaging.ts';
import { type Clock, MINUTE } from './platform/clock.ts';
import { defined } from './platform/defined.ts';
import { PeriodicTask } from './platform/periodic-task.service.ts';
import { type Random, randomToken } from './platform/random.ts';
import type { StartTimer } from './platform/timer.ts';
import { type Transactions, transactionsOn } from './storage/transactions.ts';
import type { Log } from './telemetry/logger.ts';
import type { Telemetry } from './telemetry/telemetry.ts';
import type { Takeover } from './wire-desk.ts';
import { type Messages, wireMessages } from './wire-messages.ts';
import type { Worker } from './workers.ts';

/** What differs between production, the demo and a test. */
export interface ServiceDependencies {
  readonly config: Config;
  readonly releases: Releases;
  readonly knex: Knex;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly telemetry: Telemetry;
  /** Twilio when left out. */
  readonly carrier?: Carrier;
  /** What the settings name when left out; so is the feed of SIM dates. */
  readonly bank?: BankPort;
  readonly simDates?: SimDatesPort;
  /** What commands calls and conferences; by the account of the settings when left out. */
  readonly callControl?: CallControl;
  /** A desk of the test's own instead of ours. */
  readonly deskDoor?: DeskDoor;
  /** Begins what callers key for the person they talk to. */
  readonly beginKeying?: BeginKeying;
  /** Only in the demo: where telephones of other processes find its carrier. */
  readonly demoCarrier?: DemoCarrierAddress;
  /** Told of the connection of every genuine webhook. */
  readonly onGenuine?: (connection: Socket) => void;
  /** Replaced by a simulation, because they depend on the machine's time, threads or network; real when left out. */
  readonly doubles?: TestDoubles;
}

interface TestDoubles {
  readonly messaging: MessagingPort;
  readonly derivePin: DerivePin;
  readonly startTimer: StartTimer;
  readonly startDeadline: StartDeadline;
  readonly freezeJournal: QueuedFreezes;
}

/** The wired service: an Express application and what runs beside it. */
export interface Service {
  readonly http: Express;
  /** Started once the service listens, in this order. */
  readonly workers: readonly Worker[];
  readonly outgoing: Outgoing;
  /** Freezes asked for while the database was out; undefined where none are queued. */
  readonly freezeRequests: FreezeRequests | undefined;
  /** Where staff take calls; undefined where they do so at the carrier's queues. */
  readonly takeover: Takeover | undefined;
  /** Ends calls and tickets that nobody has ended. Never rejects. */
  sweep(): Promise<void>;
  /** From now on /readyz says no, so that the load balancer sends calls elsewhere. */
  announceStop(): void;
  /** Turns under way are no longer waited for: another process asks their calls for their steps. */
  handOverTurns(): void;
}

/** Wires the whole service: read this first. Opens only the bank adapter and the freeze journal; the caller migrates, listens and stops. */
export async function createService(deps: ServiceDependencies): Promise<Service> {
  const { config, releases, knex, carrier = CARRIERS.twilio } = deps;
  const release = await releases.current();
  const rendererFor = renderersOf(carrier, {
    publicUrl: config.publicUrl,
    freezesInOutage: config.freezeJournal !== undefined,
    newMark: () => randomToken(deps.random),
  });
  // A release that cannot be spoken is found before the first call.
  rendererFor(release);
  const transactions = transactionsOn(knex);
  const core = await connectBank(deps.bank ?? config.bank, config.keyring);
  const chosen = deps.simDates ?? config.simDates;
  const simDates = await connectSimDates(chosen, { ...deps, ...config, ...release });
  const messages = wireMessages(deps, carrier);
  const outgoing = wireOutgoing(deps, { core, transactions, messages });
  const wired: Wired = { core, simDates, transactions, messages, wakeOutbox: () => outgoing.wake() };
  const freezeRequests = await openFreezeRequests(deps, wired);
  // A quarter of the program, which is not even loaded where the desk is off.
  const openDesk = config.desk && (await import('./open-desk.service.ts')).openDesk;
  const desk = await openDesk?.({ ...deps, ...wired, carrier, release, outbox: messages.store });
  const takeover = desk?.takeover;
  const { calls, endings, beginKeying } = wireCalls(deps, { ...wired, release, rendererFor, takeover });
  const sweep = () => sweepOnce(endings, deps.log);
  const readiness = new Readiness(knex, releases);
  const admission = new Admission(config.turnLimit);
  const doors = { calls, readiness, admission, desk, beginKeying };
  deps.telemetry.observeActiveCalls(() => countLiveCalls(knex));
  return {
    http: wireHttp(deps, { carrier, rendererFor, messages, freezeRequests, ...doors }),
    workers: [
      // First: open pages are sent elsewhere before anything else of a stop.
      ...(desk ? [asWorker('desk-streams', desk.streams)] : []),
      asWorker('outgoing', outgoing),
      asWorker('spraying-watch', sprayingWatch(watching(deps))),
      asWorker('freezing-watch', freezingWatch(watching(deps))),
      asWorker('call-sweep', new PeriodicTask(MINUTE, sweep, deps.doubles?.startTimer)),
      ...(freezeRequests ? [asWorker('freeze-requests', freezeRequests)] : []),
      ...(takeover?.workers ?? []),
    ],
    ...{ outgoing, freezeRequests, takeover },
    sweep,
    announceStop: () => readiness.announceStop(),
    handOverTurns: () => admission.handOver(),
  };
}

/** What both turns and freezes are made of. */
interface Wired {
  readonly core: Core;
  readonly simDates: GuardedSimDates | undefined;
  readonly transactions: Transactions;
  readonly messages: Messages;
  /** Called after a commit that may have left something to send, or to tell the core. */
  readonly wakeOutbox: () => void;
}

/** What the watches over all calls share. */
function watching(deps: ServiceDependencies): AlarmWatchDependencies {
  const { knex, clock, releases, log, telemetry, doubles } = deps;
  const policy = () => releases.latest().policy;
  return { ...{ knex, clock, policy, log, telemetry }, ...defined({ startTimer: doubles?.startTimer }) };
}

function wireOutgoing(
  deps: ServiceDependencies,
  { core: { bank }, transactions, messages }: Omit<Wired, 'wakeOutbox' | 'simDates'>,
): Outgoing {
  const { config, knex, clock, releases, log, telemetry, doubles } = deps;
  const freezes = new FreezeTellings({
    ...{ bank, knex, transactions, clock, log, telemetry },
    keyring: config.keyring,
    outbox: messages.store,
    words: () => messageWords(releases.latest()),
    wakeOutbox: () => messages.worker.wake(),
    alarmSeconds: config.freezeAlarmSeconds,
    ...defined({ startTimer: doubles?.startTimer }),
  });
  return new Outgoing(freezes, messages.worker);
}

function wireCalls(
  deps: ServiceDependencies,
  parts: Wired & {
    readonly release: Release;
    readonly rendererFor: RendererFor;
    readonly takeover: Takeover | undefined;
  },
): {
  readonly calls: CallsService;
  readonly endings: CallEndings;
  readonly beginKeying: BeginKeying | undefined;
} {
  const { config, releases, clock, random, telemetry, doubles } = deps;
  const { release, rendererFor, transactions, messages, core, simDates, wakeOutbox } = parts;
  const { keyring } = config;
  const pins = new PinVerifiers({
    keyring,
    random,
    parameters: release.policy.pin.argon2,
    concurrency: config.argon2.concurrency,
    queueLimit: config.argon2.queueLimit,
    ...defined({ derive: doubles?.derivePin }),
  });
  const factors = new FactorService({ keyring, random, pins });
  const outbox = messages.store;
  const inTurn = new CoreInTurn({ bank: core.inTurn, clock });
  const operations = stepOperations({ keyring, random, bank: core.bank, core: inTurn, outbox, simDates });
  const desk = parts.takeover?.ofTurns;
  const turns = new TurnTaking({ keyring, random, factors, operations, outbox, ...defined({ desk }) });
  const endings = new CallEndings({ transactions, keyring, clock, releases, turns, wakeOutbox });
  const around = { transactions, keyring, random, clock, releases, rendererFor, turns };
  return {
    endings,
    beginKeying: desk && beginKeyingWith({ ...around, desk }),
    calls: new CallsService({ ...around, factors, telemetry, endings, wakeOutbox }),
  };
}

function wireHttp(
  deps: ServiceDependencies,
  parts: {
    readonly carrier: Carrier;
    readonly rendererFor: RendererFor;
    readonly messages: Messages;
    readonly freezeRequests: FreezeRequests | undefined;
    readonly calls: CallsService;
    readonly readiness: Readiness;
    readonly admission: Admission;
    readonly desk: OpenedDesk | undefined;
    readonly beginKeying: BeginKeying | undefined;
  },
): Express {
  const { config, releases, knex, clock, log, telemetry, doubles } = deps;
  const { carrier, rendererFor, messages, freezeRequests, calls, readiness, admission, desk } = parts;
  const { outbox, store, inbox } = messages;
  return createHttpApp({
    ...{ carrier, calls, admission, log, telemetry },
    publicUrl: config.publicUrl,
    webhookSecrets: config.webhookTokens,
    answers: latestAnswers(releases, rendererFor),
    lineLanguage: (dialled) => lineFor(releases.latest().company, dialled).language,
    isListedLine: (dialled) => listedLine(releases.latest().company, dialled) !== undefined,
    messageStatus: ({ messageId, delivery, carrierError, reference }) =>
      recordStatus(
        { outbox, store, knex, telemetry },
        { providerId: messageId, delivery, ...defined({ errorCode: carrierError, reference }) },
      ),
    ready: () => readiness.problems(),
    ...(config.mode === 'demo' && inbox && { demoInbox: async (to: string) => inbox.list(to) }),
    ...defined({ demoCarrier: deps.demoCarrier }),
    ...(freezeRequests && {
      queueFreezeRequest: (request) => freezeRequests.enqueue({ ...request, at: clock.now() }),
    }),
    ...defined({
      desk: desk?.takeover?.door ?? deps.deskDoor,
      deskWaiting: desk?.takeover?.waiting,
      beginKeying: deps.beginKeying ?? parts.beginKeying,
      startDeadline: doubles?.startDeadline,
      onGenuine: deps.onGenuine,
      deskDoors: desk?.doors,
    }),
  });
}

function asWorker(name: Worker['name'], part: Pick<Worker, 'start' | 'stop'>): Worker {
  return { name, start: () => part.start(), stop: () => part.stop() };
}

/** Opens the queue of freezes for when the database is out. Throws where its folder cannot be made. */
async function openFreezeRequests(
  { config, releases, clock, random, log, doubles }: ServiceDependencies,
  { transactions, messages, wakeOutbox }: Wired,
): Promise<FreezeRequests | undefined> {
  const { keyring, freezeJournal } = config;
  if (freezeJournal === undefined) return undefined;
  const journal = doubles?.freezeJournal ?? (await openFreezeJournal(freezeJournal, keyring, random));
  return new FreezeRequests({
    lockCall: (transaction, callId) => lockFreezableCall(transaction, { keyring, random }, callId),
    ...{ journal, transactions, keyring, clock, wakeOutbox, log },
    outbox: messages.store,
    words: () => messageWords(releases.latest()),
    ...defined({ startTimer: doubles?.startTimer }),
  });
}
