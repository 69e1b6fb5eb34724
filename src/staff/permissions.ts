import type { Instant } from '../platform/clock.ts';
import type { StaffRole } from './roles.ts';
import type { StaffOnDuty } from './staff-member.ts';

/** Why a role may not do something: nothing to do with its work, beyond its tier, or kept apart from it (S3). */
type RoleRefusal = 'not_your_work' | 'beyond_tier' | 'duties_separated';
export type StaffRefusal = RoleRefusal | 'qualification_ended';

/** What one action of staff is held to. */
interface StaffRule {
  readonly rules: readonly string[];
  /** Needs a qualification that has not ended (R9): everything that touches a call or a customer does. */
  readonly qualified: boolean;
  readonly roles: { readonly [role in StaffRole]: 'allowed' | RoleRefusal };
}

const NO = 'not_your_work';
const TIER = 'beyond_tier';
const APART = 'duties_separated';
const YES = 'allowed';

/** One row of the table: agent, senior agent, supervisor, compliance, administrator. */
function row(
  rules: readonly string[],
  needs: 'qualified' | 'anybody',
  [agent, senior_agent, supervisor, compliance, administrator]: readonly [
    'allowed' | RoleRefusal,
    'allowed' | RoleRefusal,
    'allowed' | RoleRefusal,
    'allowed' | RoleRefusal,
    'allowed' | RoleRefusal,
  ],
): StaffRule {
  const roles = { agent, senior_agent, supervisor, compliance, administrator };
  return { rules, qualified: needs === 'qualified', roles };
}

/**
 * Who may do what at the desk: the one table that pages, use cases and the API ask (S3, R10). Columns: agent, senior agent,
 * supervisor, compliance, administrator. docs/desk.md sums it up.
 */
export const STAFF_PERMISSIONS = {
  /** Signing out, own sessions, own language: everybody who has signed in. */
  'own.account': row(['S4'], 'anybody', [YES, YES, YES, YES, YES]),
  'own.shift': row(['R26'], 'anybody', [YES, YES, YES, NO, NO]),
  'desk.open': row(['R10'], 'anybody', [YES, YES, YES, NO, NO]),
  /** Offers of the ordinary queues. */
  'call.take': row(['R9', 'R10'], 'qualified', [YES, YES, APART, APART, APART]),
  /** Offers of the queues `verification` and `fraud`. */
  'call.take_restricted': row(['R9', 'R10'], 'qualified', [TIER, YES, APART, APART, APART]),
  /** Hold, end, notes, wrap-up of a call one has; a supervisor has one that was transferred to them. */
  'call.work': row(['R9', 'R10'], 'qualified', [YES, YES, YES, APART, APART]),
  'call.transfer': row(['R10'], 'qualified', [YES, YES, YES, APART, APART]),
  /** Lets the caller key a factor. */
  'keying.ask': row(['R9', 'R10'], 'qualified', [YES, YES, YES, APART, APART]),
  /** Enquiries and routine actions at the caller's level. */
  'action.tier_1': row(['R10.1'], 'qualified', [YES, YES, YES, APART, APART]),
  'action.tier_2': row(['R10.1'], 'qualified', [TIER, YES, YES, APART, APART]),
  'freeze.ask': row(['R18.2'], 'qualified', [YES, YES, YES, APART, APART]),
  'case.open': row(['R19'], 'qualified', [YES, YES, YES, APART, APART]),
  /** A customer who is on the line, or in an open case of one's own. */
  'customer.see': row(['R9', 'R10'], 'qualified', [YES, YES, YES, YES, APART]),
  'approval.request': row(['R10', 'S3'], 'qualified', [YES, YES, APART, APART, APART]),
  'approval.decide': row(['R10', 'S3'], 'qualified', [TIER, TIER, YES, APART, APART]),
  'break_glass.decide': row(['R10', 'S3'], 'qualified', [TIER, TIER, YES, APART, APART]),
  'call.listen': row(['R10'], 'qualified', [TIER, TIER, YES, APART, APART]),
  'call.whisper': row(['R10'], 'qualified', [TIER, TIER, YES, APART, APART]),
  'call.speak': row(['R10'], 'qualified', [TIER, TIER, YES, APART, APART]),
  'call.sample': row(['R9'], 'qualified', [TIER, TIER, YES, YES, APART]),
  'board.see': row(['R10'], 'anybody', [TIER, TIER, YES, YES, APART]),
  'work.end_stuck': row(['R10'], 'qualified', [TIER, TIER, YES, APART, APART]),
  'alarms.see': row(['R18.1', 'R10.2'], 'anybody', [TIER, TIER, YES, YES, APART]),
  /** Reads the record, each time with its reason. */
  'record.read': row(['R11'], 'anybody', [NO, NO, NO, YES, APART]),
  'staff.see': row(['S4'], 'anybody', [NO, NO, NO, YES, YES]),
  'staff.request': row(['S3', 'S4'], 'anybody', [NO, NO, NO, APART, YES]),
  'staff.decide': row(['S3', 'S4'], 'anybody', [NO, NO, NO, APART, YES]),
  /** Publishing, rollback, enrolment and rotation of keys, as the command line proposes them. */
  'proposal.see': row(['S3'], 'anybody', [TIER, TIER, YES, YES, YES]),
  'proposal.decide': row(['S3'], 'anybody', [TIER, TIER, YES, APART, YES]),
} as const satisfies { readonly [action: string]: StaffRule };

export type StaffAction = keyof typeof STAFF_PERMISSIONS;
export const STAFF_ACTIONS = Object.keys(STAFF_PERMISSIONS) as readonly StaffAction[];

export type Permission =
  | { readonly kind: 'allowed' }
  | { readonly kind: 'refused'; readonly reason: StaffRefusal };

/** Whether somebody may do something now, by the table alone; what a use case asks besides is its own matter. */
export function may(
  member: Pick<StaffOnDuty, 'role' | 'qualifiedUntil'>,
  action: StaffAction,
  now: Instant,
): Permission {
  const { roles, qualified } = STAFF_PERMISSIONS[action];
  const answer = roles[member.role];
  if (answer !== 'allowed') return { kind: 'refused', reason: answer };
  // Compliance reads without ever talking to a caller: nothing of it is examined (R9).
  const examined = qualified && member.role !== 'compliance';
  if (examined && (member.qualifiedUntil === undefined || now >= member.qualifiedUntil))
    return { kind: 'refused', reason: 'qualification_ended' };
  return { kind: 'allowed' };
}
