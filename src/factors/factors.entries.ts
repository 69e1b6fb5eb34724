import type { EntryTypes } from '../ledger/entry.ts';

/** What is recorded of factors: what each attempt came to, locks, codes on their way. */
export const FACTOR_ENTRIES = {
  'factor.outcome': ['factor', 'outcome', 'reason', 'customerId'],
  'factor.lock': ['factor', 'until', 'outcome', 'customerId'],
  /** A right PIN came from a number never seen for this customer, or a hidden one. */
  'number.new': ['factor', 'outcome', 'customerId'],
  'code.sent': ['codeId', 'expiresAt', 'customerId'],
  'code.not_sent': ['reason', 'customerId'],
} as const satisfies EntryTypes;
