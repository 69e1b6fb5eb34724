import type { EntryTypes } from '../ledger/entry.ts';

/** What is recorded of factors: what each attempt came to, locks, codes on their way. */
export const FACTOR_ENTRIES = {
  'factor.outcome': ['factor', 'outcome', 'reason', 'customerId'],
  'factor.lock': ['factor', 'until', 'outcome', 'customerId'],
  'code.sent': ['codeId', 'expiresAt', 'customerId'],
  'code.not_sent': ['reason', 'customerId'],
} as const satisfies EntryTypes;
