import type { EntryTypes } from '../ledger/entry.ts';

/** What is recorded of a freeze: the customer, provisional or full, and why where the flow did not ask for it. */
export const FREEZE_ENTRIES = {
  'account.freeze': ['matched', 'customerId', 'freeze', 'level', 'outcome', 'why'],
} as const satisfies EntryTypes;
