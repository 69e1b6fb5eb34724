import { inputLength } from '../factors/catalogue.ts';
import type { Release } from '../flow/release.ts';
import { type CollectSpec, isLongNumber } from '../flow/vocabulary.ts';
import { type Instant, SECOND } from '../platform/clock.ts';
import { defined } from '../platform/defined.ts';
import type { Collect } from '../speech/reply.ts';
import type { CallState, Facts } from './call.ts';

/**
 * Whether the caller has more time at each step: because they asked for it, or because the record says so, which counts
 * only once a PIN has passed. Earlier the times would tell a stranger who is a customer (Z3).
 */
function hasMoreTime({ flow, proofs }: CallState, { customer }: Facts): boolean {
  const isVerified = proofs.pins.query !== undefined || proofs.pins.transaction !== undefined;
  return flow.moreTime === true || (isVerified && customer?.moreTime === true);
}

/** How many keys a step takes: one where a menu is heard, and for an input as many as it has, where that many end it. */
export function keysOf(
  collect: CollectSpec | undefined,
  { flow }: CallState,
  { policy }: Pick<Release, 'policy'>,
): Pick<Collect, 'keys' | 'length'> {
  if (collect?.kind !== 'entry' || flow.languageMenu !== undefined) return { keys: 'one' };
  const length = collect.endsItself ? inputLength(collect.entry, policy) : undefined;
  return { keys: 'entry', ...defined({ length }) };
}

/** How long keys are waited for, in seconds: longer between those of a long number (Z12), and for callers with more time (S8). */
export function keyTimesOf(
  collect: CollectSpec | undefined,
  call: CallState,
  { policy: { dialogue } }: Pick<Release, 'policy'>,
  facts: Facts,
): Pick<Collect, 'firstKeySeconds' | 'betweenKeysSeconds'> {
  const times = (hasMoreTime(call, facts) ? dialogue.moreTime : undefined) ?? dialogue;
  const isLong = collect?.kind === 'entry' && isLongNumber(collect.entry);
  const { firstKeySeconds, betweenKeysSeconds, betweenKeysLongSeconds = betweenKeysSeconds } = times;
  return { firstKeySeconds, betweenKeysSeconds: isLong ? betweenKeysLongSeconds : betweenKeysSeconds };
}

/** How long a message is waited for: never beyond the code's lifetime, never less than for an ordinary input. In seconds. */
export function codeWaitSeconds(call: CallState, { policy }: Release, facts: Facts, now: Instant): number {
  const { code, dialogue } = policy;
  const { moreTime } = dialogue;
  const longest = (hasMoreTime(call, facts) ? moreTime?.codeWaitSeconds : undefined) ?? code.waitSeconds;
  const { firstKeySeconds } = keyTimesOf(undefined, call, { policy }, facts);
  const lifetimeSeconds = call.flow.code ? Math.ceil((call.flow.code.expiresAt - now) / SECOND) : 0;
  return Math.max(firstKeySeconds, Math.min(longest, lifetimeSeconds));
}
