import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createService, type Service, type ServiceDependencies } from './app.ts';
import type { FreezeRequests } from './freeze/freeze-requests.service.ts';
import { Draining } from './http/draining.service.ts';
import type { OutboxWorker } from './outbox/outbox-worker.service.ts';
import { SECOND } from './platform/clock.ts';
import { lowerPoolPriority } from './platform/system-pool-priority.ts';
import { TIMED_OUT, withTimeout } from './platform/with-timeout.service.ts';
import type { Log } from './telemetry/logger.ts';
import { startWorkers, stopWorkers } from './workers.ts';

/** The carrier gives a webhook 15 s in all: what takes longer to arrive is nobody's call. */
const REQUEST_MILLISECONDS = 15 * SECOND;
/** A carrier's headers come at once; who sends them slower holds a connection for its own sake. */
const HEADERS_MILLISECONDS = 5 * SECOND;
/** How often both are looked at; Node looks only every 30 s. */
const LOOK_AT_CONNECTIONS_MILLISECONDS = 2 * SECOND;
/** Longer than the 60 s common proxies keep idle connections for: the proxy closes them, never we under its request. */
const KEEP_ALIVE_MILLISECONDS = 75 * SECOND;
/** A signed request has about 500 bytes of headers and path. */
const HEADER_BYTES = 8 * 1024;
/** For each turn there is room for: as many hang-ups, delivery reports and health questions. More are turned away unread. */
const CONNECTIONS_PER_TURN = 2;

/**
 * A stop is over within ten seconds, whatever hangs: so long most process managers wait before they kill. Each figure
 * is the time since its beginning at which waiting ends; the rest is what Node and the disk need.
 */
const STOP_MILLISECONDS = {
  /** Turns are waited for; one with a PIN behind a full queue of them takes 3 s. */
  turns: 5.5 * SECOND,
  /** Those handed over have been answered. */
  connections: 6.5 * SECOND,
  /** A message being sent; its lease is otherwise left to another process. */
  workers: 7 * SECOND,
  database: 8 * SECOND,
  telemetry: 9 * SECOND,
  process: 9.5 * SECOND,
};

/** A service that listens. */
export interface RunningService {
  readonly port: number;
  readonly outbox: OutboxWorker;
  /** Freezes asked for while the database was out; undefined where none are kept. */
  readonly freezeRequests: FreezeRequests | undefined;
  /** Finishes turns and messages under way, hands over what does not end, closes the database; within 10 s. Safe to call twice. */
  stop(): Promise<void>;
}

/** Takes the port, or fails with the system's error; nothing is touched before. */
export async function listen(port: number, host: string): Promise<Server> {
  const server = createServer({
    requestTimeout: REQUEST_MILLISECONDS,
    headersTimeout: HEADERS_MILLISECONDS,
    connectionsCheckingInterval: LOOK_AT_CONNECTIONS_MILLISECONDS,
    keepAliveTimeout: KEEP_ALIVE_MILLISECONDS,
    maxHeaderSize: HEADER_BYTES,
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.removeListener('error', reject);
      resolve();
    });
  });
  return server;
}

/**
 * Runs the service on a server that listens already. The database must be migrated. Where the service cannot be put
 * together the port is given up again and the error thrown; the database and telemetry stay the caller's to close.
 */
export async function run(server: Server, surroundings: ServiceDependencies): Promise<RunningService> {
  const draining = new Draining(server);
  server.maxConnections = surroundings.config.turnLimit * CONNECTIONS_PER_TURN;
  const service = await createService(surroundings).catch((error: unknown) => {
    // A server that listens keeps its process alive: one that says it does not start must end.
    server.close();
    server.closeAllConnections();
    throw error;
  });
  await lowerPoolPriority();
  draining.serve(service.http);
  startWorkers(service.workers);
  let stopped: Promise<void> | undefined;
  return {
    outbox: service.outbox,
    freezeRequests: service.freezeRequests,
    port: (server.address() as AddressInfo).port,
    stop: () => {
      stopped ??= stop(draining, service, surroundings);
      return stopped;
    },
  };
}

/** Readiness goes first, turns and messages under way are finished, and each part is waited for only so long. */
async function stop(
  draining: Draining,
  service: Service,
  { knex, telemetry }: ServiceDependencies,
): Promise<void> {
  service.announceStop();
  const from = performance.now();
  /** Whether the work ended in time, well or not. */
  const until = async (milliseconds: number, work: Promise<unknown>) => {
    const ended = work.then(
      () => true,
      () => true,
    );
    return (await withTimeout(ended, milliseconds - (performance.now() - from))) !== TIMED_OUT;
  };
  const workers = stopWorkers(service.workers);
  const drained = draining.drain();
  if (!(await until(STOP_MILLISECONDS.turns, drained))) {
    service.handOverTurns();
    await until(STOP_MILLISECONDS.connections, drained);
    draining.cut();
  }
  await until(STOP_MILLISECONDS.workers, workers);
  await until(STOP_MILLISECONDS.database, knex.destroy());
  await until(STOP_MILLISECONDS.telemetry, telemetry.stop());
}

/** Stops the service and ends the process when it is told to by its manager, or by Ctrl-C. */
export function stopOnSignals(service: Pick<RunningService, 'stop'>, log: Log): void {
  let stopping = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    // Not once: npm passes on what the terminal has delivered already, and the second must not cut the first short.
    process.on(signal, () => {
      if (stopping) return;
      stopping = true;
      log.event('service.stopping', { signal });
      // A driver that hangs can keep the process alive behind everything that was waited for.
      setTimeout(() => process.exit(1), STOP_MILLISECONDS.process).unref();
      service.stop().then(() => {
        log.event('service.stopped');
        process.exit(0);
      });
    });
  }
}
