import type { EntryTypes } from './entry.ts';

/** What is recorded of the record itself: that somebody read a stream of it. */
export const LEDGER_ENTRIES = {
  'record.read': ['person', 'stream', 'streamId'],
} as const satisfies EntryTypes;
