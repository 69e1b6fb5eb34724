import { Fault } from '../platform/fault.ts';
import { failureOf } from '../storage/database-error.ts';

/**
 * Runs a query; a driver's error becomes a Fault without its text, which can hold values of the statement. A deadlock
 * and other transient errors are thrown on: the transaction is tried again.
 */
export async function ask<Result>(query: PromiseLike<unknown>): Promise<Result> {
  try {
    return (await query) as Result;
  } catch (error) {
    if (failureOf(error) === 'transient') throw error;
    const code = (error as { code?: unknown }).code;
    throw new Fault('bank_unavailable', `the demo bank cannot be asked (${String(code ?? 'no code')})`);
  }
}

/** The one row a change gave back; Fault(conflict) with these words where it changed none, or more. */
export async function changeOne<Row>(query: PromiseLike<unknown>, otherwise: string): Promise<Row> {
  const [row, ...more] = (await ask(query)) as Row[];
  if (row === undefined || more.length > 0) throw new Fault('conflict', otherwise);
  return row;
}
