import type { EntryTypes } from '../ledger/entry.ts';

/** What is recorded of factors: what each attempt came to, locks, codes on their way. */
export const FACTOR_ENTRIES = {
  'factor.outcome': ['factor', 'outcome', 'reason', 'customerId'],
  'factor.lock': ['factor', 'until', 'outcome', 'customerId'],
  /** A right PIN came from a number never seen for this customer, or a hidden one. */
  'number.new': ['factor', 'outcome', 'customerId'],
  /** What is known of the SIM of the registered number when a PIN has passed, and before a code is sent (V3.2, Z5). */
  'sim.checked': ['factor', 'outcome', 'source', 'reason', 'simChangedAt', 'simKnownAt', 'customerId'],
  'code.sent': ['codeId', 'expiresAt', 'customerId'],
  'code.not_sent': ['reason', 'customerId'],
} as const satisfies EntryTypes;
