import type { Socket } from 'node:net';
import type { Client } from 'pg';

/** How long a process waits for its PostgreSQL, in milliseconds. */
export interface PostgresLimits {
  /** For a new connection, until it may be used. */
  readonly connectMilliseconds: number;
  /** For one of the pool's connections to become free. */
  readonly waitMilliseconds: number;
  /** For a row that another transaction has locked. */
  readonly lockMilliseconds: number;
  /** For a statement, by the server's clock. */
  readonly statementMilliseconds: number;
  /** For the first byte of an answer, by ours: the server may be gone without a word. */
  readonly silenceMilliseconds: number;
  /** How long the server keeps a transaction open for a process of which it hears nothing. */
  readonly idleInTransactionMilliseconds: number;
}

/**
 * For turns. A caller hears an answer after 10 s at the latest (src/carriers/deadline.service.ts), and a lost connection is
 * tried again: one wait must leave time for that. Each limit is some hundred times what it takes when all
 * is well.
 */
export const TURN_LIMITS: PostgresLimits = {
  // A handshake on a network of one's own takes milliseconds. After a silence two more of these fit into the 10 s.
  connectMilliseconds: 2_000,
  waitMilliseconds: 3_000,
  // Turns lock rows for milliseconds. Longer than PostgreSQL's deadlock_timeout (1 s), so that a deadlock is told as one.
  lockMilliseconds: 3_000,
  // After the wait for a lock, so that each is told by its own name.
  statementMilliseconds: 4_000,
  // After the server's own limits: only a server that keeps none of them is silent for so long. A commit that waits for
  // a synchronous standby is cut here as well; the server has no limit for it.
  silenceMilliseconds: 5_000,
  // A turn that asks a slow core up to three times is quiet for up to 12 s and must not be cut.
  idleInTransactionMilliseconds: 15_000,
};

/** What pg is told, for the server to keep the limits that are the server's. */
export function settingsOf(limits: PostgresLimits) {
  return {
    connectionTimeoutMillis: limits.connectMilliseconds,
    lock_timeout: limits.lockMilliseconds,
    statement_timeout: limits.statementMilliseconds,
    idle_in_transaction_session_timeout: limits.idleInTransactionMilliseconds,
  };
}

/** The queries of a client that wait for their answers. */
export class PendingQueries {
  readonly #counts = new WeakMap<object, number>();

  /** Runs a query on a connection and counts it as pending until it is answered. Throws what the query throws. */
  async track<Answer>(connection: object, query: () => Promise<Answer>): Promise<Answer> {
    this.#add(connection, 1);
    try {
      return await query();
    } finally {
      this.#add(connection, -1);
    }
  }

  /** How many queries of a connection wait for their answers. */
  countOn(connection: object): number {
    return this.#counts.get(connection) ?? 0;
  }

  #add(connection: object, change: number): void {
    this.#counts.set(connection, this.countOn(connection) + change);
  }
}

/**
 * Closes a connection on which a query is pending and nothing has come for longer than this: a server that is cut off
 * does not close its connections, and TCP by itself would wait for a quarter of an hour. pg's own query_timeout would
 * leave the connection in the pool with the query still pending on it.
 */
export function destroyOnReadTimeout(
  client: Client,
  silenceMilliseconds: number,
  pendingQueries: PendingQueries,
): void {
  const stream = client.connection.stream as Socket;
  stream.setTimeout(silenceMilliseconds);
  stream.on('timeout', () => {
    // Otherwise it is idle, and nobody waits for it.
    if (pendingQueries.countOn(client) > 0)
      stream.destroy(Object.assign(new Error('Connection terminated: no answer'), { code: 'ETIMEDOUT' }));
  });
}
