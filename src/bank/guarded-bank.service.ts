import type { Knex } from 'knex';
import { z } from 'zod';
import { BANK_REFUSALS } from '../actions/order-details.ts';
import { CURRENCIES } from '../jurisdictions/currency.ts';
import { LAST_INSTANT, SECOND } from '../platform/clock.ts';
import { Fault } from '../platform/fault.ts';
import { TIMED_OUT, withTimeout } from '../platform/with-timeout.service.ts';
import {
  type BankAccount,
  type BankFreezeState,
  type BankLoan,
  type BankPayee,
  type BankPort,
  type BankResult,
  type BankTransaction,
  bankOrder,
  MOST_LISTED,
} from './bank.ts';

/** The carrier gives a webhook 15 s in all, and a turn asks the core up to three times besides its own work. */
const ANSWER_LIMIT_MILLISECONDS = 4 * SECOND;

/** Longer than any core's ids; they are kept in the call and in the orders that were carried out. */
const MOST_ID_CHARACTERS = 128;
const MOST_NUMBER_CHARACTERS = 64;

/**
 * What the core calls a thing: any letters of any script. Where it is longer or other than an id in the record, the record
 * holds a digest of it (`recordedId`); what no database keeps is refused here, in words, and by no assertion inside (45).
 */
const id = z
  .string()
  .min(1)
  .max(MOST_ID_CHARACTERS)
  .refine((text) => text.isWellFormed() && !/\p{Cc}/u.test(text), 'has control or unpaired characters');
/** Of which the last four characters are said one by one. */
const accountNumber = z
  .string()
  .max(MOST_NUMBER_CHARACTERS)
  .regex(/[0-9A-Za-z][\x20-\x7e]{0,3}$/, 'has no letter or digit among its last four characters');
const instant = z.int().nonnegative().max(LAST_INSTANT);
const minor = z.int().nonnegative();
const currency = z.enum(CURRENCIES);
const account = z.object({
  id,
  number: accountNumber,
  currency,
  // A core may allow an overdraft; its balance is then below zero.
  balanceMinor: z.int(),
});
const loan = z.object({
  id,
  number: accountNumber,
  currency,
  outstandingMinor: minor,
  dueMinor: minor,
  dueOn: z.iso.date(),
});
const payee = z.object({
  id,
  name: z.string(),
  accountNumber,
  currency,
  addedAt: instant,
});
const transactionOfAccount = z.object({
  id,
  at: instant,
  direction: z.enum(['in', 'out']),
  amountMinor: z.int().positive(),
  currency,
  // What a voice can say one by one; never more of an account number than this.
  counterpartyLastFour: z
    .string()
    .regex(/^[0-9A-Z]{4}$/)
    .optional(),
});
/** A list is never cut short: a caller would take what is heard for all there is. */
const listOf = <Shape extends z.ZodType>(shape: Shape) =>
  z.array(shape).max(MOST_LISTED, `more than ${MOST_LISTED} in one answer`);
/** What one account's statement can say: no more than was asked for, the newest first, all in the account's one currency. */
const statement = (limit: number) =>
  z
    .array(transactionOfAccount)
    .max(limit)
    .refine((lines) => lines.every(({ at }, index) => index === 0 || at <= (lines[index - 1]?.at ?? at)))
    .refine((lines) => lines.every(({ currency: of }) => of === lines[0]?.currency));
const refusal = z.enum(BANK_REFUSALS);
const result = z.union([
  z.object({
    kind: z.literal('done'),
    balanceMinor: z.int().optional(),
    outstandingMinor: minor.optional(),
  }),
  z.object({ kind: z.literal('refused'), reason: refusal }),
]);

/** Answers the same to every question about a freeze: how the customer stands now. */
const freezeState = z.discriminatedUnion('frozen', [
  z.object({ frozen: z.literal(false) }),
  z.object({ frozen: z.literal(true), since: instant }),
]);

/** What is wrong is in the words of the shape, which hold nothing of the answer. */
const CODES_WITH_WORDS: ReadonlySet<string> = new Set(['custom', 'invalid_format', 'too_big']);

/**
 * Holds an adapter to the port: what it throws, an answer that is late and an answer of another shape all become
 * Fault(bank_unavailable). Money that is not integer minor units never comes in (invariant 27).
 */
export function guardBank(bank: BankPort, limitMilliseconds = ANSWER_LIMIT_MILLISECONDS): BankPort {
  const guarded = async <Answer>(
    method: string,
    shape: z.ZodType,
    ask: () => Promise<unknown>,
  ): Promise<Answer> => {
    const answer = await inTime(method, limitMilliseconds, ask);
    const checked = shape.safeParse(answer);
    if (checked.success) return checked.data as Answer;
    const where = checked.error.issues
      .map(
        ({ path, code, message }) =>
          `${path.join('.') || '(the answer)'}${CODES_WITH_WORDS.has(code) ? ` (${message})` : ''}`,
      )
      .join(', ');
    throw new Fault(
      'bank_unavailable',
      `the core's answer to ${method} is not of the port's shape at ${where}`,
    );
  };
  return {
    accounts: (customerId, transaction) =>
      guarded<readonly BankAccount[]>('accounts', listOf(account), () =>
        bank.accounts(customerId, transaction),
      ),
    loans: (customerId, transaction) =>
      guarded<readonly BankLoan[]>('loans', listOf(loan), () => bank.loans(customerId, transaction)),
    payees: (customerId, transaction) =>
      guarded<readonly BankPayee[]>('payees', listOf(payee), () => bank.payees(customerId, transaction)),
    transactions: (customerId, accountId, limit, transaction) =>
      guarded<readonly BankTransaction[]>('transactions', statement(limit), () =>
        bank.transactions(customerId, accountId, limit, transaction),
      ),
    paidOutMinor: (customerId, of, from, to, transaction: Knex) =>
      guarded<number>('paidOutMinor', minor, () => bank.paidOutMinor(customerId, of, from, to, transaction)),
    preview: async (request, transaction) => {
      bankOrder(request.order);
      return guarded('preview', refusal.optional(), () => bank.preview(request, transaction));
    },
    carryOut: async (request, transaction) => {
      bankOrder(request.order);
      return guarded<BankResult>('carryOut', result, () => bank.carryOut(request, transaction));
    },
    freeze: (request, transaction) =>
      guarded<BankFreezeState>('freeze', freezeState, () => bank.freeze(request, transaction)),
    unfreeze: (request, transaction) =>
      guarded<BankFreezeState>('unfreeze', freezeState, () => bank.unfreeze(request, transaction)),
    freezeState: (customerId, transaction) =>
      guarded<BankFreezeState>('freezeState', freezeState, () => bank.freezeState(customerId, transaction)),
  };
}

async function inTime<Answer>(
  method: string,
  limitMilliseconds: number,
  ask: () => Promise<Answer>,
): Promise<Answer> {
  // An adapter may also throw before there is anything to wait for.
  const asked = async () => await ask();
  const answer = await withTimeout(asked(), limitMilliseconds).catch((error: unknown) => {
    if (error instanceof Fault) throw error;
    // The adapter's own words stay out: nobody here can vouch that they hold nothing of the caller's.
    throw new Fault('bank_unavailable', `the core's adapter failed in ${method}`);
  });
  if (answer !== TIMED_OUT) return answer;
  throw new Fault('bank_unavailable', `the core did not answer ${method} within ${limitMilliseconds} ms`);
}
