import { sha256 } from './digest.ts';

/** The longest id that another system may give to a call or a message. Those of the carriers we know have 34 or 36 characters. */
const MAX_LENGTH = 64;
const VISIBLE_ASCII = /^[\x21-\x7e]+$/;
/** Of a digest that stands for an id: too many values for two to meet, and short enough to be an id. */
const DIGEST_CHARACTERS = 48;
/** What a caller can key, or a number to call back on: PINs, codes, IDs with their X, telephone numbers. */
const KEYED = /^[+]?[0-9*#]{1,20}X?$/;

/**
 * Whether a text is an id another system gave to a call or a message: 1 to 64 visible ASCII characters. Nothing else is
 * known of it, so it is never taken apart, and never used unescaped in a file name or a URL. What a caller could have
 * keyed is no id, because ids are stored and logged in clear (invariant 15): where a carrier counts its calls, its reader
 * puts a letter before the number.
 */
export function isOpaqueId(text: string): boolean {
  return text.length <= MAX_LENGTH && VISIBLE_ASCII.test(text) && !KEYED.test(text);
}

/**
 * An id that another system gave, in the one shape it has here (invariant 45): itself where it is opaque, otherwise a digest
 * of it, the same in every process. Undefined for none.
 */
export function readOpaqueId(text: string | undefined): string | undefined {
  if (text === undefined || text === '') return undefined;
  return isOpaqueId(text) ? text : digestId(text);
}

/** What stands for a text that does not fit where an id is kept. */
export function digestId(text: string): string {
  return `digest.${sha256(text).slice(0, DIGEST_CHARACTERS)}`;
}
