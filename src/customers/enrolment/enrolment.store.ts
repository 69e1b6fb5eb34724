import type { Knex } from 'knex';
import type { Instant } from '../../platform/clock.ts';
import { assert } from '../../platform/fault.ts';
import { blindIndex, type Keyring, seal } from '../../platform/keyring.ts';
import type { Random } from '../../platform/random.ts';
import { type Customer, sealContext } from '../customer.ts';
import { type CustomerRow, fromRow } from '../customers.store.ts';
import type { NewValues } from './difference.ts';
import { rowOfFacts } from './facts.ts';

/** Below SQLite's older limit of 999 bound values in a statement. */
const LOOKUP_BATCH = 500;

/** The customers enrolled with one of these national IDs (blind indexes), by index; several can have the same digits. */
export async function customersByNationalId(
  knex: Knex,
  indexes: readonly string[],
): Promise<ReadonlyMap<string, readonly Customer[]>> {
  const found = new Map<string, Customer[]>();
  for (let begin = 0; begin < indexes.length; begin += LOOKUP_BATCH) {
    const rows: CustomerRow[] = await knex<CustomerRow>('customers').whereIn(
      'national_id_index',
      indexes.slice(begin, begin + LOOKUP_BATCH),
    );
    for (const row of rows) {
      const known = found.get(row.national_id_index);
      if (known) known.push(fromRow(row));
      else found.set(row.national_id_index, [fromRow(row)]);
    }
  }
  return found;
}

/** Lets one enrolment write at a time, until its transaction ends: a look-up before the write is then enough. */
export async function lockEnrolmentForUpdate(transaction: Knex, now: Instant): Promise<void> {
  await transaction('settings')
    .insert({ name: 'enrolment.last', value: String(now) })
    .onConflict('name')
    .merge();
}

/**
 * Writes what changed of a customer. Freezes, locks, PINs and their budgets are no part of it: no update of a record lifts
 * them (invariants 5, 31).
 */
export async function updateCustomer(
  transaction: Knex,
  keyring: Keyring,
  random: Random,
  id: string,
  { name, locale, jurisdiction, documentKind, phone, phoneSince, coolingOffUntil, sim, facts }: NewValues,
): Promise<void> {
  const changed = await transaction('customers')
    .where({ id })
    .update({
      ...(name && {
        name_sealed: seal(keyring, random, sealContext('name_sealed', id), JSON.stringify(name)),
      }),
      // A record that is changed is the newer word: what was once chosen on the telephone gives way to it.
      ...(locale && { locale, chosen_language: null }),
      ...(jurisdiction && { jurisdiction }),
      ...(documentKind && { document_kind: documentKind }),
      ...(phone !== undefined && {
        phone_sealed: seal(keyring, random, sealContext('phone_sealed', id), phone),
        phone_index: blindIndex(keyring, 'phone', phone),
      }),
      ...(phoneSince !== undefined && { phone_since: phoneSince }),
      ...(coolingOffUntil !== undefined && { cooling_off_until: coolingOffUntil }),
      ...(sim && { sim_changed_at: sim.changedAt, sim_known_at: sim.knownAt }),
      ...rowOfFacts(facts),
    });
  assert(changed === 1, 'what is updated is a customer');
}
