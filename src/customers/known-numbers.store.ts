import type { Knex } from 'knex';
import type { Instant } from '../platform/clock.ts';
import { blindIndex, type Keyring } from '../platform/keyring.ts';

/** A calling number and the customer it is asked about; the number as the blind index of its E.164 form. */
interface CallingNumber {
  readonly customerId: string;
  readonly phoneIndex: string;
}

/** Bound to the customer, so that nobody who reads the table learns that two customers share a number. */
function rowOf(keyring: Keyring, { customerId, phoneIndex }: CallingNumber) {
  return {
    customer_id: customerId,
    number_index: blindIndex(keyring, 'known_number', `${customerId}:${phoneIndex}`),
  };
}

/** Notes that a right PIN came from a number; `new` once only, however many calls come from there at once (V4). */
export async function noteNumber(
  transaction: Knex,
  keyring: Keyring,
  number: CallingNumber,
  now: Instant,
): Promise<'new' | 'seen'> {
  const noted: unknown[] = await transaction('known_numbers')
    .insert({ ...rowOf(keyring, number), seen_at: now })
    .onConflict(['customer_id', 'number_index'])
    .ignore()
    .returning('customer_id');
  return noted.length > 0 ? 'new' : 'seen';
}

/** Whether a money order was carried out from this number with a one-time code (V4.2). */
export async function isNumberProved(
  transaction: Knex,
  keyring: Keyring,
  number: CallingNumber,
): Promise<boolean> {
  const row: unknown = await transaction('known_numbers')
    .where(rowOf(keyring, number))
    .whereNotNull('proved_at')
    .first('customer_id');
  return row !== undefined;
}

/** Notes that a money order was carried out from this number with a one-time code. */
export async function proveNumber(
  transaction: Knex,
  keyring: Keyring,
  number: CallingNumber,
  now: Instant,
): Promise<void> {
  await transaction('known_numbers')
    .insert({ ...rowOf(keyring, number), seen_at: now, proved_at: now })
    .onConflict(['customer_id', 'number_index'])
    .merge(['proved_at']);
}
