import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Instant } from '../../src/platform/clock.ts';
import { CLOCK_HEADER } from './process-messages.ts';

/** A request that came to the public address. */
export interface Arrived {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface Delivered {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Answers a request, or ends its connection without an answer. */
export type Route = (arrived: Arrived) => Promise<Delivered | undefined>;

/** The one public address of all processes, as a load balancer has it. */
export interface Balancer {
  readonly url: string;
  route: Route;
  stop(): Promise<void>;
}

export async function startBalancer(route: Route): Promise<Balancer> {
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const { method = 'GET', url = '/', headers } = request;
    const delivered = await balancer
      .route({ method, path: url, headers, body: Buffer.concat(parts) })
      .catch((error: unknown) => {
        console.error(error);
        return undefined;
      });
    if (!delivered) return void request.socket.destroy();
    response.writeHead(delivered.status, delivered.headers).end(delivered.body);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const balancer: Balancer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    route,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return balancer;
}

/** Hands a request on to a process as it came, with the time it is there; undefined when no whole answer comes back. */
export async function deliver(port: number, arrived: Arrived, now: Instant): Promise<Delivered | undefined> {
  const { method, path, headers, body } = arrived;
  return new Promise((resolve) => {
    const failed = () => resolve(undefined);
    // A connection of its own: one that is kept open may belong to a process that has just died.
    const outgoing = send({
      host: '127.0.0.1',
      port,
      method,
      path,
      headers: { ...headers, connection: 'close', [CLOCK_HEADER]: String(now) },
      agent: false,
    });
    outgoing.once('error', failed);
    outgoing.once('response', async (response) => {
      const parts: Buffer[] = [];
      try {
        for await (const part of response) parts.push(part as Buffer);
      } catch {
        return failed();
      }
      const { 'transfer-encoding': _, connection: __, ...kept } = response.headers;
      resolve({ status: response.statusCode ?? 0, headers: kept, body: Buffer.concat(parts) });
    });
    outgoing.end(body);
  });
}
