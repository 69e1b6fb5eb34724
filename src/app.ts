import type { Express } from 'express';
import type { Knex } from 'knex';
import type { BankPort } from './bank/bank.ts';
import { DemoBank } from './bank/demo-bank.store.ts';
import { loadBankAdapter } from './bank/load-adapter.ts';
import { CallsService } from './calls/calls.service.ts';
import { countLiveCalls } from './calls/calls.store.ts';
import { lockFreezableCall } from './calls/freezable-call.service.ts';
import { TurnTaking } from './calls/turn.service.ts';
import { Admission } from './carriers/admission.ts';
import type { Carrier, CarrierRenderer } from './carriers/carrier.ts';
import { CARRIERS } from './carriers/catalogue.ts';
import type { StartDeadline } from './carriers/deadline.ts';
import type { Config } from './config/config.ts';
import { type DerivePin, PinVerifiers } from './credentials/pin-verifier.service.ts';
import { carriedCodes } from './factors/code/code.store.ts';
import { FactorService } from './factors/factors.service.ts';
import { lineFor } from './flow/company.ts';
import type { Release, Releases } from './flow/release.ts';
import { SprayingWatch } from './fraud/spraying-watch.service.ts';
import { FreezeJournal } from './freeze/freeze-journal.service.ts';
import { FreezeRequests } from './freeze/freeze-requests.service.ts';
import { createHttpApp } from './http/http-app.ts';
import { stepOperations } from './orders/step-operations.service.ts';
import { DemoInbox } from './outbox/demo-inbox.client.ts';
import { messageWords } from './outbox/message-words.ts';
import type { MessagingPort } from './outbox/messaging.ts';
import { type DeliveryReport, Outbox } from './outbox/outbox.service.ts';
import { OutboxStore } from './outbox/outbox.store.ts';
import { OutboxWorker } from './outbox/outbox-worker.service.ts';
import type { Clock } from './platform/clock.ts';
import type { Random } from './platform/random.ts';
import type { StartTimer } from './platform/timer.ts';
import { schemaState } from './storage/migrate.ts';
import { type Transactions, transactionsOn } from './storage/transactions.ts';
import { describeFailure } from './telemetry/failure.ts';
import type { Log } from './telemetry/logger.ts';
import type { Telemetry } from './telemetry/telemetry.ts';

/** What differs between a real line, the demo and a test. */
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
  /** What a simulation scripts, because it would otherwise go by the machine's time or threads; real when left out. */
  readonly doubles?: TestDoubles;
}

export interface TestDoubles {
  readonly messaging: MessagingPort;
  readonly derivePin: DerivePin;
  readonly startTimer: StartTimer;
  readonly startDeadline: StartDeadline;
}

/** The wired service: an Express application and what runs beside it. */
export interface Service {
  readonly http: Express;
  readonly outbox: OutboxWorker;
  readonly sprayingWatch: SprayingWatch;
  /** Freezes asked for while the database was out; undefined where none are kept. */
  readonly freezeRequests: FreezeRequests | undefined;
  /** From now on /readyz says no, so that the load balancer sends calls elsewhere. */
  announceStop(): void;
  /** From now on turns under way are no longer waited for: another process asks their calls where they stand. */
  handOverTurns(): void;
}

/** The one place where all is wired: read this first. Opens nothing but the bank adapter; the caller migrates, listens and stops. */
export async function createService(surroundings: ServiceDependencies): Promise<Service> {
  const { config, releases, knex, clock, random, log, telemetry, doubles } = surroundings;
  const { keyring, publicUrl } = config;
  const carrier = surroundings.carrier ?? CARRIERS.twilio;
  const freezesInOutage = config.freezeJournal !== undefined;
  const makeRenderer = ({ prompts }: Release) =>
    carrier.createRenderer({ publicUrl, prompts, freezesInOutage });
  const renderers = new WeakMap<Release, CarrierRenderer>();
  const rendererFor = (release: Release) => {
    const renderer = renderers.get(release) ?? makeRenderer(release);
    renderers.set(release, renderer);
    return renderer;
  };
  const release = await releases.current();
  rendererFor(release);

  const outboxStore = new OutboxStore(keyring, random, carriedCodes);
  const inbox = config.twilio || doubles ? undefined : new DemoInbox(clock);
  const outbox = new Outbox({
    knex,
    store: outboxStore,
    messaging: doubles?.messaging ?? inbox ?? messagingOf(carrier, config),
    ...(inbox ? {} : { statusCallback: `${publicUrl}/sms/status` }),
  });
  const worker = new OutboxWorker({
    outbox,
    clock,
    report: (report) => reportDelivery(report, log, telemetry),
    failed: (error) => log.event('outbox.failed', describeFailure(error)),
    ...(doubles && { startTimer: doubles.startTimer }),
  });

  const sprayingWatch = new SprayingWatch({
    knex,
    clock,
    policy: () => releases.latest().policy,
    log,
    telemetry,
    ...(doubles && { startTimer: doubles.startTimer }),
  });

  const verifiers = new PinVerifiers({
    keyring,
    random,
    parameters: release.policy.pin.argon2,
    concurrency: config.argon2.concurrency,
    queueLimit: config.argon2.queueLimit,
    ...(doubles && { derive: doubles.derivePin }),
  });
  const bank = await bankOf(config);
  const factors = new FactorService({ keyring, random, pins: verifiers });
  const operations = stepOperations({ keyring, random, bank, outbox: outboxStore });
  const transactions = transactionsOn(knex);
  const freezeRequests = await openFreezeRequests(surroundings, transactions, outboxStore, () =>
    worker.wake(),
  );
  const calls = new CallsService({
    transactions,
    keyring,
    random,
    clock,
    releases,
    factors,
    turns: new TurnTaking({ keyring, random, factors, operations, outbox: outboxStore }),
    rendererFor,
    telemetry,
    wakeOutbox: () => worker.wake(),
  });
  telemetry.observeActiveCalls(() => countLiveCalls(knex));

  let stopping = false;
  const admission = new Admission(config.turnLimit);
  const http = createHttpApp({
    publicUrl,
    carrier,
    webhookSecrets: config.webhookTokens,
    calls,
    // What is said when nothing else can be is the newest that was seen, and asks nobody.
    answers: {
      outageAnswer: (language) => rendererFor(releases.latest()).outageAnswer(language),
      keepAliveAnswer: (language) => rendererFor(releases.latest()).keepAliveAnswer(language),
      freezeQueuedAnswer: (language) => rendererFor(releases.latest()).freezeQueuedAnswer(language),
      holdAnswer: (language, path, held) => rendererFor(releases.latest()).holdAnswer(language, path, held),
      goodbyeAnswer: (language) => rendererFor(releases.latest()).goodbyeAnswer(language),
      postAgain: (pathAndQuery) => rendererFor(releases.latest()).postAgain(pathAndQuery),
    },
    lineLanguage: (dialled) => lineFor(releases.latest().company, dialled).language,
    messageStatus: async ({ messageId, delivery, carrierError, reference }) => {
      const changed = await outbox.recordDelivery({
        providerId: messageId,
        delivery,
        ...(carrierError === undefined ? {} : { errorCode: carrierError }),
        ...(reference === undefined ? {} : { reference }),
      });
      if (changed && delivery === 'failed' && (await outboxStore.purposeOf(knex, messageId)) === 'code')
        telemetry.codeFailed('not_delivered');
    },
    ready: async () => {
      if (stopping) return ['stopping'];
      try {
        const { pending, tooNew } = await schemaState(knex);
        if (tooNew.length > 0) return ['schema_too_new'];
        if (pending.length > 0) return ['migrations_pending'];
        await releases.current();
        return releases.isBehind() ? ['release_unusable'] : [];
      } catch {
        return ['database_unreachable'];
      }
    },
    ...(config.mode === 'demo' && inbox ? { demoInbox: async (to: string) => inbox.list(to) } : {}),
    admission,
    ...(freezeRequests && {
      queueFreezeRequest: (request) => freezeRequests.keep({ ...request, at: clock.now() }),
    }),
    log,
    telemetry,
    ...(doubles && { startDeadline: doubles.startDeadline }),
  });
  return {
    http,
    outbox: worker,
    sprayingWatch,
    freezeRequests,
    announceStop: () => {
      stopping = true;
    },
    handOverTurns: () => admission.handOver(),
  };
}

/** What keeps freezes while the database is out. Throws where the folder cannot be made: the promise could not be kept. */
async function openFreezeRequests(
  { config, releases, clock, random, log, doubles }: ServiceDependencies,
  transactions: Transactions,
  outbox: OutboxStore,
  wakeOutbox: () => void,
): Promise<FreezeRequests | undefined> {
  if (config.freezeJournal === undefined) return undefined;
  const journal = new FreezeJournal(config.freezeJournal, config.keyring, random);
  await journal.open();
  const { keyring } = config;
  return new FreezeRequests({
    lockCall: (transaction, callId) => lockFreezableCall(transaction, { keyring, random }, callId),
    journal,
    transactions,
    keyring,
    clock,
    outbox,
    words: () => messageWords(releases.latest()),
    wakeOutbox,
    log,
    ...(doubles && { startTimer: doubles.startTimer }),
  });
}

function messagingOf({ name, messaging }: Carrier, { twilio }: Config): MessagingPort {
  if (!messaging) throw new Error(`the carrier ${name} sends no SMS`);
  if (!twilio) throw new Error('without a carrier account messages go to the demo inbox');
  return messaging({
    account: twilio.accountSid,
    secret: twilio.authToken,
    sender: twilio.messagingFrom,
    apiBaseUrl: twilio.apiBaseUrl,
  });
}

async function bankOf({ bank, keyring }: Config): Promise<BankPort> {
  return bank.kind === 'module' ? loadBankAdapter(bank.file, process.cwd()) : new DemoBank(keyring);
}

function reportDelivery(report: DeliveryReport, log: Log, telemetry: Telemetry): void {
  const { purpose, tries, result } = report;
  if (result === 'sent') {
    log.event('message.sent', { message: report.providerId, kind: purpose, attempts: tries });
    if (purpose === 'code') telemetry.codeSent();
    return;
  }
  log.event('message.failed', {
    kind: purpose,
    attempts: tries,
    reason: report.reason,
    carrierError: report.providerCode,
  });
  if (purpose === 'code' && result !== 'retry') telemetry.codeFailed(report.reason ?? 'expired');
}
