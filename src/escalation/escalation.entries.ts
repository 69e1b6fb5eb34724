import type { EntryTypes } from '../ledger/entry.ts';

/** What is recorded, in the stream of its call, of a person taking over. */
export const ESCALATION_ENTRIES = {
  'handoff.offered': ['handoffId', 'staffId', 'until'],
  /** The person refused, or did not answer: `why`. */
  'handoff.declined': ['handoffId', 'staffId', 'why'],
  'handoff.taken': ['handoffId', 'staffId', 'number'],
  /** A leg came into the conference or left it, by the carrier's signed report: `leg` is its label, `number` the report's place in their order. */
  'handoff.leg': ['handoffId', 'leg', 'event', 'number'],
  'handoff.moved': ['handoffId', 'staffId', 'from', 'to', 'why'],
  'handoff.keying': ['handoffId', 'staffId', 'factor', 'outcome'],
  'handoff.transferred': ['handoffId', 'staffId', 'queue', 'number'],
  'handoff.supervised': ['handoffId', 'staffId', 'event'],
  'handoff.callback': ['handoffId'],
  'handoff.closed': ['handoffId', 'staffId', 'outcome'],
  /** A person at the desk did something that is no step of a hand-off: `action`. */
  'desk.did': ['handoffId', 'staffId', 'action', 'outcome'],
  /** They may not: beyond their tier, or about a customer who is not on their line (R10.2, invariant 33). */
  'desk.refused': ['handoffId', 'staffId', 'action', 'why', 'customerId'],
  /** They were shown personal data: written before it is shown (invariant 57). */
  'desk.read': ['handoffId', 'staffId', 'part', 'why', 'customerId'],
  'case.opened': ['handoffId', 'staffId', 'caseId', 'queue', 'until'],
  'case.changed': ['handoffId', 'staffId', 'caseId', 'outcome'],
} as const satisfies EntryTypes;
