import type { PinKind } from '../actions/requirement.ts';

/** What a member of staff can ask a caller for, beside a PIN. */
export const OTHER_ASKS = ['identity'] as const;

/** What the caller is asked for on the wish of the member of staff who has them; a PIN by its kind. */
export type DeskAsk = PinKind | (typeof OTHER_ASKS)[number];
