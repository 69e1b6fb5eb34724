import type { Knex } from 'knex';
import type { Option } from '../actions/option.ts';
import type { BankLoan, BankPort } from '../bank/bank.ts';
import { customerById } from '../customers/customers.store.ts';
import { JURISDICTION_RULES } from '../jurisdictions/catalogue.ts';
import type { Currency } from '../jurisdictions/currency.ts';
import { calendarDay } from '../platform/clock.ts';
import { assert } from '../platform/fault.ts';
import { type OperationContext, outcome, type StepOperation } from './operation.ts';

/** Reads a customer's options from the core system. */
type Lister = (
  bank: BankPort,
  transaction: Knex,
  customerId: string,
  currency: Currency | undefined,
) => Promise<readonly Option[]>;

/**
 * The loans with something left to repay. `today` is the calendar day where the customer is: what was due
 * before it is overdue. Pure.
 */
export function loanOptions(
  loans: readonly BankLoan[],
  today: string,
): readonly Extract<Option, { kind: 'loan' }>[] {
  return loans
    .filter((loan) => loan.outstandingMinor > 0)
    .map(({ id, number, currency, outstandingMinor, dueMinor, dueOn }) => ({
      ...{ kind: 'loan', id, lastFour: number.slice(-4), currency, outstandingMinor, dueMinor, dueOn },
      ...(dueMinor > 0 && dueOn < today ? { overdueOn: today } : {}),
    }));
}

const payeeOptions: Lister = async (bank, transaction, customerId) =>
  (await bank.payees(customerId, transaction)).map(({ id, accountNumber, currency, name }) => ({
    kind: 'payee',
    id,
    lastFour: accountNumber.slice(-4),
    currency,
    name,
  }));

/** Accounts in the order's currency; all of them where the order has none. */
const accountOptions: Lister = async (bank, transaction, customerId, currency) =>
  (await bank.accounts(customerId, transaction))
    .filter((account) => currency === undefined || account.currency === currency)
    .map(({ id, number, ...account }) => ({
      kind: 'account',
      id,
      lastFour: number.slice(-4),
      currency: account.currency,
    }));

function listing(bank: BankPort, list: Lister): StepOperation {
  const perform = async (transaction: Knex, { call }: OperationContext) => {
    const { customerId } = call.proofs;
    assert(customerId !== undefined, 'only a known customer is told what there is to choose from');
    const options = await list(bank, transaction, customerId, call.flow.order?.currency);
    return outcome({ type: 'LISTED', options });
  };
  return { perform, sends: false, changesCustomer: false };
}

function loanListing(bank: BankPort): StepOperation {
  const perform = async (transaction: Knex, { call, now }: OperationContext) => {
    const { customerId } = call.proofs;
    assert(customerId !== undefined, 'only a known customer is told what there is to choose from');
    const customer = await customerById(transaction, customerId);
    assert(customer, 'a proved customer is stored');
    const loans = await bank.loans(customerId, transaction);
    const options = loanOptions(loans, calendarDay(now, JURISDICTION_RULES[customer.jurisdiction].timeZone));
    const settled = loans.length > 0 && options.length === 0;
    return outcome({ type: 'LISTED', options, ...(settled ? { settled } : {}) });
  };
  return { perform, sends: false, changesCustomer: false };
}

/** The operations that list what can be chosen, all of it. */
export function listingOperations(bank: BankPort) {
  return {
    'list.loans': loanListing(bank),
    'list.payees': listing(bank, payeeOptions),
    'list.accounts': listing(bank, accountOptions),
  };
}
