/**
 * Waits for statements of a transaction that were sent together; on PostgreSQL they share one way there and back. A
 * failure is thrown when all of them are through, the first one first: none may arrive after the rollback.
 */
export async function pipelined<const Statements extends readonly PromiseLike<unknown>[]>(
  statements: Statements,
): Promise<{ -readonly [At in keyof Statements]: Awaited<Statements[At]> }> {
  const outcomes = await Promise.allSettled(statements);
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  return outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value : undefined)) as {
    -readonly [At in keyof Statements]: Awaited<Statements[At]>;
  };
}
