import type { WordList } from './word-lists.ts';

/** Somebody's own shift, sessions and settings. */
export const OWN_WORDS = {
  'sessions.title': [],
  'sessions.explain': [],
  'sessions.device': [],
  'sessions.since': [],
  'sessions.seen': [],
  'sessions.ends': [],
  'sessions.this': [],
  'sessions.end': [],
  'sessions.ended': [],
  'sessions.actions': [],
} as const satisfies WordList;
