import type { Knex } from 'knex';
import { isPersonName } from '../ledger/entry.ts';
import { DAY, type Instant } from '../platform/clock.ts';
import { assert } from '../platform/fault.ts';
import { randomToken } from '../platform/random.ts';
import { profileProblem, type StaffAccount, type StaffProfile } from './account.ts';
import {
  accountsNamed,
  allAccounts,
  changeProfile,
  disableAccount,
  findAccount,
  insertAccount,
  inviteAccount,
} from './accounts.store.ts';
import {
  type ChangeRefusal,
  changesAuthority,
  decidersOf,
  fitsState,
  removesLastAdministrator,
  sameProfile,
} from './administration.ts';
import {
  type ChangeKind,
  findPendingChange,
  insertChange,
  type StaffChange,
  takeChange,
} from './changes.store.ts';
import { may } from './permissions.ts';
import { closeSessionsOf, newSecretToken } from './sessions.service.ts';
import type { StaffDependencies } from './sign-in.service.ts';
import type { StaffOnDuty } from './staff-member.ts';
import { recordOfStaff } from './staff-record.service.ts';

/** How long a request waits for the other administrator. */
const REQUEST_MILLISECONDS = 7 * DAY;
/** How long a one-time link may be used. */
export const LINK_MILLISECONDS = DAY;

/** What a change asks for. */
export interface ChangeAsked {
  readonly kind: ChangeKind;
  /** Undefined for `add`. */
  readonly staffId?: string;
  /** Of `add` and `change`. */
  readonly profile?: StaffProfile;
}

/** Somebody at the command line of the service's machine: who can change the database anyway. */
interface AtCommandLine {
  readonly person: string;
}

type ChangeRequested =
  | { readonly kind: 'waits'; readonly change: StaffChange }
  /** Carried out at once, at the command line, where no other administrator could have approved it. */
  | { readonly kind: 'done'; readonly staffId: string; readonly link: string | undefined }
  | { readonly kind: 'refused'; readonly reason: ChangeRefusal };

type ChangeDecided =
  /** `link`: the key of the one-time link of the account, shown once to who approved. */
  | { readonly kind: 'done'; readonly staffId: string; readonly link: string | undefined }
  | { readonly kind: 'refused'; readonly reason: ChangeRefusal };

type Dependencies = Pick<StaffDependencies, 'transactions' | 'random'>;

const refused = (reason: ChangeRefusal) => ({ kind: 'refused', reason }) as const;

/**
 * Asks for a change of an account; it waits for an administrator who neither asked nor is changed (S3, S4). From the command
 * line it is carried out at once while there is no such administrator: the first of them is made so.
 */
export async function requestChange(
  { transactions, random }: Dependencies,
  by: StaffOnDuty | AtCommandLine,
  asked: ChangeAsked,
  now: Instant,
): Promise<ChangeRequested> {
  const atDesk = 'session' in by ? by : undefined;
  const requester = 'session' in by ? by.name : by.person;
  if (atDesk && may(atDesk, 'staff.request', now).kind === 'refused') return refused('not_allowed');
  return transactions.run(async (transaction) => {
    const staffId = asked.staffId ?? randomToken(random);
    const account = await findAccount(transaction, { id: staffId });
    const reason = await requestRefusal(transaction, asked, account);
    if (reason) return refused(reason);
    if (atDesk?.id === staffId) return refused('about_oneself');
    const change: StaffChange = {
      ...{ id: randomToken(random), kind: asked.kind, staffId, profile: asked.profile, requester },
      requestedBy: atDesk?.id ?? `cli:${requester}`,
      ...{ requestedAt: now, expiresAt: now + REQUEST_MILLISECONDS },
    };
    const accounts = await allAccounts(transaction);
    if (!atDesk && decidersOf(accounts, change).length === 0) {
      if (accounts.length === 0 && change.profile?.role !== 'administrator')
        return refused('last_administrator');
      const link = await carryOut(
        transaction,
        { random, change, account, by: { id: change.requestedBy, name: requester } },
        now,
      );
      await recordOfStaff(transaction, [changed(change, requester)], now);
      return { kind: 'done', staffId, link };
    }
    if (!(await insertChange(transaction, change))) return refused('another_waits');
    await recordOfStaff(
      transaction,
      [
        {
          type: 'staff.change_requested',
          rules: ['S3', 'S4'],
          data: { changeId: change.id, person: requester, ...factsOf(change) },
        },
      ],
      now,
    );
    return { kind: 'waits', change };
  });
}

/** Approves or refuses a request, never one's own nor one about oneself; the change is carried out as it was asked for, or not at all. */
export async function decideChange(
  { transactions, random }: Dependencies,
  by: StaffOnDuty,
  id: string,
  decision: 'approved' | 'refused',
  now: Instant,
): Promise<ChangeDecided> {
  if (may(by, 'staff.decide', now).kind === 'refused') return refused('not_allowed');
  return transactions.run(async (transaction) => {
    const pending = await findPendingChange(transaction, id, now);
    if (!pending) return refused('gone');
    if (pending.requestedBy === by.id && decision === 'approved') return refused('own_request');
    if (pending.staffId === by.id) return refused('about_oneself');
    const account = await findAccount(transaction, { id: pending.staffId });
    const reason = decision === 'approved' ? await requestRefusal(transaction, pending, account) : undefined;
    // What has become impossible meanwhile stays as a request, to be refused by a person.
    if (reason) return refused(reason);
    const change = await takeChange(transaction, id, { state: decision, by: by.id }, now);
    if (!change) return refused('gone');
    const link =
      decision === 'approved' ? await carryOut(transaction, { random, change, account, by }, now) : undefined;
    const { staffId, kind: command, requester: person } = change;
    const data = { changeId: id, staffId, command, outcome: decision, person, approver: by.name };
    await recordOfStaff(transaction, [{ type: 'staff.change_decided', rules: ['S3', 'S4'], data }], now);
    return { kind: 'done', staffId: change.staffId, link };
  });
}

/** Why a change cannot be made as things stand, by any person. */
async function requestRefusal(
  transaction: Knex,
  asked: Pick<StaffChange, 'kind' | 'profile'> | ChangeAsked,
  account: StaffAccount | undefined,
): Promise<ChangeRefusal | undefined> {
  const { kind, profile } = asked;
  if (!fitsState(kind, account)) return account === undefined ? 'gone' : 'wrong_state';
  if (kind === 'add' || kind === 'change') {
    if (!profile) return 'gone';
    const problem = profileProblem(profile, isPersonName);
    if (problem) return problem;
    const others = (await accountsNamed(transaction, profile)).filter(({ id }) => id !== account?.id);
    if (others.some(({ signIn }) => signIn === profile.signIn)) return 'sign_in_taken';
    if (others.length > 0) return 'number_taken';
    if (account && sameProfile(account, profile)) return 'nothing_changes';
  }
  if (account === undefined) return undefined;
  const accounts = await allAccounts(transaction);
  return kind !== 'reset' && removesLastAdministrator(accounts, { kind, staffId: account.id, profile })
    ? 'last_administrator'
    : undefined;
}

interface CarriedOut {
  readonly random: StaffDependencies['random'];
  readonly change: StaffChange;
  readonly account: StaffAccount | undefined;
  readonly by: { readonly id: string; readonly name: string };
}

/** Makes the change; answers the key of the one-time link where the account has a new one. */
async function carryOut(
  transaction: Knex,
  { random, change, account, by }: CarriedOut,
  now: Instant,
): Promise<string | undefined> {
  const { kind, staffId, profile } = change;
  if (kind === 'add') {
    assert(profile, 'a request to add says whom');
    const [language = 'en-US'] = profile.languages;
    const made = await insertAccount(transaction, {
      ...{ ...profile, id: staffId, state: 'invited', version: 0, language, theme: 'system', createdAt: now },
    });
    assert(made, 'name and number were free in this transaction');
  }
  if (kind === 'change') {
    assert(profile && account, 'a request to change says what');
    const endsSessions = changesAuthority(account, profile);
    await changeProfile(transaction, staffId, profile, { endsSessions });
    if (!endsSessions) return undefined;
  }
  if (kind === 'disable') await disableAccount(transaction, staffId);
  if (account) await closeSessionsOf(transaction, staffId, by, now);
  if (kind === 'change' || kind === 'disable') return undefined;
  const { token: link, digest } = newSecretToken(random);
  await inviteAccount(transaction, staffId, { digest, expiresAt: now + LINK_MILLISECONDS });
  return link;
}

/** A change as the record has it. */
function factsOf({ staffId, kind, profile }: StaffChange) {
  return { staffId, command: kind, role: profile?.role, until: profile?.qualifiedUntil };
}

function changed(change: StaffChange, person: string) {
  return { type: 'staff.changed' as const, rules: ['S4'], data: { ...factsOf(change), person } };
}
