import type { Knex } from 'knex';
import type { FactorResult, FactorService, ReservedFactor } from '../factors/factors.service.ts';
import type { Clock } from '../platform/clock.ts';
import type { Transactions } from '../storage/transactions.ts';

/**
 * A PIN takes its time and needs no database; the rest is looked up where it is settled. `busy_again`: a repeated webhook
 * found no room, while the one it repeats may be comparing. Only that one gives the attempt back.
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

/** Gives an attempt back after an outage, as far as the store can be reached (R12.1). */
export async function giveBack(
  {
    transactions,
    factors,
    clock,
  }: { readonly transactions: Transactions; readonly factors: FactorService; readonly clock: Clock },
  reserved: ReservedFactor,
): Promise<void> {
  try {
    // Not refused where the line is full: nobody is to pay for that.
    await transactions.run((transaction) => factors.refund(transaction, reserved, clock.now()), {
      urgent: true,
    });
  } catch {
    // The store is down: the attempt stays paid, like that of a process that was killed (invariant 3).
  }
}
