import type { WordList } from './word-lists.ts';

/** The desk itself: queue, offer, call. */
export const DESK_AREA_WORDS = {
  'desk.title': [],
} as const satisfies WordList;
