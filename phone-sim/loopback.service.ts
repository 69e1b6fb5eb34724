import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Express } from 'express';

/** A server on a free port of this machine that no other machine reaches. */
interface LoopbackServer {
  readonly server: Server;
  readonly url: string;
  /** Ends open connections as well; without effect where it has stopped. */
  stop(): Promise<void>;
}

const LOOPBACK = '127.0.0.1';

/** Serves an application on this machine alone, and returns once it listens. */
export async function serveOnLoopback(app: Express): Promise<LoopbackServer> {
  const server = app.listen(0, LOOPBACK);
  await once(server, 'listening');
  return {
    server,
    url: `http://${LOOPBACK}:${(server.address() as AddressInfo).port}`,
    stop: async () => {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
