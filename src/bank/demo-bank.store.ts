import type { Knex } from 'knex';
import type { Currency } from '../jurisdictions/currency.ts';
import { DAY, HOUR, type Instant } from '../platform/clock.ts';
import { canonicalJson, digestsEqual, sha256 } from '../platform/digest.ts';
import { assertNever, Fault } from '../platform/fault.ts';
import { type Keyring, open } from '../platform/keyring.ts';
import { ask } from './ask-database.service.ts';
import {
  type BankAccount,
  type BankFreezeRequest,
  type BankFreezeState,
  type BankLoan,
  type BankOrder,
  type BankPayee,
  type BankPort,
  type BankRefusal,
  type BankRequest,
  type BankResult,
  type BankTransaction,
  bankOrder,
} from './bank.ts';
import { askedOfFreezes, freezeStateOf } from './demo-bank-freezes.store.ts';
import { moveMoney } from './demo-bank-money.store.ts';
import {
  type AccountRow,
  accountOf,
  type LoanRow,
  loanOf,
  minor,
  type PayeeRow,
  type TransactionRow,
  transactionOf,
} from './demo-bank-rows.ts';

/** The bank's day, for its daily limit, begins at midnight where the currency is; neither place changes its clocks. */
const BANK_DAY_OFFSET: { readonly [currency in Currency]: number } = { CNY: 8 * HOUR, VND: 7 * HOUR };

/** What a frozen customer may still do: money from their own account to their own loan. */
const LEFT_BY_A_FREEZE: ReadonlySet<BankOrder['action']> = new Set(['repayment']);

/** What counts in a day's total: transfers and payments (V1.2). A loan that is applied for pays nothing out. */
const PAID_OUT = ['transfer', 'repayment'] as const;

/**
 * The embedded bank: takes part in the turn's transaction, so that the money and the answer commit in one. Rows are locked
 * by an update that changes nothing, which works alike on SQLite and PostgreSQL.
 */
export class DemoBank implements BankPort {
  readonly #keyring: Keyring;

  constructor(keyring: Keyring) {
    this.#keyring = keyring;
  }

  /** The customer's accounts, by id. */
  async accounts(customerId: string, transaction: Knex): Promise<readonly BankAccount[]> {
    const rows: AccountRow[] = await ask(
      transaction('bank_accounts').where({ customer_id: customerId }).orderBy('id'),
    );
    return rows.map(accountOf);
  }

  /** The customer's loans, by id. */
  async loans(customerId: string, transaction: Knex): Promise<readonly BankLoan[]> {
    const rows: LoanRow[] = await ask(
      transaction('bank_loans').where({ customer_id: customerId }).orderBy('id'),
    );
    return rows.map(loanOf);
  }

  /** The customer's payees, by id, their names opened. */
  async payees(customerId: string, transaction: Knex): Promise<readonly BankPayee[]> {
    const rows: PayeeRow[] = await ask(
      transaction('bank_payees').where({ customer_id: customerId }).orderBy('id'),
    );
    return rows.map((row) => ({
      id: row.id,
      name: open(this.#keyring, `bank_payees.name:${row.id}`, row.name_sealed),
      accountNumber: row.account_number,
      currency: row.currency,
      addedAt: row.added_at,
    }));
  }

  /** The account's newest transactions, newest first; none where the account is not the customer's. */
  async transactions(
    customerId: string,
    accountId: string,
    limit: number,
    transaction: Knex,
  ): Promise<readonly BankTransaction[]> {
    const account = await findOwned<AccountRow>(transaction, 'bank_accounts', accountId, customerId);
    if (!account) return [];
    const rows: TransactionRow[] = await ask(
      transaction('bank_transactions')
        .where({ account_id: accountId })
        .orderBy('at', 'desc')
        .orderBy('id', 'desc')
        .limit(limit),
    );
    return rows.map((row) => transactionOf(row, account.currency));
  }

  /** Sum of what the customer paid out in [from, to), over all accounts, in minor units (V1, V1.2, V2). */
  async paidOutMinor(
    customerId: string,
    currency: Currency,
    from: Instant,
    to: Instant,
    transaction: Knex,
  ): Promise<number> {
    return sumPostings(transaction, PAID_OUT, { customer_id: customerId, currency }, from, to);
  }

  /** Whether `carryOut` would refuse the order now; looks at the same things in the same order and moves nothing. */
  async preview(
    request: Omit<BankRequest, 'idempotencyKey'>,
    transaction: Knex,
  ): Promise<BankRefusal | undefined> {
    return findRefusal(transaction, request.customerId, bankOrder(request.order), request.at);
  }

  /** Carries the order out once per key; a refusal is remembered under the key as well. Throws Fault(conflict) for a key of another request. */
  async carryOut(request: BankRequest, transaction: Knex): Promise<BankResult> {
    const { idempotencyKey, customerId, at } = request;
    const order = bankOrder(request.order);
    const requestDigest = sha256(canonicalJson({ customerId, order: { ...order } }));
    // The key is claimed first: a second process with the same key waits here until the first has committed.
    const claimed: unknown[] = await ask(
      transaction('bank_postings')
        .insert({
          idempotency_key: idempotencyKey,
          customer_id: customerId,
          kind: 'pending',
          account_id: order.accountId ?? null,
          counterparty_id: order.payeeId ?? order.loanId ?? null,
          amount_minor: order.amountMinor,
          currency: order.currency,
          request_digest: requestDigest,
          result: '{}',
          at,
        })
        .onConflict('idempotency_key')
        .ignore()
        .returning('idempotency_key'),
    );
    if (claimed.length === 0) return repeatedResult(transaction, idempotencyKey, requestDigest);

    await lockRows(transaction, customerId, order);
    const reason = await findRefusal(transaction, customerId, order, at);
    const result: BankResult = reason
      ? { kind: 'refused', reason }
      : await moveMoney(transaction, request, order);
    await ask(
      transaction('bank_postings')
        .where({ idempotency_key: idempotencyKey })
        .update({ kind: reason ? 'refused' : order.action, result: JSON.stringify(result) }),
    );
    return result;
  }

  async freeze(request: BankFreezeRequest, transaction: Knex): Promise<BankFreezeState> {
    return askedOfFreezes(transaction, 'freeze', request);
  }

  async unfreeze(request: BankFreezeRequest, transaction: Knex): Promise<BankFreezeState> {
    return askedOfFreezes(transaction, 'unfreeze', request);
  }

  async freezeState(customerId: string, transaction: Knex): Promise<BankFreezeState> {
    return freezeStateOf(transaction, customerId);
  }
}

async function repeatedResult(
  transaction: Knex,
  idempotencyKey: string,
  requestDigest: string,
): Promise<BankResult> {
  const posting: { request_digest: string; result: string } | undefined = await ask(
    transaction('bank_postings').where({ idempotency_key: idempotencyKey }).first(),
  );
  if (posting === undefined || !digestsEqual(posting.request_digest, requestDigest)) {
    throw new Fault('conflict', 'an idempotency key was used again for another request');
  }
  return JSON.parse(posting.result) as BankResult;
}

/** Takes the row locks of the order, account before loan, so that what is read next stays true until the commit. */
async function lockRows(transaction: Knex, customerId: string, order: BankOrder): Promise<void> {
  if (order.accountId !== undefined) {
    await ask(
      transaction('bank_accounts')
        .where({ id: order.accountId, customer_id: customerId })
        .update({ balance_minor: transaction.ref('balance_minor') }),
    );
  }
  if (order.loanId !== undefined) {
    await ask(
      transaction('bank_loans')
        .where({ id: order.loanId, customer_id: customerId })
        .update({ outstanding_minor: transaction.ref('outstanding_minor') }),
    );
  }
}

async function findRefusal(
  transaction: Knex,
  customerId: string,
  order: BankOrder,
  at: Instant,
): Promise<BankRefusal | undefined> {
  // Read after the account's lock, which a freeze takes as well: one of the two sees the other (invariant 43).
  const mayGoOn =
    LEFT_BY_A_FREEZE.has(order.action) || !(await freezeStateOf(transaction, customerId)).frozen;
  if (!mayGoOn) return 'account_frozen';
  if (order.action === 'loan_application') return undefined;
  const account = await findOwned<AccountRow>(transaction, 'bank_accounts', order.accountId, customerId);
  if (!account) return 'unknown_account';
  switch (order.action) {
    case 'transfer': {
      const payee = await findOwned<PayeeRow>(transaction, 'bank_payees', order.payeeId, customerId);
      if (!payee) return 'unknown_payee';
      if (account.currency !== order.currency || payee.currency !== order.currency)
        return 'currency_mismatch';
      if (minor(account.balance_minor) < order.amountMinor) return 'insufficient_funds';
      const offset = BANK_DAY_OFFSET[account.currency];
      const dayStart = Math.floor((at + offset) / DAY) * DAY - offset;
      const today = await sumPostings(
        transaction,
        ['transfer'],
        { account_id: account.id, currency: account.currency },
        dayStart,
        dayStart + DAY,
      );
      return today + order.amountMinor > minor(account.daily_limit_minor) ? 'over_limit' : undefined;
    }
    case 'repayment': {
      const loan = await findOwned<LoanRow>(transaction, 'bank_loans', order.loanId, customerId);
      if (!loan) return 'unknown_loan';
      if (account.currency !== order.currency || loan.currency !== order.currency) return 'currency_mismatch';
      if (order.amountMinor > minor(loan.outstanding_minor)) return 'more_than_owed';
      return minor(account.balance_minor) < order.amountMinor ? 'insufficient_funds' : undefined;
    }
    default:
      return assertNever(order.action, 'bank action');
  }
}

/** A row of the customer's own; another customer's is as unknown as none. */
async function findOwned<Row>(
  transaction: Knex,
  table: string,
  id: string | undefined,
  customerId: string,
): Promise<Row | undefined> {
  if (id === undefined) return undefined;
  return ask<Row | undefined>(transaction(table).where({ id, customer_id: customerId }).first());
}

async function sumPostings(
  transaction: Knex,
  kinds: readonly BankOrder['action'][],
  of: { readonly [column: string]: string },
  from: Instant,
  to: Instant,
): Promise<number> {
  const row: { total: number | string | null } | undefined = await ask(
    transaction('bank_postings')
      .where(of)
      .whereIn('kind', [...kinds])
      .andWhere('at', '>=', from)
      .andWhere('at', '<', to)
      .sum({ total: 'amount_minor' })
      .first(),
  );
  return minor(row?.total ?? 0);
}
