import { TURN_ENTRIES } from './calls/calls.entries.ts';
import { CUSTOMER_ENTRIES } from './customers/customers.entries.ts';
import { FREEZE_TELLING_ENTRIES } from './freeze/freeze.entries.ts';
import { LEDGER_ENTRIES } from './ledger/ledger.entries.ts';
import { RELEASE_ENTRIES } from './releases/releases.entries.ts';
import { STAFF_ENTRIES } from './staff/staff.entries.ts';

/** Every type of entry the record may hold, from the lists of the rooms; a type is declared by one room. */
export const ENTRY_TYPES = {
  ...LEDGER_ENTRIES,
  ...TURN_ENTRIES,
  ...CUSTOMER_ENTRIES,
  ...FREEZE_TELLING_ENTRIES,
  ...RELEASE_ENTRIES,
  ...STAFF_ENTRIES,
} as const;
