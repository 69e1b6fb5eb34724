import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { createService, type Service, type ServiceDependencies } from './app.ts';
import type { FreezeRequests } from './freeze/freeze-requests.service.ts';
import type { Outgoing } from './freeze/outgoing.service.ts';
import { Connections } from './http/connections.service.ts';
import { Draining } from './http/draining.service.ts';
import { SECOND } from './platform/clock.ts';
import { lowerPoolPriority } from './platform/system-pool-priority.ts';
import { TIMED_OUT, withTimeout } from './platform/with-timeout.service.ts';
import type { LineOutput } from './telemetry/line-output.service.ts';
import type { Log } from './telemetry/logger.ts';
import type { Takeover } from './wire-desk.ts';
import { startWorkers, stopWorkers } from './workers.ts';

/** The carrier gives a webhook 15 s in all: a slower request is not the carrier's. */
const REQUEST_MILLISECONDS = 15 * SECOND;
/** A carrier's headers come at once; a slower sender only occupies a connection. */
const HEADERS_MILLISECONDS = 5 * SECOND;
/** How often both are looked at; Node looks only every 30 s. */
const LOOK_AT_CONNECTIONS_MILLISECONDS = 2 * SECOND;
/** Longer than the 60 s common proxies keep idle connections for: the proxy closes them, never we under its request. */
const KEEP_ALIVE_MILLISECONDS = 75 * SECOND;
/** A signed request has about 500 bytes of headers and path. */
const HEADER_BYTES = 8 * 1024;
/** For each turn there is room for: as many hang-ups, delivery reports and health questions. Where more come, strangers go. */
const CONNECTIONS_PER_TURN = 2;
/** 200 people with the six connections a browser opens, and as much again: a full desk must not keep the carrier out. */
const DESK_CONNECTIONS = 2_400;

/**
 * A stop ends within ten seconds even if a part hangs: most process managers kill after that. Each figure is the time
 * since the stop began at which waiting ends; the rest is what Node and the disk need.
 */
const STOP_MILLISECONDS = {
  /** Turns are waited for; one with a PIN behind a full queue of them takes 3 s. */
  turns: 5.5 * SECOND,
  /** Turns handed over have been answered. */
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
  readonly outgoing: Outgoing;
  /** Freezes asked for while the database was out; undefined where none are queued. */
  readonly freezeRequests: FreezeRequests | undefined;
  /** Where staff take calls; undefined where they do so at the carrier's queues. */
  readonly takeover: Takeover | undefined;
  /** Ends calls and tickets that nobody has ended. Never rejects. */
  sweep(): Promise<void>;
  /** Finishes turns and messages under way, hands over what does not end, closes the database; within 10 s. Safe to call twice. */
  stop(): Promise<void>;
}

/** Listens on the port. Throws the system's error, before anything else is opened. */
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
 * Runs the service on a server that listens already. The database must be migrated. Where the service cannot be wired, the
 * port is closed and the error thrown; the caller closes the database and telemetry.
 */
export async function run(server: Server, dependencies: ServiceDependencies): Promise<RunningService> {
  const draining = new Draining(server);
  const { turnLimit, desk } = dependencies.config;
  const room = turnLimit * CONNECTIONS_PER_TURN + (desk === undefined ? 0 : DESK_CONNECTIONS);
  const connections = new Connections(server, room);
  const onGenuine = (connection: Socket) => connections.trust(connection);
  const service = await createService({ ...dependencies, onGenuine }).catch((error: unknown) => {
    // A listening server keeps its process alive, but a process that reports a failed start must end.
    server.close();
    server.closeAllConnections();
    throw error;
  });
  await lowerPoolPriority();
  draining.serve(service.http);
  startWorkers(service.workers);
  let stopped: Promise<void> | undefined;
  return {
    outgoing: service.outgoing,
    freezeRequests: service.freezeRequests,
    takeover: service.takeover,
    sweep: service.sweep,
    port: (server.address() as AddressInfo).port,
    stop: () => {
      stopped ??= stop(draining, service, dependencies);
      return stopped;
    },
  };
}

/** Stops in order: readiness, turns, messages, database, telemetry; each part is waited for within STOP_MILLISECONDS. */
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
export function stopOnSignals(
  service: Pick<RunningService, 'stop'>,
  log: Log,
  output: Pick<LineOutput, 'flush'>,
): void {
  let stopping = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    // Not `once`: npm repeats the terminal's signal, and the second one must not cut the stop short.
    process.on(signal, () => {
      if (stopping) return;
      stopping = true;
      log.event('service.stopping', { signal });
      // A driver that hangs can keep the process alive after the stop.
      setTimeout(() => process.exit(1), STOP_MILLISECONDS.process).unref();
      service
        .stop()
        .then(() => log.event('service.stopped'))
        .then(() => output.flush())
        .then(() => process.exit(0));
    });
  }
}
