import type { Knex } from 'knex';
import { Ledger } from '../ledger/ledger.service.ts';
import { SYSTEM_STREAM } from '../ledger/stream.ts';
import type { Instant } from '../platform/clock.ts';
import { Fault } from '../platform/fault.ts';
import { blindIndex, type Keyring, open, seal, sealedKeyId } from '../platform/keyring.ts';
import type { Random } from '../platform/random.ts';
import { type Customer, SEALED_COLUMNS, type SealedColumn, sealContext } from './customer.ts';
import { CUSTOMER_ENTRIES } from './customers.entries.ts';
import { replaceSealedValue, sealedUnderOtherKeys, sealedValuesAfter } from './customers.store.ts';

const ledger = new Ledger(CUSTOMER_ENTRIES);
/** Few enough that a batch holds SQLite's write lock for some milliseconds only. */
const ROTATED_AT_ONCE = 100;

/** Columns outside this folder that hold sealed values; the records they belong to are never rewritten. */
export const SEALED_ELSEWHERE = [
  { table: 'calls', column: 'source_sealed' },
  { table: 'calls', column: 'snapshot_sealed' },
  { table: 'turns', column: 'answer_sealed' },
  { table: 'turns', column: 'journal_sealed' },
  { table: 'outbox', column: 'to_sealed' },
  { table: 'outbox', column: 'body_sealed' },
  { table: 'carried_orders', column: 'order_sealed' },
  { table: 'bank_payees', column: 'name_sealed' },
  { table: 'carrier_commands', column: 'command_sealed' },
  { table: 'desk_presence', column: 'phone_sealed' },
  { table: 'desk_notes', column: 'body_sealed' },
  // Rotated beside customers (staff/key-rotation.service.ts): none is left where that was done first.
  { table: 'staff_accounts', column: 'totp_sealed' },
  { table: 'staff_accounts', column: 'totp_offered_sealed' },
] as const;

/** Whether these keys open this customer's record and find it again; false where the deployment was given other keys. */
export function keysOpenCustomer(customer: Customer, keyring: Keyring): boolean {
  try {
    const id = open(keyring, sealContext('national_id_sealed', customer.id), customer.nationalIdSealed);
    return blindIndex(keyring, 'national_id', id) === customer.nationalIdIndex;
  } catch (error) {
    if (error instanceof Fault && error.kind === 'crypto_unavailable') return false;
    throw error;
  }
}

interface KeyRotation {
  /** Values that were sealed again under the current key. */
  readonly resealed: number;
  /** What still needs an older key: while this is not empty, older keys must stay in ENCRYPTION_KEYS. */
  readonly remaining: readonly { readonly table: string; readonly column: string; readonly values: number }[];
}

/**
 * Seals every customer's personal data again under the current key, in batches, while calls go on. A value that a
 * call changes meanwhile is left to the call, which seals under the current key anyway. Each batch that changed anything
 * is recorded in the system's stream. Safe to repeat.
 */
export async function rotateCustomerKeys(
  knex: Knex,
  keyring: Keyring,
  random: Random,
  { person, now }: { readonly person: string; readonly now: Instant },
): Promise<KeyRotation> {
  const { currentId } = keyring.encryption;
  let resealed = 0;
  for (let after = ''; ; ) {
    const batch = await sealedValuesAfter(knex, after, ROTATED_AT_ONCE);
    const last = batch.at(-1);
    if (!last) break;
    resealed += await knex.transaction(async (transaction) => {
      let changed = 0;
      for (const row of batch)
        for (const column of SEALED_COLUMNS)
          changed += await reseal(transaction, keyring, random, currentId, row.id, column, row[column]);
      if (changed > 0) {
        const data = { person, keyId: currentId, count: changed };
        await ledger.append(
          transaction,
          SYSTEM_STREAM,
          [{ type: 'keys.rotated', rules: ['R11.2'], data }],
          now,
        );
      }
      return changed;
    });
    after = last.id;
  }
  const columns = [
    ...SEALED_COLUMNS.map((column) => ({ table: 'customers', column })),
    ...SEALED_ELSEWHERE,
  ] as const;
  const remaining: { table: string; column: string; values: number }[] = [];
  for (const { table, column } of columns) {
    const values = await sealedUnderOtherKeys(knex, table, column, currentId);
    if (values > 0) remaining.push({ table, column, values });
  }
  return { resealed, remaining };
}

async function reseal(
  transaction: Knex,
  keyring: Keyring,
  random: Random,
  currentId: string,
  customerId: string,
  column: SealedColumn,
  sealed: string | null,
): Promise<number> {
  if (sealed === null || sealedKeyId(sealed) === currentId) return 0;
  const context = sealContext(column, customerId);
  const renewed = seal(keyring, random, context, open(keyring, context, sealed));
  return replaceSealedValue(transaction, customerId, column, sealed, renewed);
}
