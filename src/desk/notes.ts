/** Longest notes of one talk, in characters. */
export const MOST_NOTE_CHARACTERS = 4_000;
/** So many digits in a row can be a PIN, a code or an ID: nobody writes one down (invariants 15, 34). */
const SECRET = /[\p{Nd}一二三四五六七八九〇零]{6}/u;

/** Dates are no secret, and notes are full of them. */
const DATES = /(?:19|20)\d{2}-\d{2}-\d{2}|\d{1,2}\/\d{1,2}\/(?:19|20)\d{2}/g;
const APART = /[\s.\-_/·、，,]/gu;

/**
 * Why notes cannot be kept: too long, or six digits in a row, also with spaces, dashes or dots between them and in any script.
 * Pure.
 */
export function noteProblem(body: string): 'notes_too_long' | 'digits_in_notes' | undefined {
  if (body.length > MOST_NOTE_CHARACTERS) return 'notes_too_long';
  const together = body.normalize('NFKC').replaceAll(DATES, '|').replaceAll(APART, '');
  return SECRET.test(together) ? 'digits_in_notes' : undefined;
}
