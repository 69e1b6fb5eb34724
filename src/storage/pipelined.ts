/**
 * Waits for pipelined statements of a transaction: on PostgreSQL they share one round trip. Throws the first failure once
 * all of them are answered: none may arrive after the rollback.
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
