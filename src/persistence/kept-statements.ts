/** What a statement calls back with; `this` is the statement, which knows `changes` and `lastID`. */
type Done = (this: unknown, error: Error | null, rows?: unknown[]) => void;

interface Statement {
  all(bindings: unknown, done: Done): unknown;
  run(bindings: unknown, done: Done): unknown;
  finalize(): unknown;
}

/** The part of a sqlite3 connection that knex uses for statements. */
export interface StatementConnection {
  all(sql: string, bindings: unknown, done: Done): unknown;
  run(sql: string, bindings: unknown, done: Done): unknown;
  prepare(sql: string, done: Done): Statement;
  close(done: (error: Error | null) => void): unknown;
}

/** A turn uses at most about forty different statements; lists and inserts of several rows come on top. */
export const MOST_STATEMENTS = 200;

/**
 * Lets a connection keep its prepared statements: sqlite3 otherwise prepares and throws away each of them, one more
 * way through the thread pool, which under load costs as much as the statement itself. Only `all` and `run`, which
 * step to the end, so that no kept statement holds a lock; one that failed is thrown away.
 */
export function keepStatements(connection: StatementConnection): void {
  const kept = new Map<string, Statement>();
  const close = connection.close.bind(connection);

  const keep = (sql: string, statement: Statement): void => {
    if (kept.size >= MOST_STATEMENTS) {
      const [oldest] = kept;
      if (oldest) drop(...oldest);
    }
    kept.set(sql, statement);
  };
  const drop = (sql: string, statement: Statement): void => {
    kept.delete(sql);
    statement.finalize();
  };

  const through =
    (method: 'all' | 'run') =>
    (sql: string, bindings: unknown, done: Done): void => {
      const known = kept.get(sql);
      const statement =
        known ??
        connection.prepare(sql, function (error) {
          // Does not parse: it is finalized already, and what is queued on it is not called back.
          if (error) done.call(this, error);
        });
      statement[method](bindings, function (error, rows) {
        // One that was kept is finalized by whoever takes it out, and by nobody else.
        if (known !== undefined) {
          if (error && kept.get(sql) === known) drop(sql, known);
        } else if (error || kept.has(sql)) statement.finalize();
        else keep(sql, statement);
        done.call(this, error, rows);
      });
    };

  connection.all = through('all');
  connection.run = through('run');
  connection.close = (done) => {
    for (const statement of kept.values()) statement.finalize();
    kept.clear();
    return close(done);
  };
}
