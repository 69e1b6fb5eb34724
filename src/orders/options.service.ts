import type { Knex } from 'knex';
import type { Option } from '../actions/option.ts';
import type { BankPort } from '../bank/bank.ts';
import type { Currency } from '../jurisdictions/currency.ts';
import { assert } from '../platform/fault.ts';
import { type OperationContext, outcome, type StepOperation } from './operation.ts';

/** Keys 1 to 5 hold five options (policy dialogue.menuOptions). */
export const OPTIONS = 5;
/** Four options, and key 5 for "another". */
const OPTIONS_BESIDE_ANOTHER = 4;

/** Reads a customer's options from the core system. */
type Lister = (
  bank: BankPort,
  transaction: Knex,
  customerId: string,
  currency: Currency | undefined,
) => Promise<readonly Option[]>;

/** The customer's loans with something left to repay, at most OPTIONS. */
export const loanOptions = async (
  bank: BankPort,
  transaction: Knex,
  customerId: string,
): Promise<readonly Extract<Option, { kind: 'loan' }>[]> =>
  (await bank.loans(customerId, transaction))
    .filter((loan) => loan.outstandingMinor > 0)
    .slice(0, OPTIONS)
    .map(({ id, number, currency, outstandingMinor, dueMinor, dueOn }) => ({
      kind: 'loan',
      id,
      lastFour: number.slice(-4),
      currency,
      outstandingMinor,
      dueMinor,
      dueOn,
    }));

const payeeOptions: Lister = async (bank, transaction, customerId) =>
  (await bank.payees(customerId, transaction))
    .slice(0, OPTIONS_BESIDE_ANOTHER)
    .map(({ id, accountNumber, currency, name }) => ({
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
    .slice(0, OPTIONS)
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

/** The operations that list what can be chosen, at most as many as there are keys. */
export function listingOperations(bank: BankPort) {
  return {
    'list.loans': listing(bank, loanOptions),
    'list.payees': listing(bank, payeeOptions),
    'list.accounts': listing(bank, accountOptions),
  };
}
