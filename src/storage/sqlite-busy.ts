/** Waited for here and not inside SQLite, whose own waiting would stop every call of this process, or hold one of its threads. */
const BUSY_PAUSE_MILLISECONDS = 5;

/**
 * Runs a statement, again for as long as another process holds the write lock; after `busyMilliseconds` the error
 * SQLITE_BUSY is thrown. A COMMIT is run once: when it fails its transaction is rolled back and there is nothing to repeat.
 */
export async function whileBusy<Result>(
  sql: string,
  busyMilliseconds: number,
  run: () => Promise<Result>,
): Promise<Result> {
  const startedAt = performance.now();
  for (;;) {
    try {
      return await run();
    } catch (error) {
      const isLast = sql === 'COMMIT;' || performance.now() - startedAt >= busyMilliseconds;
      if (isLast || !isBusy(error)) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, BUSY_PAUSE_MILLISECONDS));
  }
}

/** The statement as it is to be run: knex begins a transaction without a lock, and two that read first and write later could then both only fail. */
export function withImmediateBegin(sql: string): string {
  return sql === 'BEGIN;' ? 'BEGIN IMMEDIATE;' : sql;
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'SQLITE_BUSY';
}
