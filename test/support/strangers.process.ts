import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createHttpApp } from '../../src/http/http-app.ts';
import { listen } from '../../src/service-process.ts';
import { silentLog } from '../../src/telemetry/logger.ts';
import { noTelemetry } from '../../src/telemetry/telemetry.ts';
import { startHttp } from '../http-support.ts';

/** The HTTP side of the hotline in a process of its own, and beside it the least that answers a request at all. */

export interface StrangerServerState {
  readonly port: number;
  /** Where nothing but headers is read. */
  readonly floor: number;
  /** Seconds of the processor that this process has had. */
  readonly cpu: number;
}

process.on('disconnect', () => process.exit());
const { dependencies } = startHttp({ log: silentLog, telemetry: noTelemetry });
const server = await listen(0, '127.0.0.1');
server.on(
  'request',
  createHttpApp({ ...dependencies, webhookSecrets: ['token one of two', 'token two of two'] }),
);
const floor = createServer((_request, response) => {
  response.writeHead(403, { Connection: 'close', 'Content-Type': 'text/plain' }).end('forbidden');
}).listen(0, '127.0.0.1', () => {
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    const answer: StrangerServerState = {
      port: (server.address() as AddressInfo).port,
      floor: (floor.address() as AddressInfo).port,
      cpu: (user + system) / 1e6,
    };
    process.send?.(answer);
  });
});
