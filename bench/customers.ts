import type { Knex } from 'knex';
import { hashPin } from '../src/credentials/pin-verifier.service.ts';
import { insertCustomer, type NewCustomer } from '../src/customers/customers.store.ts';
import { chineseIdCheckCharacter } from '../src/jurisdictions/cn-documents.ts';
import { readNationalId } from '../src/jurisdictions/national-id.ts';
import { DAY, type Instant } from '../src/platform/clock.ts';
import { assert } from '../src/platform/fault.ts';
import type { Keyring } from '../src/platform/keyring.ts';
import type { Random } from '../src/platform/random.ts';
import type { Policy } from '../src/policy/policy.ts';

/** An invented customer, one for every caller, so that no two calls draw on the same budget. */
export interface BenchCustomer {
  readonly id: string;
  readonly e164: string;
  /** What the customer keys as phone number and as national ID. */
  readonly phoneKeys: string;
  readonly idKeys: string;
  readonly queryPin: string;
  readonly transactionPin: string;
}

/** Enough for a repayment in every call of the longest run. */
const BALANCE_MINOR = 10_000_000_000;
const DUE_MINOR = 1_000;
const PHONE_REGISTERED_DAYS_AGO = 1_000;
/** Two hashes at once: more would only wait for the cores. */
const HASHED_AT_ONCE = 2;

/** The customer of the caller with this number, from 0 to 9999. Pure. */
export function benchCustomer(caller: number): BenchCustomer {
  const number = String(caller).padStart(4, '0');
  const first17 = `110101198001${String((caller % 28) + 1).padStart(2, '0')}${number.slice(1)}`;
  const id = `${first17}${chineseIdCheckCharacter(first17)}`;
  return {
    id: `bench-${number}`,
    e164: `+861390000${number}`,
    phoneKeys: `1390000${number}`,
    // A telephone has no X: the star stands for it.
    idKeys: id.replace('X', '*'),
    queryPin: '739154',
    transactionPin: '402986',
  };
}

/** Writes so many customers, with an account and a loan each, PINs hashed as the policy says. */
export async function insertBenchCustomers(
  knex: Knex,
  keyring: Keyring,
  random: Random,
  policy: Policy,
  count: number,
  now: Instant,
): Promise<void> {
  for (let begin = 0; begin < count; begin += HASHED_AT_ONCE) {
    const batch = Array.from({ length: Math.min(HASHED_AT_ONCE, count - begin) }, (_, at) =>
      benchCustomer(begin + at),
    );
    const verifiers = await Promise.all(
      batch.map((customer) => verifiersOf(keyring, random, policy, customer)),
    );
    await knex.transaction(async (transaction) => {
      for (const [at, customer] of batch.entries())
        await insertOne(transaction, keyring, random, customer, verifiers[at] ?? {}, now);
    });
  }
}

async function verifiersOf(
  keyring: Keyring,
  random: Random,
  policy: Policy,
  { id: customerId, queryPin, transactionPin }: BenchCustomer,
): Promise<NewCustomer['verifiers']> {
  const { argon2 } = policy.pin;
  return {
    query: await hashPin(keyring, random, argon2, { customerId, kind: 'query' }, queryPin),
    transaction: await hashPin(keyring, random, argon2, { customerId, kind: 'transaction' }, transactionPin),
  };
}

async function insertOne(
  transaction: Knex,
  keyring: Keyring,
  random: Random,
  customer: BenchCustomer,
  verifiers: NewCustomer['verifiers'],
  now: Instant,
): Promise<void> {
  const { id, e164 } = customer;
  const nationalId = readNationalId(customer.idKeys.replace('*', 'X'), now);
  assert(nationalId, 'invented customers have valid IDs');
  const phone = { e164, since: now - PHONE_REGISTERED_DAYS_AGO * DAY };
  const name = { full: `测试${id}`, family: '测试', title: 'none' } as const;
  await insertCustomer(
    transaction,
    keyring,
    random,
    { id, locale: 'zh-CN', name, nationalId, phone, verifiers },
    now,
  );
  await transaction('bank_accounts').insert({
    id: `${id}-account`,
    customer_id: id,
    number: `62000001${id.slice(-4)}`,
    currency: 'CNY',
    balance_minor: BALANCE_MINOR,
    daily_limit_minor: BALANCE_MINOR,
  });
  await transaction('bank_loans').insert({
    id: `${id}-loan`,
    customer_id: id,
    number: `CL${id.slice(-4)}`,
    currency: 'CNY',
    outstanding_minor: BALANCE_MINOR,
    due_minor: DUE_MINOR,
    due_on: '2099-12-31',
  });
}
