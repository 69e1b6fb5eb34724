import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** Sends a caller's carrier, or a load balancer, to another process. Nothing of the request has been read. */
const elsewhere: Handler = (_request, response) => {
  response.writeHead(503, { Connection: 'close', 'Content-Type': 'text/plain' }).end('unavailable');
};

/**
 * The connections of a server, so that it can stop without cutting off an answer: Node alone leaves those open that have
 * not asked anything yet, and keeps others alive behind their last answer. Make it before the server listens.
 */
export class Draining {
  readonly #server: Server;
  /** Of each connection, the answers somebody waits for. */
  readonly #awaited = new Map<Socket, Set<ServerResponse>>();
  #handler: Handler = elsewhere;
  #draining = false;

  constructor(server: Server) {
    this.#server = server;
    server.on('connection', (socket) => {
      this.#awaited.set(socket, new Set());
      socket.once('close', () => this.#awaited.delete(socket));
    });
    server.on('request', (request, response) => this.#take(request, response));
  }

  /** Gives requests to this handler from now on; those that came before were sent elsewhere. */
  serve(handler: Handler): void {
    this.#handler = handler;
  }

  /** Takes no more connections or requests; resolves when the last answer under way is out. */
  async drain(): Promise<void> {
    this.#draining = true;
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const [socket, responses] of this.#awaited) {
      if (responses.size === 0) socket.destroy();
      for (const response of responses) if (!response.headersSent) response.setHeader('Connection', 'close');
    }
    await closed;
  }

  /** Cuts what is still open. */
  cut(): void {
    this.#server.closeAllConnections();
    for (const socket of this.#awaited.keys()) socket.destroy();
  }

  #take(request: IncomingMessage, response: ServerResponse): void {
    if (this.#draining) {
      elsewhere(request, response);
      return;
    }
    const { socket } = request;
    const awaited = this.#awaited.get(socket);
    awaited?.add(response);
    response.once('close', () => {
      awaited?.delete(response);
      if (this.#draining && awaited?.size === 0) socket.destroySoon();
    });
    this.#handler(request, response);
  }
}
