import type { Knex } from 'knex';
import type { PinKind } from '../actions/requirement.ts';
import { insertPinVerifiers } from '../credentials/pin-verifiers.store.ts';
import type { DocumentKind } from '../jurisdictions/documents.ts';
import type { NationalId } from '../jurisdictions/national-id.ts';
import type { Language } from '../locales/catalogue.ts';
import type { Instant } from '../platform/clock.ts';
import { assert } from '../platform/fault.ts';
import { blindIndex, type Keyring, seal } from '../platform/keyring.ts';
import type { Random } from '../platform/random.ts';
import {
  type Customer,
  type CustomerName,
  type Freeze,
  SEALED_COLUMNS,
  type SealedColumn,
  sealContext,
} from './customer.ts';
import { type Facts, factsOfRow, rowOfFacts } from './enrolment/facts.ts';

export interface CustomerRow {
  id: string;
  locale: Customer['locale'];
  chosen_language: Customer['chosenLanguage'];
  jurisdiction: Customer['jurisdiction'];
  name_sealed: string;
  national_id_sealed: string;
  national_id_index: string;
  phone_sealed: string | null;
  phone_index: string | null;
  phone_since: Instant | null;
  contact_phone_sealed: string | null;
  sim_changed_at: Instant | null;
  sim_known_at: Instant | null;
  freeze: Freeze;
  frozen_at: Instant | null;
  cooling_off_until: Instant | null;
  created_at: Instant;
  /** SQLite says 0 or 1. */
  more_time: boolean | number;
  document_kind: DocumentKind | null;
}

/** A customer as a row of the table says. */
export function fromRow(row: CustomerRow): Customer {
  return {
    id: row.id,
    locale: row.locale,
    chosenLanguage: row.chosen_language,
    jurisdiction: row.jurisdiction,
    nameSealed: row.name_sealed,
    nationalIdSealed: row.national_id_sealed,
    nationalIdIndex: row.national_id_index,
    phoneSealed: row.phone_sealed,
    phoneIndex: row.phone_index,
    phoneSince: row.phone_since,
    contactPhoneSealed: row.contact_phone_sealed,
    simChangedAt: row.sim_changed_at,
    simKnownAt: row.sim_known_at,
    freeze: row.freeze,
    frozenAt: row.frozen_at,
    coolingOffUntil: row.cooling_off_until,
    createdAt: row.created_at,
    moreTime: Boolean(row.more_time),
    documentKind: row.document_kind,
    facts: factsOfRow({ ...row }),
  };
}

/** The customer with this registered phone and this national ID, by blind index: one query, the same whether or not anyone is known (invariant 20). */
export async function findByIdentity(
  knex: Knex,
  phoneIndex: string,
  nationalIdIndex: string,
): Promise<Customer | undefined> {
  const row: CustomerRow | undefined = await knex<CustomerRow>('customers')
    .where({ phone_index: phoneIndex, national_id_index: nationalIdIndex })
    .first();
  return row && fromRow(row);
}

/** The customer with this id, or undefined. */
export async function customerById(transaction: Knex, id: string): Promise<Customer | undefined> {
  const row: CustomerRow | undefined = await transaction<CustomerRow>('customers').where({ id }).first();
  return row && fromRow(row);
}

/**
 * The customer, held until the transaction ends, so that a freeze lands before or after an order and never in the
 * middle (invariants 22, 29).
 */
export async function lockCustomerForUpdate(transaction: Knex, id: string): Promise<Customer | undefined> {
  const row: CustomerRow | undefined = await transaction<CustomerRow>('customers')
    .where({ id })
    .forUpdate()
    .first();
  return row && fromRow(row);
}

/** Every customer, oldest first; for demo listings and reports, not for a call. */
export async function allCustomers(knex: Knex): Promise<readonly Customer[]> {
  const rows: CustomerRow[] = await knex<CustomerRow>('customers').orderBy([
    { column: 'created_at' },
    { column: 'id' },
  ]);
  return rows.map(fromRow);
}

/**
 * Stops an account (R18.2, V8). Repeating it changes nothing and a full freeze never goes back to provisional
 * (invariant 30). `askedAt` is kept as the moment since when it is frozen, unless an earlier one is (V8.2). Answers whether
 * this request changed the record.
 */
export async function freezeCustomer(
  transaction: Knex,
  id: string,
  freeze: Exclude<Freeze, 'none'>,
  askedAt: Instant,
): Promise<'frozen' | 'already_frozen'> {
  const weaker: readonly Freeze[] = freeze === 'full' ? ['none', 'provisional'] : ['none'];
  const changed = await transaction('customers')
    .where({ id })
    .whereIn('freeze', [...weaker])
    .update({
      freeze,
      frozen_at: transaction.raw(
        'CASE WHEN ?? = ? OR frozen_at IS NULL OR frozen_at > ? THEN ? ELSE frozen_at END',
        ['freeze', 'none', askedAt, askedAt],
      ),
    });
  return changed === 1 ? 'frozen' : 'already_frozen';
}

/** Stores a further contact number (E.164), sealed; the registered phone, where codes go, stays as it is. */
export async function setContactPhone(
  transaction: Knex,
  keyring: Keyring,
  random: Random,
  id: string,
  e164: string,
): Promise<void> {
  const sealed = seal(keyring, random, sealContext('contact_phone_sealed', id), e164);
  const changed = await transaction('customers').where({ id }).update({ contact_phone_sealed: sealed });
  assert(changed === 1, 'a contact number belongs to a customer');
}

/** Remembers the language a customer chose on the telephone; the record's own stays as it is. Idempotent. */
export async function setChosenLanguage(transaction: Knex, id: string, language: Language): Promise<void> {
  await transaction('customers').where({ id }).update({ chosen_language: language });
}

/** A customer to be written: everything in clear except the PINs, which come as verifiers. */
export interface NewCustomer {
  readonly id: string;
  readonly locale: Language;
  readonly name: CustomerName;
  readonly nationalId: NationalId;
  readonly phone?: { readonly e164: string; readonly since: Instant };
  readonly documentKind?: DocumentKind;
  readonly facts?: Facts;
  readonly simChangedAt?: Instant;
  readonly freeze?: Freeze;
  readonly coolingOffUntil?: Instant;
  readonly moreTime?: true;
  readonly verifiers: { readonly [kind in PinKind]?: string };
}

/** Writes a customer and the PIN verifiers: personal data sealed, phone and ID findable by blind index only. */
export async function insertCustomer(
  transaction: Knex,
  keyring: Keyring,
  random: Random,
  customer: NewCustomer,
  now: Instant,
): Promise<void> {
  const { id, phone, nationalId } = customer;
  const row: CustomerRow = {
    id,
    locale: customer.locale,
    chosen_language: null,
    jurisdiction: nationalId.kind,
    name_sealed: seal(keyring, random, sealContext('name_sealed', id), JSON.stringify(customer.name)),
    national_id_sealed: seal(keyring, random, sealContext('national_id_sealed', id), nationalId.id),
    national_id_index: blindIndex(keyring, 'national_id', nationalId.id),
    phone_sealed: phone ? seal(keyring, random, sealContext('phone_sealed', id), phone.e164) : null,
    phone_index: phone ? blindIndex(keyring, 'phone', phone.e164) : null,
    phone_since: phone?.since ?? null,
    contact_phone_sealed: null,
    sim_changed_at: customer.simChangedAt ?? null,
    sim_known_at: customer.simChangedAt === undefined ? null : now,
    freeze: customer.freeze ?? 'none',
    frozen_at: customer.freeze && customer.freeze !== 'none' ? now : null,
    cooling_off_until: customer.coolingOffUntil ?? null,
    created_at: now,
    more_time: customer.moreTime ?? false,
    document_kind: customer.documentKind ?? null,
  };
  await transaction('customers').insert({ ...row, ...rowOfFacts(customer.facts ?? {}) });
  await insertPinVerifiers(transaction, id, customer.verifiers, now);
}

/** The customer enrolled first and the one enrolled last, where there are any; to try keys on. */
export async function sampleCustomers(knex: Knex): Promise<readonly Customer[]> {
  const rows: CustomerRow[] = [];
  for (const direction of ['asc', 'desc'])
    rows.push(...(await knex<CustomerRow>('customers').orderBy('created_at', direction).limit(1)));
  return rows.map(fromRow);
}

/** The sealed values of the customers after `afterId`, by id; for key rotation. */
export async function sealedValuesAfter(
  knex: Knex,
  afterId: string,
  limit: number,
): Promise<readonly ({ readonly id: string } & { readonly [column in SealedColumn]: string | null })[]> {
  return knex('customers')
    .where('id', '>', afterId)
    .orderBy('id')
    .limit(limit)
    .select('id', ...SEALED_COLUMNS);
}

/** Replaces a sealed value if it is still the one that was read; answers how many rows changed, 1 or 0. */
export async function replaceSealedValue(
  transaction: Knex,
  customerId: string,
  column: SealedColumn,
  expected: string,
  renewed: string,
): Promise<number> {
  return transaction('customers')
    .where({ id: customerId, [column]: expected })
    .update({ [column]: renewed });
}

/** How many values of a column are sealed under another key than this one. */
export async function sealedUnderOtherKeys(
  knex: Knex,
  table: string,
  column: string,
  keyId: string,
): Promise<number> {
  const prefix = `v1.${keyId}.`;
  const rows: { count: number | string }[] = await knex(table)
    .whereNotNull(column)
    .whereRaw('substr(??, 1, ?) <> ?', [column, prefix.length, prefix])
    .count({ count: '*' });
  return Number(rows[0]?.count ?? 0);
}
