import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Knex } from 'knex';
import { createService, type Surroundings } from './app.ts';
import type { OutboxWorker } from './outbox/outbox-worker.service.ts';
import { SECOND } from './platform/clock.ts';

/** Requests still running after this are cut; the carrier has given up on them before. */
const STOP_LIMIT_MILLISECONDS = 10 * SECOND;

/** A service that listens. */
export interface RunningService {
  readonly port: number;
  readonly outbox: OutboxWorker;
  /** Finishes turns and messages under way, closes the database; at most about 20 s. Safe to call twice. */
  stop(): Promise<void>;
}

/** Takes the port, or fails with the system's error; nothing is touched before. */
export async function listen(port: number, host: string): Promise<Server> {
  const server = createServer();
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
export async function run(server: Server, surroundings: Surroundings): Promise<RunningService> {
  const { knex, telemetry } = surroundings;
  const service = await createService(surroundings).catch((error: unknown) => {
    // A server that listens keeps its process alive: one that says it does not start must end.
    server.close();
    server.closeAllConnections();
    throw error;
  });
  server.on('request', service.http);
  service.outbox.start();
  service.sprayingWatch.start();
  let stopped: Promise<void> | undefined;
  return {
    outbox: service.outbox,
    port: (server.address() as AddressInfo).port,
    stop: () => {
      stopped ??= stop(
        server,
        service.announceStop,
        () => Promise.all([service.outbox.stop(), service.sprayingWatch.stop()]),
        knex,
        () => telemetry.stop(),
      );
      return stopped;
    },
  };
}

async function stop(
  server: Server,
  announce: () => void,
  stopWorkers: () => Promise<unknown>,
  knex: Knex,
  stopTelemetry: () => Promise<void>,
): Promise<void> {
  announce();
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const limit = setTimeout(() => server.closeAllConnections(), STOP_LIMIT_MILLISECONDS);
  await closed;
  clearTimeout(limit);
  await stopWorkers();
  await knex.destroy();
  await stopTelemetry();
}
