import type { Knex } from 'knex';
import { messagingOf } from './carriers/account.ts';
import type { Carrier } from './carriers/carrier.ts';
import type { Config } from './config/config.ts';
import { carriedCodes } from './factors/code/code.store.ts';
import { reportDelivery } from './outbox/delivery-reports.service.ts';
import { DemoInbox } from './outbox/demo-inbox.service.ts';
import type { MessagingPort } from './outbox/messaging.ts';
import { Outbox } from './outbox/outbox.service.ts';
import { OutboxStore } from './outbox/outbox.store.ts';
import { OutboxWorker } from './outbox/outbox-worker.service.ts';
import type { Clock } from './platform/clock.ts';
import { defined } from './platform/defined.ts';
import type { Random } from './platform/random.ts';
import type { StartTimer } from './platform/timer.ts';
import { describeFailure } from './telemetry/failure.ts';
import type { Log } from './telemetry/logger.ts';
import type { Telemetry } from './telemetry/telemetry.ts';

interface MessagesDependencies {
  readonly config: Config;
  readonly knex: Knex;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly telemetry: Telemetry;
  readonly doubles?: { readonly messaging: MessagingPort; readonly startTimer: StartTimer };
}

/** The parts that send messages from the database to the carrier, or to the demo's inbox. */
export interface Messages {
  readonly store: OutboxStore;
  readonly outbox: Outbox;
  readonly worker: OutboxWorker;
  /** Only where no carrier sends. */
  readonly inbox: DemoInbox | undefined;
}

/** Wires what sends messages. */
export function wireMessages(deps: MessagesDependencies, carrier: Carrier): Messages {
  const { config, knex, clock, random, log, telemetry, doubles } = deps;
  const store = new OutboxStore(config.keyring, random, carriedCodes);
  const inbox = config.twilio || doubles ? undefined : new DemoInbox(clock);
  const outbox = new Outbox({
    knex,
    store,
    messaging: doubles?.messaging ?? inbox ?? messagingOf(carrier, config.twilio),
    ...defined({ statusCallback: inbox ? undefined : `${config.publicUrl}/sms/status` }),
  });
  const worker = new OutboxWorker({
    outbox,
    clock,
    report: (report) => reportDelivery(report, log, telemetry),
    failed: (error) => log.event('outbox.failed', describeFailure(error)),
    ...defined({ startTimer: doubles?.startTimer }),
  });
  return { store, outbox, worker, inbox };
}
