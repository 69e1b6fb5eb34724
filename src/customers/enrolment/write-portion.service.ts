import type { Knex } from 'knex';
import { PIN_KINDS, type PinKind } from '../../actions/requirement.ts';
import { hashPin } from '../../credentials/pin-verifier.service.ts';
import { Ledger } from '../../ledger/ledger.service.ts';
import type { Instant } from '../../platform/clock.ts';
import type { Keyring } from '../../platform/keyring.ts';
import { type Random, randomToken } from '../../platform/random.ts';
import type { Policy } from '../../policy/policy.ts';
import { CUSTOMER_ENTRIES } from '../customers.entries.ts';
import { insertCustomer, lockCustomerForUpdate, type NewCustomer } from '../customers.store.ts';
import { differenceOf } from './difference.ts';
import { lockEnrolmentForUpdate, updateCustomer } from './enrolment.store.ts';
import { judgeRows, type Mode, type Verdict } from './judge-rows.service.ts';
import type { EnrolmentRow } from './read-row.ts';

/** What writing needs. */
export interface Writing {
  readonly knex: Knex;
  readonly keyring: Keyring;
  readonly random: Random;
  readonly policy: Policy;
  /** Who enrols, for the record. */
  readonly person: string;
}

interface PortionOptions {
  readonly mode: Mode;
  readonly skipBad: boolean;
  readonly now: Instant;
}

/** Written in one transaction: a file of this size is all or nothing, and SQLite's write lock is held for a second at most. */
export const PORTION_ROWS = 500;
/** Two at once use two cores; the rest of the machine stays for callers. */
const HASHED_AT_ONCE = 2;

const ledger = new Ledger(CUSTOMER_ENTRIES);

/** Adds and changes the customers of some rows, all of them or none; answers what was done with each. */
export async function writePortion(
  writing: Writing,
  rows: readonly EnrolmentRow[],
  { mode, skipBad, now }: PortionOptions,
): Promise<readonly Verdict[]> {
  const { knex, random } = writing;
  const context = { ...writing, mode, now };
  const before = await judgeRows(knex, rows, context);
  // Hashed before the transaction begins, which would otherwise keep callers waiting for minutes.
  const prepared = await prepare(
    writing,
    before.flatMap((verdict) => (verdict.kind === 'add' ? [verdict.row] : [])),
    now,
  );
  return knex.transaction(async (transaction) => {
    await lockEnrolmentForUpdate(transaction, now);
    const verdicts = await judgeRows(transaction, rows, context);
    if (!skipBad && verdicts.some(({ kind }) => kind === 'refuse'))
      return verdicts.filter(({ kind }) => kind === 'refuse');
    for (const verdict of verdicts) {
      if (verdict.kind === 'change') await change(transaction, writing, verdict, now);
      const customer = verdict.kind === 'add' ? prepared.get(verdict.row) : undefined;
      if (!customer) continue;
      await insertCustomer(transaction, writing.keyring, random, customer, now);
      const data = {
        person: writing.person,
        language: customer.locale,
        jurisdiction: customer.nationalId.kind,
      };
      const entry = { type: 'customer.enrolled', rules: ['E1', 'R11.2'], data } as const;
      await ledger.append(transaction, { kind: 'customer', id: customer.id }, [entry], now);
    }
    return verdicts;
  });
}

/** Writes what changed, with an entry for each field; compared again, because a call may have changed the customer meanwhile. */
async function change(
  transaction: Knex,
  { keyring, random, policy, person }: Writing,
  { row, customer: { id } }: Extract<Verdict, { kind: 'change' }>,
  now: Instant,
): Promise<void> {
  const customer = await lockCustomerForUpdate(transaction, id);
  if (!customer) return;
  const { values, changes } = differenceOf(row, customer, keyring, policy.coolingOff.seconds, now);
  if (changes.length === 0) return;
  await updateCustomer(transaction, keyring, random, id, values);
  const entries = changes.map(({ field }) => ({
    type: 'customer.changed' as const,
    rules: ['E1', 'R11.1', 'R11.2'],
    data: { person, part: field },
  }));
  await ledger.append(transaction, { kind: 'customer', id }, entries, now);
}

async function prepare(
  { keyring, random, policy }: Writing,
  rows: readonly EnrolmentRow[],
  now: Instant,
): Promise<ReadonlyMap<EnrolmentRow, NewCustomer>> {
  const prepared = new Map<EnrolmentRow, NewCustomer>();
  const prepareOne = async (row: EnrolmentRow) => {
    const { name, locale, document, jurisdiction, phone, simChangedAt, pins, facts } = row;
    const id = randomToken(random);
    const verifiers: { [kind in PinKind]?: string } = {};
    for (const kind of PIN_KINDS) {
      const pin = pins[kind];
      if (pin !== undefined)
        verifiers[kind] = await hashPin(keyring, random, policy.pin.argon2, { customerId: id, kind }, pin);
    }
    prepared.set(row, {
      id,
      name,
      locale,
      nationalId: { kind: jurisdiction.code, id: document.id },
      documentKind: document.kind,
      // A date says no time: the latest it can mean is the safe reading, codes go to a number only when it is a day old.
      ...(phone && { phone: { e164: phone.e164, since: Math.min(phone.since ?? now, now) } }),
      ...(simChangedAt !== undefined && { simChangedAt }),
      facts,
      verifiers,
    });
  };
  for (let begin = 0; begin < rows.length; begin += HASHED_AT_ONCE)
    await Promise.all(rows.slice(begin, begin + HASHED_AT_ONCE).map(prepareOne));
  return prepared;
}
