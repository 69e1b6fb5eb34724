import { ESCALATION_ENTRIES } from '../escalation/escalation.entries.ts';
import { FACTOR_ENTRIES } from '../factors/factors.entries.ts';
import { FREEZE_ENTRIES } from '../freeze/freeze.entries.ts';
import type { EntryTypes } from '../ledger/entry.ts';
import { ORDER_ENTRIES } from '../orders/orders.entries.ts';

/** What is recorded of calls: their steps, and when their proofs ended. */
export const CALL_ENTRIES = {
  'call.started': ['line', 'attestation', 'language'],
  'call.step': ['event', 'from', 'to', 'language'],
  'call.handoff': ['reason', 'queue', 'level', 'customerId'],
  'call.ended': ['by'],
  'levels.voided': ['why', 'customerId'],
  'language.remembered': ['language', 'customerId'],
  /** What was proved by PIN and code no longer counts; the identity stays claimed. */
  'levels.lowered': ['why', 'customerId'],
  'call.command': ['command', 'outcome', 'person', 'customerId'],
} as const satisfies EntryTypes;

/** Everything a turn may record in the stream of its call. */
export const TURN_ENTRIES = {
  ...FACTOR_ENTRIES,
  ...FREEZE_ENTRIES,
  ...ORDER_ENTRIES,
  ...CALL_ENTRIES,
  ...ESCALATION_ENTRIES,
} as const;
