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
  'sessions.unknown': [],
  'sessions.back': [],
  'sessions.program.title': [],
  'sessions.program.explain': [],
  'sessions.program.name': [],
  'sessions.program.make': [],
  'sessions.program.keyTitle': ['name'],
  'sessions.program.keyHint': [],
  'sessions.program.acts': [],
  'sessions.program.docs': [],
  'sessions.program.unfit': [],
  'sessions.program.many': [],
} as const satisfies WordList;
