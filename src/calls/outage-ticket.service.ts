import { levelOf } from '../assurance/call-level.ts';
import { type Handoff, insertHandoff } from '../escalation/handoffs.store.ts';
import type { Release } from '../flow/release.ts';
import type { Clock } from '../platform/clock.ts';
import { defined } from '../platform/defined.ts';
import type { Random } from '../platform/random.ts';
import type { Transactions } from '../storage/transactions.ts';
import type { StoredCall } from './calls.store.ts';

/** The call a turn is about, as far as it got to know it: for the person who takes over in an outage. */
export interface TurnContext {
  call?: StoredCall;
  release?: Release;
}

/**
 * The caller is about to hear the outage words and to wait for a person: leaves the ticket for that person, with
 * the reason and where the caller was. The call itself has not moved and goes on there if nobody answers.
 */
export async function leaveOutageTicket(
  {
    transactions,
    random,
    clock,
  }: { readonly transactions: Transactions; readonly random: Random; readonly clock: Clock },
  { call, release }: TurnContext,
): Promise<void> {
  if (!call || !release) return;
  const { state } = call;
  const now = clock.now();
  const { order, language } = state.flow;
  const { customerId } = state.proofs;
  const ticket: Handoff = {
    callId: state.id,
    reason: 'outage',
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
    // The store is what is out: the carrier's queue is then all there is.
  }
}
