import type { EntryTypes } from '../ledger/entry.ts';

/** What is recorded of a freeze: the customer, provisional or full, and why where the flow did not ask for it. */
export const FREEZE_ENTRIES = {
  'account.freeze': ['matched', 'customerId', 'freeze', 'level', 'outcome', 'why', 'askedAt', 'core'],
} as const satisfies EntryTypes;

/** What is recorded of a customer's freeze once the core has it. */
export const FREEZE_TELLING_ENTRIES = {
  'account.freeze_told': ['customerId', 'askedAt', 'count'],
} as const satisfies EntryTypes;
