import type { EntryTypes } from '../ledger/entry.ts';

/**
 * What is recorded of the people at the desk (S4). Sessions have streams of their own, named by the session's id; accounts
 * stand in the system's. `by`: how a session ended, or who asked at the command line.
 */
export const STAFF_ENTRIES = {
  'session.begun': ['staffId', 'person', 'role'],
  'session.ended': ['staffId', 'why', 'approver'],
  /** Its owner lets another program act for them; `streamId`: the session of that program. */
  'session.program': ['staffId', 'streamId'],
  'staff.locked': ['staffId', 'part', 'until'],
  'staff.change_requested': ['changeId', 'staffId', 'command', 'person', 'role', 'until'],
  'staff.change_decided': ['changeId', 'staffId', 'command', 'outcome', 'person', 'approver'],
  'staff.changed': ['staffId', 'command', 'person', 'role', 'until'],
  'staff.link_used': ['staffId'],
  'staff.keys_rotated': ['person', 'keyId', 'count'],
  /** `digest`: of exactly what is proposed. */
  'proposal.made': ['changeId', 'command', 'digest', 'person'],
  'proposal.decided': ['changeId', 'staffId', 'command', 'digest', 'outcome', 'person', 'approver'],
  'proposal.used': ['changeId', 'command', 'digest', 'person'],
  'staff.shift': ['staffId', 'event'],
  /** An attempt beyond somebody's authority (R10.2). */
  'staff.refused': ['staffId', 'person', 'role', 'command', 'reason'],
} as const satisfies EntryTypes;
