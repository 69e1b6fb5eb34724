import type { EntryTypes } from '../ledger/entry.ts';

/** What is recorded of customers outside calls, and of the keys their data is sealed with. */
export const CUSTOMER_ENTRIES = {
  'customer.enrolled': ['person', 'language', 'jurisdiction'],
  /** One for each field that an update changed; the values stay in the record of the customer. */
  'customer.changed': ['person', 'part'],
  /** Dates of SIMs were brought in: of so many customers, the unchanged ones among them. */
  'sim_dates.imported': ['person', 'count'],
  'keys.rotated': ['person', 'keyId', 'count'],
} as const satisfies EntryTypes;
