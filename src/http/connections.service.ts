import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/**
 * The room for connections of a server, and who leaves when there is none: the stranger who has been there longest. A
 * stranger is a connection over which nothing genuine has come; one that opens many and says nothing drives out its own,
 * never the carrier, which has said who it is before so many others can come (invariant 47).
 */
export class Connections {
  readonly #limit: number;
  readonly #strangers = new Set<Socket>();
  #open = 0;

  /** At most `limit` stay open at once. */
  constructor(server: Server, limit: number) {
    this.#limit = limit;
    server.on('connection', (socket) => this.#enter(socket));
  }

  /** What came over this connection was genuine: it keeps its place. */
  trust(socket: Socket): void {
    this.#strangers.delete(socket);
  }

  #enter(socket: Socket): void {
    this.#open += 1;
    this.#strangers.add(socket);
    socket.once('close', () => {
      this.#open -= 1;
      this.#strangers.delete(socket);
    });
    if (this.#open <= this.#limit) return;
    // The first of a set is the one that was added first; where all others are genuine it is the newcomer.
    const [longest = socket] = this.#strangers;
    // Taken out at once: the close comes later, and the next newcomer must find another.
    this.#strangers.delete(longest);
    longest.destroy();
  }
}
