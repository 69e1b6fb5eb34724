import type { AddressInfo } from 'node:net';
import { createConnection, createServer, type Socket } from 'node:net';

/**
 * What happens to a statement on its way: it passes; the connection is cut before the database has seen it, after the
 * database has carried it out but before its answer, or within the answer; or nothing is heard of it any more while
 * the connection stays open.
 */
export type Fate = 'pass' | 'cut_before' | 'cut_after' | 'cut_within' | 'hang';

/** Between the service and its PostgreSQL, as the virtual address or the load balancer of a bank's own stands there. */
export interface DatabaseProxy {
  readonly port: number;
  /** The port connections go to from now on; undefined: connections are refused at once. */
  target: number | undefined;
  /** Asked for each statement, COMMIT among them, when it comes by. */
  fate: (sql: string) => Fate;
  /** How many connections the service has open here. */
  readonly connections: number;
  /** Cuts every connection, busy or idle. */
  cutAll(): void;
  /** From now on bytes neither go on nor come back, and new connections are taken and not served. */
  freeze(): void;
  /** Lets everything through that was held back. */
  thaw(): void;
  stop(): Promise<void>;
}

const STARTUP_HEADER_BYTES = 4;
const HEADER_BYTES = 5;
/** Too few for the smallest message of the protocol: the answer has begun and says nothing yet. */
const BYTES_OF_A_CUT_ANSWER = 3;

/** Reads the messages of PostgreSQL's protocol out of a client's bytes; each comes with the statement it runs, if it does. */
class StatementReader {
  #held: Buffer = Buffer.alloc(0);
  #started = false;
  readonly #prepared = new Map<string, string>();

  read(bytes: Buffer): { readonly message: Buffer; readonly sql: string | undefined }[] {
    this.#held = Buffer.concat([this.#held, bytes]);
    const messages: { message: Buffer; sql: string | undefined }[] = [];
    for (let length = this.#nextLength(); length !== undefined; length = this.#nextLength()) {
      const message = this.#held.subarray(0, length);
      this.#held = this.#held.subarray(length);
      messages.push({ message, sql: this.#started ? this.#statementOf(message) : undefined });
      this.#started = true;
    }
    return messages;
  }

  #nextLength(): number | undefined {
    const header = this.#started ? HEADER_BYTES : STARTUP_HEADER_BYTES;
    if (this.#held.length < header) return undefined;
    const length = this.#held.readInt32BE(header - STARTUP_HEADER_BYTES) + header - STARTUP_HEADER_BYTES;
    return this.#held.length < length ? undefined : length;
  }

  #statementOf(message: Buffer): string | undefined {
    const [first = '', second = ''] = message.toString('utf8', HEADER_BYTES).split('\0');
    switch (String.fromCharCode(message[0] ?? 0)) {
      case 'Q':
        return first;
      case 'P':
        this.#prepared.set(first, second);
        return undefined;
      case 'B':
        return this.#prepared.get(second);
      default:
        return undefined;
    }
  }
}

/** Sockets without an encoding read bytes; their type allows for text as well. */
function bufferOf(bytes: Buffer | string): Buffer {
  return typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
}

/** One connection of the service and its continuation to the database. */
class Pair {
  readonly #client: Socket;
  readonly #server: Socket;
  #silent = false;
  #answerFate: 'pass' | 'cut_after' | 'cut_within' = 'pass';

  constructor(client: Socket, target: number, fateOf: (sql: string) => Fate) {
    this.#client = client;
    this.#server = createConnection({ port: target, host: '127.0.0.1' });
    const reader = new StatementReader();
    for (const socket of [client, this.#server]) {
      socket.setNoDelay(true);
      socket.on('error', () => this.#lost());
      socket.on('close', () => this.#lost());
    }
    client.on('data', (bytes) => this.#forward(reader.read(bufferOf(bytes)), fateOf));
    this.#server.on('data', (bytes) => this.#answer(bufferOf(bytes)));
  }

  /** Called once both sides are closed. */
  onEnd(ended: () => void): void {
    let open = 2;
    for (const socket of [this.#client, this.#server])
      socket.once('close', () => {
        open -= 1;
        if (open === 0) ended();
      });
  }

  get open(): boolean {
    return !this.#client.destroyed;
  }

  #forward(
    messages: readonly { readonly message: Buffer; readonly sql: string | undefined }[],
    fateOf: (sql: string) => Fate,
  ): void {
    for (const { message, sql } of messages) {
      const fate = sql === undefined ? 'pass' : fateOf(sql);
      if (fate === 'cut_before' || fate === 'hang') {
        if (fate === 'hang') this.pause();
        else this.cut();
        return;
      }
      if (fate !== 'pass') this.#answerFate = fate;
      this.#server.write(message);
    }
  }

  #answer(bytes: Buffer): void {
    switch (this.#answerFate) {
      case 'pass':
        this.#client.write(bytes);
        return;
      case 'cut_after':
        this.cut();
        return;
      case 'cut_within':
        this.#client.write(bytes.subarray(0, BYTES_OF_A_CUT_ANSWER), () => this.cut());
        return;
    }
  }

  /** One side is gone. Behind a wire that carries nothing the other side does not learn of it. */
  #lost(): void {
    if (!this.#silent) this.cut();
  }

  cut(): void {
    this.#client.destroy();
    this.#server.destroy();
  }

  pause(): void {
    this.#silent = true;
    this.#client.pause();
    this.#server.pause();
  }

  resume(): void {
    this.#silent = false;
    if (this.#client.destroyed || this.#server.destroyed) {
      this.cut();
      return;
    }
    this.#client.resume();
    this.#server.resume();
  }
}

/** Starts the proxy on a port of its own, in front of a PostgreSQL on this machine. */
export async function startDatabaseProxy(target: number): Promise<DatabaseProxy> {
  const pairs = new Set<Pair>();
  let frozen = false;
  const server = createServer((client) => {
    if (proxy.target === undefined) {
      client.on('error', () => {});
      client.destroy();
      return;
    }
    const pair = new Pair(client, proxy.target, (sql) => proxy.fate(sql));
    if (frozen) pair.pause();
    pairs.add(pair);
    pair.onEnd(() => pairs.delete(pair));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const proxy: DatabaseProxy = {
    port: (server.address() as AddressInfo).port,
    target,
    fate: () => 'pass',
    get connections() {
      return [...pairs].filter((pair) => pair.open).length;
    },
    cutAll: () => {
      for (const pair of pairs) pair.cut();
    },
    freeze: () => {
      frozen = true;
      for (const pair of pairs) pair.pause();
    },
    thaw: () => {
      frozen = false;
      for (const pair of pairs) pair.resume();
    },
    stop: async () => {
      for (const pair of pairs) pair.cut();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
  return proxy;
}
