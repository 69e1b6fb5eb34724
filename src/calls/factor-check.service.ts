import type { Knex } from 'knex';
import type { FactorResult, FactorService, ReservedFactor } from '../factors/factors.service.ts';
import type { Clock } from '../platform/clock.ts';
import type { Transactions } from '../storage/transactions.ts';
import type { StoredCall } from './calls.store.ts';
import { ConcurrentTurnError } from './turn.service.ts';

/** A command has dropped the levels while a secret was compared: the turn begins anew and finds the session expired. */
export class LevelsDroppedError extends ConcurrentTurnError {}

/**
 * The call as it was before the comparison, now locked. Throws LevelsDroppedError where a command dropped its levels, so
 * that no turn compares this attempt again (invariants 3, 8); ConcurrentTurnError after any other change.
 */
export function unchangedCall(locked: StoredCall | undefined, before: StoredCall): StoredCall {
  if (locked?.state.levelsDropped && locked.token === before.token) throw new LevelsDroppedError();
  if (locked?.version !== before.version) throw new ConcurrentTurnError();
  return locked;
}

/**
 * Compares a PIN now, because that is slow and needs no database; other factors are looked up in the settling transaction.
 * `busy_again`: a repeated webhook found no room while the first one may be comparing. Only the first refunds the attempt.
 */
export async function comparisonOf(
  factors: FactorService,
  reserved: ReservedFactor,
): Promise<((transaction: Knex) => Promise<FactorResult>) | 'busy_again'> {
  if (reserved.kind === 'look_up') return (transaction) => factors.lookUp(transaction, reserved);
  const result = await factors.compareInProcess(reserved);
  const { reservation } = reserved;
  const repeated = reservation.kind === 'reserved' && reservation.repeated;
  return result.kind === 'busy' && repeated ? 'busy_again' : async () => result;
}

/** Refunds an attempt after an outage where the store can be reached (R12.1). Never throws. */
export async function refundAttempt(
  {
    transactions,
    factors,
    clock,
  }: { readonly transactions: Transactions; readonly factors: FactorService; readonly clock: Clock },
  reserved: ReservedFactor,
): Promise<void> {
  try {
    // Urgent, so that a full queue does not refuse it: nobody is charged for that.
    await transactions.run((transaction) => factors.refund(transaction, reserved, clock.now()), {
      urgent: true,
    });
  } catch {
    // The store is down: the attempt stays charged, like that of a process that was killed (invariant 3).
  }
}
