import type { Knex } from 'knex';
import { PIN_KINDS, type PinKind } from '../actions/requirement.ts';
import { hashPin } from '../credentials/pin-verifier.service.ts';
import { Ledger } from '../ledger/ledger.service.ts';
import type { Instant } from '../platform/clock.ts';
import { blindIndex, type Keyring } from '../platform/keyring.ts';
import { type Random, randomToken } from '../platform/random.ts';
import type { Policy } from '../policy/policy.ts';
import { CUSTOMER_ENTRIES } from './customers.entries.ts';
import {
  enrolledNationalIds,
  insertCustomer,
  lockEnrolmentForUpdate,
  sampleCustomers,
} from './customers.store.ts';
import { type EnrolmentProblem, type EnrolmentRow, readEnrolmentFile } from './enrolment-file.ts';
import { keysOpenCustomer } from './key-rotation.service.ts';

interface EnrolmentDependencies {
  readonly knex: Knex;
  readonly keyring: Keyring;
  readonly random: Random;
  readonly policy: Policy;
  /** Who enrols, for the record. */
  readonly person: string;
}

type EnrolmentResult =
  | { readonly kind: 'enrolled' | 'checked'; readonly customers: number; readonly withoutPin: number }
  | { readonly kind: 'refused'; readonly problems: readonly EnrolmentProblem[] }
  /** The keys are not those the customers of this database are sealed with. */
  | { readonly kind: 'wrong_keys' };

const ledger = new Ledger(CUSTOMER_ENTRIES);
/** Two at once use two cores; the rest of the machine stays for callers. */
const HASHED_AT_ONCE = 2;

/**
 * Enrols every customer of a CSV file, or none of them and answers every problem (E1, R11.2). A dry run checks the
 * same things and writes nothing.
 */
export async function enrolCustomers(
  { knex, keyring, random, policy, person }: EnrolmentDependencies,
  file: Buffer,
  options: { readonly dryRun: boolean },
  now: Instant,
): Promise<EnrolmentResult> {
  const read = readEnrolmentFile(file, policy, now);
  if (!read.ok) return { kind: 'refused', problems: read.problems };
  for (const customer of await sampleCustomers(knex))
    if (!keysOpenCustomer(customer, keyring)) return { kind: 'wrong_keys' };
  const known = await findEnrolled(knex, keyring, read.rows);
  if (known.length > 0) return { kind: 'refused', problems: known };

  const withoutPin = read.rows.filter((row) => PIN_KINDS.some((kind) => row.pins[kind] === undefined)).length;
  if (options.dryRun) return { kind: 'checked', customers: read.rows.length, withoutPin };

  // Hashed before the transaction begins, which would otherwise keep callers waiting for minutes.
  const prepared = await prepare(keyring, random, policy, read.rows);
  return knex.transaction(async (transaction) => {
    await lockEnrolmentForUpdate(transaction, now);
    const enrolledMeanwhile = await findEnrolled(transaction, keyring, read.rows);
    if (enrolledMeanwhile.length > 0) return { kind: 'refused', problems: enrolledMeanwhile };
    for (const customer of prepared) {
      await insertCustomer(transaction, keyring, random, customer, now);
      const { id, locale, nationalId } = customer;
      const data = { person, language: locale, jurisdiction: nationalId.kind };
      const entry = { type: 'customer.enrolled', rules: ['E1', 'R11.2'], data } as const;
      await ledger.append(transaction, { kind: 'customer', id }, [entry], now);
    }
    return { kind: 'enrolled', customers: prepared.length, withoutPin };
  });
}

async function findEnrolled(
  knex: Knex,
  keyring: Keyring,
  rows: readonly EnrolmentRow[],
): Promise<readonly EnrolmentProblem[]> {
  const indexOf = (row: EnrolmentRow) => blindIndex(keyring, 'national_id', row.nationalId.id);
  const enrolled = await enrolledNationalIds(knex, rows.map(indexOf));
  return rows
    .filter((row) => enrolled.has(indexOf(row)))
    .map(({ row }) => ({
      row,
      column: 'national_id',
      problem: 'belongs to a customer who is enrolled already',
    }));
}

async function prepare(keyring: Keyring, random: Random, policy: Policy, rows: readonly EnrolmentRow[]) {
  const prepareOne = async ({ name, locale, nationalId, phone, pins }: EnrolmentRow) => {
    const id = randomToken(random);
    const verifiers: { [kind in PinKind]?: string } = {};
    for (const kind of PIN_KINDS) {
      const pin = pins[kind];
      if (pin !== undefined)
        verifiers[kind] = await hashPin(keyring, random, policy.pin.argon2, { customerId: id, kind }, pin);
    }
    return { id, name, locale, nationalId, ...(phone && { phone }), verifiers };
  };
  const prepared: Awaited<ReturnType<typeof prepareOne>>[] = [];
  for (let begin = 0; begin < rows.length; begin += HASHED_AT_ONCE)
    prepared.push(...(await Promise.all(rows.slice(begin, begin + HASHED_AT_ONCE).map(prepareOne))));
  return prepared;
}
