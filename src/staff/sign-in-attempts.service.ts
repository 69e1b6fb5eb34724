import type { Knex } from 'knex';
import { reserveAttempt } from '../lockout/reserve-attempt.store.ts';
import { type Settlement, settleAttempt } from '../lockout/settle-attempt.store.ts';
import type { Instant } from '../platform/clock.ts';
import { keyedDigest, sha256 } from '../platform/digest.ts';
import type { Keyring } from '../platform/keyring.ts';
import { type Random, randomToken } from '../platform/random.ts';
import type { Transactions } from '../storage/transactions.ts';
import { signInBudget } from './sign-in-budget.ts';

/** Where a try comes from. */
export interface SignInSource {
  /** The address of the connection; kept as a keyed digest only. */
  readonly address: string;
  /** The browser has signed in to this account before. */
  readonly known: boolean;
}

interface AttemptsDependencies {
  readonly transactions: Transactions;
  readonly keyring: Keyring;
  readonly random: Random;
}

type Part = 'password' | 'totp';

/** An attempt that is charged, and how it is settled. */
export interface ChargedAttempt {
  /** In the transaction that lets the person in, or alone. Its result must not be used where it answers `settled: false`. */
  settle(transaction: Knex, outcome: 'passed' | 'failed' | 'refunded', now: Instant): Promise<Settlement>;
}

/** How the name that was typed is counted, whether anybody has it or not (invariant 20): never the name itself. */
export function signInSubject(keyring: Keyring, signIn: string): string {
  return `staff.${keyedDigest(keyring.index, 'index:staff', signIn)}`;
}

/**
 * Charges a try before anything is looked at (invariants 1 to 3), in a transaction of its own; undefined where the name, known
 * or not, has no try left for now.
 */
export async function chargeSignIn(
  { transactions, keyring, random }: AttemptsDependencies,
  part: Part,
  signIn: string,
  source: SignInSource,
  now: Instant,
): Promise<ChargedAttempt | undefined> {
  const budget = signInBudget(part);
  const id = randomToken(random);
  const reservation = await transactions.run((transaction) =>
    reserveAttempt(transaction, {
      id,
      callId: 'sign-in',
      stepToken: id,
      // Every try is its own: a form that is sent twice is two of them.
      requestDigest: sha256(id),
      budget,
      customerId: signInSubject(keyring, signIn),
      sourceIndex: keyedDigest(keyring.index, 'index:staff-source', source.address),
      line: source.known ? 'own' : 'other',
      now,
    }),
  );
  if (reservation.kind !== 'reserved') return undefined;
  const { attemptId } = reservation;
  return {
    settle: (transaction, outcome, at) =>
      settleAttempt(transaction, { attemptId, outcome, budget, tries: undefined, now: at }),
  };
}
