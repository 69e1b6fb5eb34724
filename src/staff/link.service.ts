import type { Knex } from 'knex';
import { lockCounterForUpdate, writeCounter } from '../lockout/counters.store.ts';
import { EMPTY_COUNTER } from '../lockout/ladder.ts';
import type { Instant } from '../platform/clock.ts';
import { type Keyring, open, seal } from '../platform/keyring.ts';
import {
  type AccountWithSecrets,
  accountOfLink,
  activateAccount,
  lockAccountOfLink,
  offerTotp,
} from './accounts.store.ts';
import { findPasswordWeakness, type PasswordWeakness } from './password-rules.ts';
import { offerContext, totpContext } from './second-factor.ts';
import { tokenDigest } from './sessions.service.ts';
import type { StaffDependencies } from './sign-in.service.ts';
import { signInSubject } from './sign-in-attempts.service.ts';
import { signInBudget } from './sign-in-budget.ts';
import { recordOfStaff } from './staff-record.service.ts';
import { matchingStep, TOTP_SECRET_BYTES, totpSecret } from './totp.ts';

/** Whose link it is, and the second factor to take into an authenticator app. */
interface OpenedLink {
  readonly signIn: string;
  readonly name: string;
  /** Base32; shown to the owner of the link until it is confirmed, and never again. */
  readonly totpSecret: string;
}

type LinkUse =
  | { readonly kind: 'done'; readonly signIn: string }
  | { readonly kind: 'refused'; readonly reason: 'link_unusable' | 'code_wrong' | PasswordWeakness };

/** Opens a one-time link by its key: 256 bits, so that nobody guesses one. Undefined for one that is used, too old or unknown. */
export async function openLink(
  deps: Pick<StaffDependencies, 'knex' | 'transactions' | 'keyring' | 'random'>,
  key: string,
  now: Instant,
): Promise<OpenedLink | undefined> {
  const { knex, transactions, keyring, random } = deps;
  const digest = tokenDigest(key);
  const found = digest === undefined ? undefined : await accountOfLink(knex, digest, now);
  if (!found || digest === undefined) return undefined;
  const secret = totpSecret(random.bytes(TOTP_SECRET_BYTES));
  const account = await transactions.run(async (transaction) => {
    await offerTotp(transaction, found.id, seal(keyring, random, offerContext(found.id), secret));
    // What was shown before stays: an app may have it already.
    return accountOfLink(transaction, digest, now);
  });
  const offered = account && offeredSecret(keyring, account);
  if (!account || offered === undefined) return undefined;
  return { signIn: account.signIn, name: account.name, totpSecret: offered };
}

/** Sets password and second factor by a link, which is used up; the code shows that the app has the secret. */
export async function consumeLink(
  deps: StaffDependencies,
  key: string,
  chosen: { readonly password: string; readonly code: string },
  now: Instant,
): Promise<LinkUse> {
  const { knex, transactions, keyring, random, passwords } = deps;
  const digest = tokenDigest(key);
  const found = digest === undefined ? undefined : await accountOfLink(knex, digest, now);
  if (!found || digest === undefined) return { kind: 'refused', reason: 'link_unusable' };
  const weakness = findPasswordWeakness(chosen.password, [found.signIn, found.name]);
  if (weakness) return { kind: 'refused', reason: weakness };
  const password = await passwords.hash(found.id, chosen.password);
  return transactions.run(async (transaction) => {
    const account = await lockAccountOfLink(transaction, digest, now);
    const secret = account && offeredSecret(keyring, account);
    if (!account || secret === undefined) return { kind: 'refused', reason: 'link_unusable' };
    const totpStep = matchingStep(secret, chosen.code, undefined, now);
    if (totpStep === undefined) return { kind: 'refused', reason: 'code_wrong' };
    const totpSealed = seal(keyring, random, totpContext(account.id), secret);
    await activateAccount(transaction, account.id, { password, totpSealed, totpStep });
    await forgetFailures(transaction, signInSubject(keyring, account.signIn));
    await recordOfStaff(
      transaction,
      [{ type: 'staff.link_used', rules: ['S4'], data: { staffId: account.id } }],
      now,
    );
    return { kind: 'done', signIn: account.signIn };
  });
}

function offeredSecret(keyring: Keyring, account: AccountWithSecrets): string | undefined {
  const sealed = account.secrets.totpOfferedSealed;
  return sealed === undefined ? undefined : open(keyring, offerContext(account.id), sealed);
}

/** Failures at secrets that are no more, and the void they may have begun, end with them. */
async function forgetFailures(transaction: Knex, subject: string): Promise<void> {
  for (const part of ['password', 'totp'] as const) {
    const { counter } = signInBudget(part);
    const locked = await lockCounterForUpdate(transaction, subject, counter);
    await writeCounter(transaction, subject, counter, locked, EMPTY_COUNTER);
  }
}
