import { levelOf } from '../assurance/call-level.ts';
import { type Handoff, insertHandoff } from '../escalation/handoffs.store.ts';
import { isFreezeWanted } from '../flow/order-in-flow.ts';
import type { Release } from '../flow/release.ts';
import type { Clock } from '../platform/clock.ts';
import { defined } from '../platform/defined.ts';
import type { Random } from '../platform/random.ts';
import type { Transactions } from '../storage/transactions.ts';
import type { StoredCall } from './calls.store.ts';

/** The call of a turn and its release, as far as they were read: for the person who takes over in an outage. */
export interface TurnContext {
  call?: StoredCall;
  release?: Release;
  /** `**` was keyed. */
  freezeAsked?: boolean;
}

/**
 * Leaves the ticket for the person whom the caller waits for after the outage words: the reason and the caller's step. The
 * call stays at its step and goes on there if nobody answers. Never throws.
 */
export async function leaveOutageTicket(
  {
    transactions,
    random,
    clock,
  }: { readonly transactions: Transactions; readonly random: Random; readonly clock: Clock },
  { call, release, freezeAsked }: TurnContext,
): Promise<void> {
  if (!call || !release) return;
  const { state } = call;
  const now = clock.now();
  const { order, language } = state.flow;
  const { customerId } = state.proofs;
  const ticket: Handoff = {
    callId: state.id,
    reason: freezeAsked || isFreezeWanted(state.flow) ? 'freeze_wanted' : 'outage',
    level: levelOf(state, release.policy, now),
    language,
    step: state.step,
    now,
    ...(order ? { intent: order.action } : {}),
    ...defined({ customerId }),
  };
  try {
    await transactions.run((transaction) => insertHandoff(transaction, random, ticket));
  } catch {
    // The store itself is out: the carrier's queue is all there is.
  }
}
