import type { ProfileProblem, StaffAccount, StaffProfile } from './account.ts';
import type { ChangeKind, StaffChange } from './changes.store.ts';

/** Why a request about an account is not taken, or not carried out. */
export type ChangeRefusal =
  | 'not_allowed'
  | 'own_request'
  | 'about_oneself'
  | 'gone'
  | 'another_waits'
  | ProfileProblem
  | 'nothing_changes'
  | 'wrong_state'
  | 'last_administrator';

/** Active administrators who could decide about a request of somebody about somebody. */
export function decidersOf(
  accounts: readonly StaffAccount[],
  request: { readonly requestedBy: string; readonly staffId: string },
): readonly StaffAccount[] {
  return accounts.filter(
    ({ id, role, state }) =>
      role === 'administrator' && state === 'active' && id !== request.requestedBy && id !== request.staffId,
  );
}

/** Whether a kind of change fits the state an account is in; `add` has none yet. */
export function fitsState(kind: ChangeKind, account: StaffAccount | undefined): boolean {
  if (kind === 'add') return account === undefined;
  if (account === undefined) return false;
  if (kind === 'enable') return account.state === 'disabled';
  return kind === 'change' || account.state !== 'disabled';
}

/** Whether carrying a change out would leave no active administrator. */
export function removesLastAdministrator(
  accounts: readonly StaffAccount[],
  { kind, staffId, profile }: Pick<StaffChange, 'kind' | 'staffId' | 'profile'>,
): boolean {
  const stays =
    kind === 'add' || kind === 'enable' || (kind === 'change' && profile?.role === 'administrator');
  if (stays) return false;
  const active = accounts.filter(({ role, state }) => role === 'administrator' && state === 'active');
  return active.length === 1 && active[0]?.id === staffId;
}

/** Whether two profiles say the same. */
export function sameProfile(one: StaffProfile, other: StaffProfile): boolean {
  return (
    (['signIn', 'name', 'role', 'number', 'phone', 'qualifiedUntil'] as const).every(
      (part) => one[part] === other[part],
    ) && one.languages.join() === other.languages.join()
  );
}

/** Whether a change of profile changes what somebody may do, so that their sessions end. */
export function changesAuthority(before: StaffProfile, after: StaffProfile): boolean {
  return (
    before.role !== after.role ||
    before.signIn !== after.signIn ||
    before.qualifiedUntil !== after.qualifiedUntil
  );
}
