/** Longer names push the longest message over three SMS. */
export const COMPANY_NAME_LENGTH = 30;

/**
 * What a phone makes a link of, in any script (a word boundary would know ASCII only); messages hold none (V10), so that
 * customers learn to distrust those that do.
 */
export const LINK = /(?:https?:|www\.|:\/\/|[\p{L}\d-]\.(?:[a-z]{2,})\b)/iu;

/** Digits that could be taken for the code; no message has as many in a row but the code itself and the receipt. */
export const CODE_LIKE = /\p{Nd}{5,}/gu;

/** Whether a name may stand at the head of messages; for the reader of the company file. */
export function isCompanyName(name: string): boolean {
  return (
    name.length > 0 &&
    name.length <= COMPANY_NAME_LENGTH &&
    !LINK.test(name) &&
    name.match(CODE_LIKE) === null
  );
}
