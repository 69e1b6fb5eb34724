import type { EntryTypes } from '../ledger/entry.ts';

/** What is recorded of a release, in its own stream: who put it in force, for the first time or again. */
export const RELEASE_ENTRIES = {
  'release.published': ['number', 'person', 'approver'],
  'release.activated': ['why', 'person', 'approver'],
} as const satisfies EntryTypes;
