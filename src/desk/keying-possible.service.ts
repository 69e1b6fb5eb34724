import type { Knex } from 'knex';
import { findCall, type StoredCall } from '../calls/calls.store.ts';
import type { DeskHandoff, KeyingKind } from '../escalation/handoff.ts';
import { counterLimit } from '../flow/guards.ts';
import type { Release, Releases } from '../flow/release.ts';
import { staffEventAt } from '../flow/staff-events.ts';
import type { Keyring } from '../platform/keyring.ts';
import type { DeskRefusal } from './desk-answer.ts';

/**
 * Why a caller cannot key this for staff now, as far as their call goes: the flow they are in does not know it, or the tries of
 * the call are used up. The flow asks again. Pure.
 */
export function keyingRefusal(
  { state }: Pick<StoredCall, 'state'>,
  { flow, policy }: Release,
  what: KeyingKind,
): DeskRefusal | undefined {
  if (state.status === 'ended') return 'call_ended';
  const step = flow.steps.get(state.step);
  if (!step || staffEventAt(flow, state.step, what) === undefined) return 'not_in_release';
  const { counters, identityKeyed } = state.flow;
  const scope = { policy, step };
  // An identity is counted on the way in: the last one may still be keyed.
  const noIdentity = counters.identities + 1 >= counterLimit('identities', scope);
  const noPin = counters.refusals >= counterLimit('refusals', scope);
  const asksIdentity = what === 'identity' || !identityKeyed;
  const isSpent = (asksIdentity && noIdentity) || (what !== 'identity' && noPin);
  return isSpent ? 'attempts_spent' : undefined;
}

/** The same for the call of a hand-off, as it is stored. */
export async function keyingRefusalOf(
  deps: { readonly knex: Knex; readonly keyring: Keyring; readonly releases: Pick<Releases, 'withHash'> },
  { callId }: Pick<DeskHandoff, 'callId'>,
  what: KeyingKind,
): Promise<DeskRefusal | undefined> {
  const call = await findCall(deps.knex, deps.keyring, callId);
  if (!call) return 'unknown_call';
  return keyingRefusal(call, await deps.releases.withHash(call.release, deps.knex), what);
}
