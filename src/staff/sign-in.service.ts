import type { Knex } from 'knex';
import { HOUR, type Instant, MINUTE } from '../platform/clock.ts';
import { type Keyring, open } from '../platform/keyring.ts';
import { type Random, randomToken } from '../platform/random.ts';
import type { Transactions } from '../storage/transactions.ts';
import { comparableSignIn } from './account.ts';
import { type AccountWithSecrets, findAccount, useTotpStep } from './accounts.store.ts';
import { totpContext } from './second-factor.ts';
import { newSecretToken, openSession } from './sessions.service.ts';
import { endSession, insertSession } from './sessions.store.ts';
import { type ChargedAttempt, chargeSignIn, type SignInSource } from './sign-in-attempts.service.ts';
import type { StaffPasswords } from './staff-passwords.service.ts';
import { recordInSession, recordOfStaff } from './staff-record.service.ts';
import { matchingStep } from './totp.ts';

/** From the password to the code. */
const CODE_MILLISECONDS = 5 * MINUTE;
/** A shift with its breaks; nobody stays signed in from one day to the next. */
export const SESSION_MILLISECONDS = 12 * HOUR;

export interface StaffDependencies {
  readonly knex: Knex;
  readonly transactions: Transactions;
  readonly keyring: Keyring;
  readonly random: Random;
  readonly passwords: StaffPasswords;
}

/**
 * What a step of signing in answers. `wrong` says no more than that: unknown, disabled and mistyped are one answer, and
 * `later` is given to names nobody has as well. `busy`: nothing was compared or charged.
 */
type SignInAnswer =
  | { readonly kind: 'go_on'; readonly token: string; readonly staffId: string }
  | { readonly kind: 'refused'; readonly reason: 'wrong' | 'later' | 'busy' };

const WRONG = { kind: 'refused', reason: 'wrong' } as const;
const LATER = { kind: 'refused', reason: 'later' } as const;

/** First step: name and password. The answer's token waits for the code, for 5 minutes. */
export async function giveStaffPassword(
  deps: StaffDependencies,
  typed: { readonly signIn: string; readonly password: string },
  from: SignInSource & { readonly device: string },
  now: Instant,
): Promise<SignInAnswer> {
  const { knex, transactions, random, passwords } = deps;
  const signIn = comparableSignIn(typed.signIn);
  const attempt = await chargeSignIn(deps, 'password', signIn, from, now);
  if (!attempt) return LATER;
  const account = await findAccount(knex, { signIn });
  const usable = account?.state === 'active' ? account : undefined;
  const compared = await passwords.verify(usable?.id, usable?.secrets.password, typed.password);
  if (compared === 'busy') {
    await transactions.run((transaction) => attempt.settle(transaction, 'refunded', now));
    return { kind: 'refused', reason: 'busy' };
  }
  if (compared === 'mismatch' || !usable) {
    await settleFailed(deps, attempt, 'password', account?.id, now);
    return WRONG;
  }
  const { token, digest } = newSecretToken(random);
  const passed = await transactions.run(async (transaction) => {
    if (!(await attempt.settle(transaction, 'passed', now)).settled) return false;
    await insertSession(transaction, digest, {
      ...{ id: randomToken(random), staffId: usable.id, version: usable.version, createdAt: now },
      ...{ secondFactorAt: undefined, endsAt: now + CODE_MILLISECONDS, device: from.device },
    });
    return true;
  });
  return passed ? { kind: 'go_on', token, staffId: usable.id } : WRONG;
}

/** Second step: the code of the authenticator app, once. The answer's token is of a new session; the waiting one has ended. */
export async function giveStaffCode(
  deps: StaffDependencies,
  waiting: string,
  code: string,
  from: SignInSource,
  now: Instant,
): Promise<SignInAnswer> {
  const { knex, transactions, keyring } = deps;
  const opened = await openSession(knex, waiting, now);
  if (!opened || opened.session.secondFactorAt !== undefined) return WRONG;
  const { session } = opened;
  const attempt = await chargeSignIn(deps, 'totp', opened.account.signIn, from, now);
  if (!attempt) return LATER;
  const account = await findAccount(knex, { id: session.staffId });
  const sealed = account?.secrets.totpSealed;
  const step =
    account && sealed !== undefined
      ? matchingStep(open(keyring, totpContext(account.id), sealed), code, account.secrets.totpStep, now)
      : undefined;
  if (!account || step === undefined) {
    await settleFailed(deps, attempt, 'totp', account?.id, now);
    return WRONG;
  }
  const token = await transactions.run((transaction) =>
    begin(deps, transaction, { account, waiting: session.id, attempt, step, device: session.device }, now),
  );
  return token === undefined ? WRONG : { kind: 'go_on', token, staffId: account.id };
}

/** Lets somebody in: all of it, or nothing. */
async function begin(
  { random }: StaffDependencies,
  transaction: Knex,
  entry: {
    readonly account: AccountWithSecrets;
    readonly waiting: string;
    readonly attempt: ChargedAttempt;
    readonly step: number;
    readonly device: string;
  },
  now: Instant,
): Promise<string | undefined> {
  const { account, attempt, step, waiting, device } = entry;
  // Used up first: of two browsers with one code, the other finds it gone and its attempt stays charged.
  if (!(await useTotpStep(transaction, account.id, step))) {
    await attempt.settle(transaction, 'failed', now);
    return undefined;
  }
  if (!(await attempt.settle(transaction, 'passed', now)).settled) return undefined;
  if (!(await endSession(transaction, { id: waiting, staffId: account.id }, 'second_factor', now)))
    return undefined;
  const { token, digest } = newSecretToken(random);
  const id = randomToken(random);
  await insertSession(transaction, digest, {
    ...{ id, staffId: account.id, version: account.version, createdAt: now, secondFactorAt: now },
    ...{ endsAt: now + SESSION_MILLISECONDS, device },
  });
  const { name: person, role } = account;
  const data = { staffId: account.id, person, role };
  await recordInSession(transaction, id, [{ type: 'session.begun', rules: ['S4', 'R10'], data }], now);
  return token;
}

/** A failure stays charged. That an account is locked by it stands in the record; of names nobody has, nothing does. */
async function settleFailed(
  { transactions }: StaffDependencies,
  attempt: ChargedAttempt,
  part: 'password' | 'totp',
  staffId: string | undefined,
  now: Instant,
): Promise<void> {
  await transactions.run(async (transaction) => {
    const settled = await attempt.settle(transaction, 'failed', now);
    if (staffId === undefined || !settled.settled || !settled.lockStarted) return;
    const until = 'until' in settled.lockStarted ? settled.lockStarted.until : undefined;
    const data = { staffId, part, until };
    await recordOfStaff(transaction, [{ type: 'staff.locked', rules: ['S4'], data }], now);
  });
}
