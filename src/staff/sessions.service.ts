import type { Knex } from 'knex';
import type { Instant } from '../platform/clock.ts';
import { sha256 } from '../platform/digest.ts';
import type { Random } from '../platform/random.ts';
import type { StaffAccount } from './account.ts';
import { findAccount } from './accounts.store.ts';
import { tierOf } from './roles.ts';
import {
  endProgramsOf,
  endSession,
  endSessionsOf,
  findSession,
  type StaffSession,
  touchSession,
} from './sessions.store.ts';
import type { StaffOnDuty } from './staff-member.ts';
import { recordInSession } from './staff-record.service.ts';

/** 256 bits: nobody guesses one, so that looking one up needs no budget. */
const TOKEN_BYTES = 32;
const TOKEN = /^[A-Za-z0-9_-]{43}$/;

/** A token of a session or of a one-time link, and what is stored of it: the digest alone. */
export function newSecretToken(random: Random): { readonly token: string; readonly digest: string } {
  const token = random.bytes(TOKEN_BYTES).toString('base64url');
  return { token, digest: digestOf(token) };
}

/** What is stored of a token; undefined for what cannot be one. */
export function tokenDigest(token: string): string | undefined {
  return TOKEN.test(token) ? digestOf(token) : undefined;
}

function digestOf(token: string): string {
  return sha256(`staff:${token}`);
}

/** Somebody whose session goes on, with their account and what they act as. */
export interface SignedIn {
  readonly account: StaffAccount;
  readonly session: StaffSession;
  readonly member: StaffOnDuty;
}

/** How a token is looked at. */
interface Asking {
  /** Whether somebody is there: a stream asks at each thing it sends, and a program may ask all night. */
  readonly touch: boolean;
  /** The cookie of a browser opens pages alone, the key of a program the API alone. */
  readonly as?: 'browser' | 'program';
}

/** Who has this token now; undefined where the session has ended, is idle too long, or what its owner may do has changed. */
export async function signedIn(
  knex: Knex,
  token: string,
  now: Instant,
  { touch, as = 'browser' }: Asking = { touch: true },
): Promise<SignedIn | undefined> {
  const found = await openSession(knex, token, now);
  if (!found || found.session.secondFactorAt === undefined) return undefined;
  if ((found.session.program === undefined) !== (as === 'browser')) return undefined;
  if (touch) await touchSession(knex, found.session.id, now);
  return { ...found, member: memberOf(found.account, found.session.id) };
}

/** The session of a token with its account, also while it waits for the second factor. */
export async function openSession(
  knex: Knex,
  token: string,
  now: Instant,
): Promise<Omit<SignedIn, 'member'> | undefined> {
  const digest = tokenDigest(token);
  const session = digest === undefined ? undefined : await findSession(knex, digest, now);
  if (!session) return undefined;
  const account = await findAccount(knex, { id: session.staffId });
  if (account?.state !== 'active' || account.version !== session.version) return undefined;
  return { account, session };
}

/** An account as use cases know it. */
function memberOf(account: StaffAccount, session: string): StaffOnDuty {
  const { id, name, number, role, languages, phone, qualifiedUntil } = account;
  return { id, name, number, role, tier: tierOf(role), languages, phone, qualifiedUntil, session };
}

/**
 * Ends a session of a member with the programs that act from it, and says so in their streams; false where it had ended. `by`: who
 * did it, where not the owner.
 */
export async function closeSession(
  transaction: Knex,
  session: { readonly id: string; readonly staffId: string },
  end: { readonly why: 'signed_out' | 'revoked'; readonly by: StaffOnDuty },
  now: Instant,
): Promise<boolean> {
  if (!(await endSession(transaction, session, end.by.id, now))) return false;
  const programs = await endProgramsOf(transaction, session, end.by.id, now);
  for (const id of [session.id, ...programs])
    await recordInSession(transaction, id, [ended(session.staffId, end.why, end.by.name)], now);
  return true;
}

/** Ends every session of a person whose account has changed. */
export async function closeSessionsOf(
  transaction: Knex,
  staffId: string,
  by: { readonly id: string; readonly name: string },
  now: Instant,
): Promise<void> {
  for (const id of await endSessionsOf(transaction, staffId, by.id, now))
    await recordInSession(transaction, id, [ended(staffId, 'account_changed', by.name)], now);
}

function ended(staffId: string, why: string, approver: string) {
  return { type: 'session.ended' as const, rules: ['S4'], data: { staffId, why, approver } };
}
