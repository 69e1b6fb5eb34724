import type { Knex } from 'knex';
import type { Instant } from '../../platform/clock.ts';
import type { Customer } from '../customer.ts';

/** A customer with the phone of a row, and what is known of its SIM. */
export type SimOwner = Pick<Customer, 'id' | 'simChangedAt' | 'simKnownAt'>;

interface OwnerRow {
  id: string;
  phone_index: string;
  sim_changed_at: Instant | null;
  sim_known_at: Instant | null;
}

/** The customers with these registered phones (blind indexes), by index; several can share one. */
export async function ownersOfPhones(
  knex: Knex,
  indexes: readonly string[],
): Promise<ReadonlyMap<string, readonly SimOwner[]>> {
  const owners = new Map<string, SimOwner[]>();
  const rows: OwnerRow[] = await knex('customers')
    .whereIn('phone_index', [...indexes])
    .select('id', 'phone_index', 'sim_changed_at', 'sim_known_at');
  for (const { id, phone_index, sim_changed_at: simChangedAt, sim_known_at: simKnownAt } of rows) {
    const owner = { id, simChangedAt, simKnownAt };
    const known = owners.get(phone_index);
    if (known) known.push(owner);
    else owners.set(phone_index, [owner]);
  }
  return owners;
}

/** Writes when a customer's SIM last changed, and when that was learnt; `changedAt` undefined leaves the change as it is. */
export async function setSimDate(
  transaction: Knex,
  id: string,
  changedAt: Instant | undefined,
  knownAt: Instant,
): Promise<void> {
  await transaction('customers')
    .where({ id })
    .update({ ...(changedAt !== undefined && { sim_changed_at: changedAt }), sim_known_at: knownAt });
}
