import type { StoredCall } from './calls.store.ts';

/** The token of the first turn of every call, whose webhook carries none. */
export const ANSWER_TOKEN = 'answer';

/** The token of a freeze turn: its webhook carried none that is good for a turn. */
export function freezeToken({ version }: Pick<StoredCall, 'version'>): string {
  return `freeze-${version}`;
}

/** The token of the turn that begins what a person has a caller key who came out of the conference on this leg: no two are alike. */
export function keyingToken(handoff: string, leg: number): string {
  return `keying-${handoff}-${leg}`;
}

/** The token under which the newest turn of a call is stored if it was a freeze of this kind. */
export function newestFreezeToken({ version }: Pick<StoredCall, 'version'>): string {
  return freezeToken({ version: version - 1 });
}
