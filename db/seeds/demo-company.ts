import type { Knex } from 'knex';
import { hashPin } from '../../src/credentials/pin-verifier.service.ts';
import { insertCustomer, type NewCustomer } from '../../src/customers/customers.store.ts';
import { setDemoSim } from '../../src/customers/sim/demo-sim-dates.store.ts';
import { JURISDICTION_RULES } from '../../src/jurisdictions/catalogue.ts';
import type { Currency } from '../../src/jurisdictions/currency.ts';
import { readNationalId } from '../../src/jurisdictions/national-id.ts';
import { calendarDay, DAY, HOUR, type Instant } from '../../src/platform/clock.ts';
import { assert } from '../../src/platform/fault.ts';
import { type Keyring, seal } from '../../src/platform/keyring.ts';
import type { Random } from '../../src/platform/random.ts';
import type { Policy } from '../../src/policy/policy.ts';
import { DEMO_CUSTOMERS, type DemoCustomer } from './demo-customers.ts';
import { DEMO_TRANSACTIONS } from './demo-transactions.ts';

const DAILY_LIMIT_MINOR: { readonly [currency in Currency]: number } = {
  CNY: 50_000_000,
  VND: 500_000_000,
};
const TIME_ZONE: { readonly [currency in Currency]: string } = {
  CNY: JURISDICTION_RULES.CN.timeZone,
  VND: JURISDICTION_RULES.VN.timeZone,
};
/** Two hashes at once: more would only wait for the cores. */
const HASHED_AT_ONCE = 2;

/** Whether the database holds the demo company, which is the only data a demo may show or change. */
export async function isDemoCompany(knex: Knex): Promise<boolean> {
  const row: { value: string } | undefined = await knex('settings').where({ name: 'demo' }).first();
  return row?.value === 'yes';
}

/**
 * Writes the demo company. On a database that has it already, only what is told in hours (a new phone, a new
 * payee, a changed SIM, due dates) is told from `now` again: freezes, locks and balances stay as callers left them.
 * A database with anybody else's customers is refused and left as it is.
 */
export async function seedDemoCompany(
  knex: Knex,
  keyring: Keyring,
  policy: Policy,
  random: Random,
  now: Instant,
): Promise<'seeded' | 'renewed' | 'refused_real_data'> {
  if (await isDemoCompany(knex)) {
    await knex.transaction(async (transaction) => {
      for (const customer of DEMO_CUSTOMERS) {
        await renewCustomer(transaction, customer, now);
        await insertSim(transaction, keyring, customer, now);
      }
    });
    return 'renewed';
  }
  if (await knex('customers').first('id')) return 'refused_real_data';
  // Hashed before the transaction begins: it takes about a second and would keep everybody waiting.
  const verifiers = await hashPins(keyring, policy, random);
  await knex.transaction(async (transaction) => {
    await transaction('settings').insert({ name: 'demo', value: 'yes' });
    for (const customer of DEMO_CUSTOMERS) {
      await insertDemoCustomer(transaction, keyring, random, customer, verifiers.get(customer.id) ?? {}, now);
      await insertBankRows(transaction, keyring, random, customer, now);
      await insertTransactions(transaction, customer, now);
      await insertSim(transaction, keyring, customer, now);
      if (customer.transactionPinVoid) await voidTransactionPin(transaction, customer, policy, now);
    }
  });
  return 'seeded';
}

async function hashPins(
  keyring: Keyring,
  policy: Policy,
  random: Random,
): Promise<ReadonlyMap<string, NewCustomer['verifiers']>> {
  const verifiers = new Map<string, NewCustomer['verifiers']>();
  for (let begin = 0; begin < DEMO_CUSTOMERS.length; begin += HASHED_AT_ONCE)
    await Promise.all(
      DEMO_CUSTOMERS.slice(begin, begin + HASHED_AT_ONCE).map(
        async ({ id: customerId, queryPin, transactionPin }) => {
          const hash = (kind: 'query' | 'transaction', pin: string) =>
            hashPin(keyring, random, policy.pin.argon2, { customerId, kind }, pin);
          verifiers.set(customerId, {
            query: await hash('query', queryPin),
            transaction: await hash('transaction', transactionPin),
          });
        },
      ),
    );
  return verifiers;
}

async function insertDemoCustomer(
  transaction: Knex,
  keyring: Keyring,
  random: Random,
  customer: DemoCustomer,
  verifiers: NewCustomer['verifiers'],
  now: Instant,
): Promise<void> {
  const nationalId = readNationalId(customer.nationalId, now);
  assert(nationalId, 'demo customers have valid IDs');
  const { phone, freeze } = customer;
  await insertCustomer(
    transaction,
    keyring,
    random,
    {
      id: customer.id,
      locale: customer.locale,
      name: customer.name,
      nationalId,
      ...(phone && { phone: { e164: phone.e164, since: now - phone.registeredHoursAgo * HOUR } }),
      ...(freeze && { freeze }),
      verifiers,
    },
    now,
  );
}

const accountId = (customer: DemoCustomer, index: number) => `${customer.id}-account-${index + 1}`;
const loanId = (customer: DemoCustomer, index: number) => `${customer.id}-loan-${index + 1}`;
const payeeId = (customer: DemoCustomer, index: number) => `${customer.id}-payee-${index + 1}`;
const dueOn = (currency: Currency, dueInDays: number, now: Instant) =>
  calendarDay(now + dueInDays * DAY, TIME_ZONE[currency]);

async function insertBankRows(
  transaction: Knex,
  keyring: Keyring,
  random: Random,
  customer: DemoCustomer,
  now: Instant,
): Promise<void> {
  const customer_id = customer.id;
  for (const [index, { number, currency, balanceMinor }] of customer.accounts.entries())
    await transaction('bank_accounts').insert({
      id: accountId(customer, index),
      customer_id,
      number,
      currency,
      balance_minor: balanceMinor,
      daily_limit_minor: DAILY_LIMIT_MINOR[currency],
    });
  for (const [index, loan] of customer.loans.entries())
    await transaction('bank_loans').insert({
      id: loanId(customer, index),
      customer_id,
      number: loan.number,
      currency: loan.currency,
      outstanding_minor: loan.outstandingMinor,
      due_minor: loan.dueMinor,
      due_on: dueOn(loan.currency, loan.dueInDays, now),
    });
  for (const [index, payee] of customer.payees.entries()) {
    const id = payeeId(customer, index);
    await transaction('bank_payees').insert({
      id,
      customer_id,
      name_sealed: seal(keyring, random, `bank_payees.name:${id}`, payee.name),
      account_number: payee.accountNumber,
      currency: payee.currency,
      added_at: now - payee.addedHoursAgo * HOUR,
    });
  }
}

async function insertTransactions(transaction: Knex, customer: DemoCustomer, now: Instant): Promise<void> {
  const [first] = customer.accounts;
  if (first === undefined || customer.hasNoTransactions) return;
  await transaction('bank_transactions').insert(
    DEMO_TRANSACTIONS[first.currency].map((line, index) => ({
      id: `${accountId(customer, 0)}-${index + 1}`,
      account_id: accountId(customer, 0),
      direction: line.direction,
      amount_minor: line.amountMinor,
      counterparty_last_four: line.counterpartyLastFour ?? null,
      at: now - line.hoursAgo * HOUR,
    })),
  );
}

/** What the embedded operator says of a demo customer's SIM; of the others it says that theirs never changed. */
async function insertSim(
  transaction: Knex,
  keyring: Keyring,
  { phone, simChangedHoursAgo, simUnknown }: DemoCustomer,
  now: Instant,
): Promise<void> {
  if (!phone || (simChangedHoursAgo === undefined && !simUnknown)) return;
  const changedAt = simChangedHoursAgo === undefined ? undefined : now - simChangedHoursAgo * HOUR;
  await setDemoSim(transaction, keyring, phone.e164, changedAt);
}

async function voidTransactionPin(
  transaction: Knex,
  customer: DemoCustomer,
  policy: Policy,
  now: Instant,
): Promise<void> {
  const failures = policy.pin.ladder.find((step) => 'void' in step)?.failures;
  assert(failures !== undefined, 'the policy voids a PIN in the end (V11)');
  await transaction('lock_counters').insert({
    customer_id: customer.id,
    factor: 'pin.transaction',
    own_failures: failures,
    void_at: now - DAY,
  });
}

async function renewCustomer(transaction: Knex, customer: DemoCustomer, now: Instant): Promise<void> {
  const { phone } = customer;
  await transaction('customers')
    .where({ id: customer.id })
    .update({
      phone_since: phone ? now - phone.registeredHoursAgo * HOUR : null,
      // Of a demo from before there was an operator to ask.
      sim_changed_at: null,
      sim_known_at: null,
    });
  for (const [index, payee] of customer.payees.entries())
    await transaction('bank_payees')
      .where({ id: payeeId(customer, index) })
      .update({ added_at: now - payee.addedHoursAgo * HOUR });
  for (const [index, { currency, dueInDays }] of customer.loans.entries())
    await transaction('bank_loans')
      .where({ id: loanId(customer, index) })
      .update({ due_on: dueOn(currency, dueInDays, now) });
}
