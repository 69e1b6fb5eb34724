import { Command } from 'commander';
import type { Knex } from 'knex';
import { isDemoCompany } from '../../db/seeds/demo-company.ts';
import { DEMO_CUSTOMERS } from '../../db/seeds/demo-customers.ts';
import { PIN_KINDS } from '../actions/requirement.ts';
import type { BankAccount, BankLoan, BankPayee } from '../bank/bank.ts';
import { DemoBank } from '../bank/demo-bank.store.ts';
import { type Customer, customerName, registeredPhone } from '../customers/customer.ts';
import { customerById } from '../customers/customers.store.ts';
import { askOfSim } from '../customers/sim/ask-sim.service.ts';
import { DemoSimDates } from '../customers/sim/demo-sim-dates.store.ts';
import { pinBudgetOf } from '../factors/pin/pin.ts';
import { describeAmount } from '../jurisdictions/currency.ts';
import type { Language } from '../locales/catalogue.ts';
import { lockOf } from '../lockout/counters.store.ts';
import { type Instant, SECOND } from '../platform/clock.ts';
import type { Keyring } from '../platform/keyring.ts';
import type { Policy } from '../policy/policy.ts';
import { readPolicy } from './files.ts';
import { CommandRefused, readSettings, requireKeys, type Terminal, withDatabase } from './terminal.ts';

/** What is special about a demo customer at the moment; the first that applies. */
type DemoState =
  | 'frozen'
  | 'provisionally_frozen'
  | 'locked'
  | 'no_phone'
  | 'phone_changed_recently'
  | 'sim_changed_recently'
  | 'sim_unknown'
  | 'active';

/** A demo customer as a tester needs them. Amounts are integer minor units; times ISO 8601. */
export interface DemoListing {
  readonly name: string;
  readonly locale: Language;
  readonly registeredPhone: string | null;
  readonly nationalId: string;
  readonly queryPin: string;
  readonly transactionPin: string;
  readonly state: DemoState;
  readonly accounts: readonly Omit<BankAccount, 'id'>[];
  readonly loans: readonly Omit<BankLoan, 'id'>[];
  readonly payees: readonly (Omit<BankPayee, 'id' | 'addedAt'> & { readonly addedAt: string })[];
}

/** The demo company's customers as they stand in the database now, with the PINs they were seeded with. */
export async function listDemoCustomers(
  knex: Knex,
  keyring: Keyring,
  policy: Policy,
  now: Instant,
): Promise<readonly DemoListing[]> {
  const bank = new DemoBank(keyring);
  const listings: DemoListing[] = [];
  for (const { id, nationalId, queryPin, transactionPin } of DEMO_CUSTOMERS) {
    const customer = await customerById(knex, id);
    if (!customer) continue;
    listings.push({
      name: customerName(customer, keyring).full,
      locale: customer.locale,
      registeredPhone: registeredPhone(customer, keyring)?.e164 ?? null,
      nationalId,
      queryPin,
      transactionPin,
      state: await demoState(knex, customer, keyring, policy, now),
      accounts: (await bank.accounts(id, knex)).map(({ id: _id, ...account }) => account),
      loans: (await bank.loans(id, knex)).map(({ id: _id, ...loan }) => loan),
      payees: (await bank.payees(id, knex)).map(({ id: _id, addedAt, ...payee }) => ({
        ...payee,
        addedAt: new Date(addedAt).toISOString(),
      })),
    });
  }
  return listings;
}

async function demoState(
  knex: Knex,
  customer: Customer,
  keyring: Keyring,
  policy: Policy,
  now: Instant,
): Promise<DemoState> {
  if (customer.freeze === 'full') return 'frozen';
  if (customer.freeze === 'provisional') return 'provisionally_frozen';
  for (const kind of PIN_KINDS)
    if (await lockOf(knex, customer.id, pinBudgetOf(kind, policy), 'own', now)) return 'locked';
  const { destinationRegisteredForSeconds } = policy.code;
  const within = (at: Instant | null, seconds: number) => at !== null && now - at < seconds * SECOND;
  const phone = registeredPhone(customer, keyring);
  if (!phone) return 'no_phone';
  if (within(customer.phoneSince, destinationRegisteredForSeconds)) return 'phone_changed_recently';
  const operator = new DemoSimDates(keyring);
  const sim = await askOfSim(knex, operator, customer, phone.e164, policy, now);
  if (sim.refusal === 'sim_changed') return 'sim_changed_recently';
  if (sim.refusal === 'sim_unknown') return 'sim_unknown';
  return 'active';
}

/** `hotline demo-customers`: prints whom the demo knows, PINs included; refuses any other data. */
export function demoCustomersCommand(terminal: Terminal): Command {
  return new Command('demo-customers')
    .description('print the demo company’s customers with their demo PINs')
    .option('--json', 'as JSON, for programs')
    .action(async (options: { json?: true }) => {
      const config = readSettings(terminal, 'demo');
      const keyring = requireKeys(config);
      const policy = await readPolicy(config.files.policy);
      const listings = await withDatabase(
        config.database,
        'There is no demo database yet: run `npm run demo` first.',
        async (knex) => {
          if (!(await isDemoCompany(knex)))
            throw new CommandRefused(
              'The database of this environment (DATABASE_URL, also in a file .env) is not a demo, and nothing of it is shown: leave the setting out to see the customers of `npm run demo`.',
            );
          return listDemoCustomers(knex, keyring, policy, terminal.clock.now());
        },
      );
      terminal.print(options.json ? JSON.stringify(listings, null, 2) : listings.map(describe).join('\n\n'));
    });
}

function describe(listing: DemoListing): string {
  const { name, locale, registeredPhone: phone, nationalId, queryPin, transactionPin, state } = listing;
  return [
    `${name} (${locale}, ${state})`,
    `  phone ${phone ?? 'none'}  ID ${nationalId}  query PIN ${queryPin}  transaction PIN ${transactionPin}`,
    ...listing.accounts.map(
      (account) => `  account ${account.number}  ${describeAmount(account.balanceMinor, account.currency)}`,
    ),
    ...listing.loans.map(
      (loan) =>
        `  loan ${loan.number}  ${describeAmount(loan.outstandingMinor, loan.currency)}, ${describeAmount(loan.dueMinor, loan.currency)} due on ${loan.dueOn}`,
    ),
    ...listing.payees.map((payee) => `  payee ${payee.name}  ${payee.accountNumber}  ${payee.currency}`),
  ].join('\n');
}
