import type { Knex } from 'knex';
import type { Language } from '../locales/catalogue.ts';
import type { Instant } from '../platform/clock.ts';
import type { AccountState, StaffAccount, StaffProfile, Theme } from './account.ts';
import { DEMO_STAFF_PREFIX } from './account.ts';
import type { StaffRole } from './roles.ts';

interface AccountRow {
  id: string;
  sign_in: string;
  name: string;
  role: StaffRole;
  number: string;
  languages: string;
  phone: string;
  qualified_until: Instant | null;
  state: AccountState;
  version: number;
  language: Language;
  theme: Theme;
  password: string | null;
  totp_sealed: string | null;
  totp_step: number | null;
  totp_offered_sealed: string | null;
  link_digest: string | null;
  link_expires_at: Instant | null;
  created_at: Instant;
}

/** What signing in asks of an account; each part is undefined where there is none. */
interface StaffSecrets {
  readonly password: string | undefined;
  readonly totpSealed: string | undefined;
  /** The newest step whose code was used. */
  readonly totpStep: number | undefined;
  /** Shown with a link and not confirmed. */
  readonly totpOfferedSealed: string | undefined;
}

export type AccountWithSecrets = StaffAccount & { readonly secrets: StaffSecrets };

function fromRow(row: AccountRow): AccountWithSecrets {
  return {
    id: row.id,
    signIn: row.sign_in,
    name: row.name,
    role: row.role,
    number: row.number,
    languages: JSON.parse(row.languages) as Language[],
    phone: row.phone,
    qualifiedUntil: row.qualified_until ?? undefined,
    state: row.state,
    version: row.version,
    language: row.language,
    theme: row.theme,
    createdAt: row.created_at,
    secrets: {
      password: row.password ?? undefined,
      totpSealed: row.totp_sealed ?? undefined,
      totpStep: row.totp_step ?? undefined,
      totpOfferedSealed: row.totp_offered_sealed ?? undefined,
    },
  };
}

function profileColumns(profile: StaffProfile) {
  return {
    sign_in: profile.signIn,
    name: profile.name,
    role: profile.role,
    number: profile.number,
    languages: JSON.stringify(profile.languages),
    phone: profile.phone,
    qualified_until: profile.qualifiedUntil ?? null,
  };
}

/** Writes an account that has a link and nothing else yet. Answers false, writing nothing, where the name or the number is taken. */
export async function insertAccount(transaction: Knex, account: StaffAccount): Promise<boolean> {
  const [written]: unknown[] = await transaction('staff_accounts')
    .insert({
      ...profileColumns(account),
      id: account.id,
      state: account.state,
      version: account.version,
      language: account.language,
      theme: account.theme,
      created_at: account.createdAt,
    })
    .onConflict()
    .ignore()
    .returning('id');
  return written !== undefined;
}

/** Who has this sign-in name (as it is kept), or this adviser number. */
export async function accountsNamed(
  knex: Knex,
  { signIn, number }: Pick<StaffProfile, 'signIn' | 'number'>,
): Promise<readonly StaffAccount[]> {
  const rows: AccountRow[] = await knex('staff_accounts').where({ sign_in: signIn }).orWhere({ number });
  return rows.map(fromRow);
}

/** Everybody, by name. */
export async function allAccounts(knex: Knex): Promise<readonly StaffAccount[]> {
  const rows: AccountRow[] = await knex('staff_accounts').orderBy(['name', 'id']);
  return rows.map(fromRow);
}

/** An account by one of what it is known by. */
export async function findAccount(
  knex: Knex,
  by: { readonly id: string } | { readonly signIn: string },
): Promise<AccountWithSecrets | undefined> {
  const row: AccountRow | undefined = await knex('staff_accounts')
    .where('id' in by ? { id: by.id } : { sign_in: by.signIn })
    .first();
  return row && fromRow(row);
}

const ofLink = (knex: Knex, digest: string, now: Instant) =>
  knex('staff_accounts').where({ link_digest: digest, state: 'invited' }).where('link_expires_at', '>', now);

/** The account a one-time link opens, while it does; nobody else changes it until the transaction ends. */
export async function lockAccountOfLink(
  transaction: Knex,
  digest: string,
  now: Instant,
): Promise<AccountWithSecrets | undefined> {
  const row: AccountRow | undefined = await ofLink(transaction, digest, now).forUpdate().first();
  return row && fromRow(row);
}

/** The same without holding it. */
export async function accountOfLink(
  knex: Knex,
  digest: string,
  now: Instant,
): Promise<AccountWithSecrets | undefined> {
  const row: AccountRow | undefined = await ofLink(knex, digest, now).first();
  return row && fromRow(row);
}

/** Keeps the secret that was shown with a link, unless another was shown before. */
export async function offerTotp(transaction: Knex, id: string, sealed: string): Promise<void> {
  await transaction('staff_accounts')
    .where({ id, totp_offered_sealed: null })
    .update({ totp_offered_sealed: sealed });
}

/** Password and second factor are set, the link is used up, and the person may sign in. */
export async function activateAccount(
  transaction: Knex,
  id: string,
  secrets: { readonly password: string; readonly totpSealed: string; readonly totpStep: number },
): Promise<void> {
  await transaction('staff_accounts').where({ id }).update({
    state: 'active',
    password: secrets.password,
    totp_sealed: secrets.totpSealed,
    totp_step: secrets.totpStep,
    totp_offered_sealed: null,
    link_digest: null,
    link_expires_at: null,
  });
}

/** Takes password and second factor away and gives a link instead; sessions of before are over. */
export async function inviteAccount(
  transaction: Knex,
  id: string,
  link: { readonly digest: string; readonly expiresAt: Instant },
): Promise<void> {
  await transaction('staff_accounts')
    .where({ id })
    .update({
      state: 'invited',
      password: null,
      totp_sealed: null,
      totp_step: null,
      totp_offered_sealed: null,
      link_digest: link.digest,
      link_expires_at: link.expiresAt,
      version: transaction.raw('version + 1'),
    });
}

/** Nobody signs in with it, and sessions of before are over. */
export async function disableAccount(transaction: Knex, id: string): Promise<void> {
  await transaction('staff_accounts')
    .where({ id })
    .update({
      state: 'disabled',
      link_digest: null,
      link_expires_at: null,
      version: transaction.raw('version + 1'),
    });
}

/** Writes what an administrator says of somebody. `endsSessions`: what they may do has changed. */
export async function changeProfile(
  transaction: Knex,
  id: string,
  profile: StaffProfile,
  { endsSessions }: { readonly endsSessions: boolean },
): Promise<void> {
  await transaction('staff_accounts')
    .where({ id })
    .update({
      ...profileColumns(profile),
      ...(endsSessions ? { version: transaction.raw('version + 1') } : {}),
    });
}

/** How somebody wants their pages. */
export async function changePages(
  transaction: Knex,
  id: string,
  pages: { readonly language?: Language; readonly theme?: Theme },
): Promise<void> {
  await transaction('staff_accounts').where({ id }).update(pages);
}

/** Uses up a step of the second factor; false where it, or a newer one, was used before. */
export async function useTotpStep(transaction: Knex, id: string, step: number): Promise<boolean> {
  const used = await transaction('staff_accounts')
    .where({ id, state: 'active' })
    .whereRaw('coalesce(totp_step, -1) < ?', [step])
    .update({ totp_step: step });
  return used === 1;
}

/** Accounts that must not be at a desk that serves real customers: the demo's, and active ones that lack a factor. */
export async function unsafeAccounts(
  knex: Knex,
): Promise<{ readonly ofDemo: number; readonly withoutFactor: number }> {
  const rows: AccountRow[] = await knex('staff_accounts').whereNot({ state: 'disabled' });
  return {
    ofDemo: rows.filter(({ id }) => id.startsWith(DEMO_STAFF_PREFIX)).length,
    withoutFactor: rows.filter(
      ({ state, password, totp_sealed }) => state === 'active' && (password === null || totp_sealed === null),
    ).length,
  };
}

/** A second factor as it is stored, confirmed or only shown. */
interface SealedFactor {
  readonly id: string;
  readonly column: 'totp_sealed' | 'totp_offered_sealed';
  readonly sealed: string;
}

/** Every second factor there is. */
export async function sealedFactors(knex: Knex): Promise<readonly SealedFactor[]> {
  const rows: AccountRow[] = await knex('staff_accounts').orderBy('id');
  return rows.flatMap(({ id, ...row }) =>
    (['totp_sealed', 'totp_offered_sealed'] as const).flatMap((column) => {
      const sealed = row[column];
      return sealed === null ? [] : [{ id, column, sealed }];
    }),
  );
}

/** Replaces a second factor by the same under another key; false where it has changed meanwhile. */
export async function replaceSealedFactor(
  transaction: Knex,
  { id, column, sealed }: SealedFactor,
  again: string,
): Promise<boolean> {
  const replaced = await transaction('staff_accounts')
    .where({ id, [column]: sealed })
    .update({ [column]: again });
  return replaced === 1;
}
