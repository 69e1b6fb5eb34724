import type { HandoffStand } from '../escalation/desk-handoffs.store.ts';
import type { PresenceStand } from '../escalation/desk-presence.store.ts';
import { isWaiting } from '../escalation/handoff.ts';
import { servesQueue } from '../escalation/offer-choice.ts';
import { QUEUES, type QueueName } from '../escalation/reasons.ts';
import type { Instant } from '../platform/clock.ts';

/** How all of the desk stands at a moment, as the database has it: every open hand-off, everybody's presence and newest page. */
export interface DeskStand {
  readonly handoffs: readonly HandoffStand[];
  readonly presences: readonly PresenceStand[];
  readonly pages: ReadonlyMap<string, string>;
  /** How often somebody did something in this process: their own desk is drawn anew after it. */
  readonly touched: ReadonlyMap<string, number>;
}

/** How many wait in a queue, and since when the first of them. */
export interface QueueStand {
  readonly queue: QueueName;
  readonly waiting: number;
  /** Undefined where nobody waits. */
  readonly since: Instant | undefined;
}

/** The callers who wait, by queue; only the queues that a tier serves where one is given. Pure. */
export function queueStands({ handoffs }: DeskStand, tier?: number): readonly QueueStand[] {
  return QUEUES.filter((queue) => tier === undefined || servesQueue(tier, queue)).map((queue) => {
    const entered = handoffs
      .filter((handoff) => handoff.queue === queue && isWaiting(handoff))
      .map(({ enteredAt }) => enteredAt);
    return { queue, waiting: entered.length, since: entered.length > 0 ? Math.min(...entered) : undefined };
  });
}

/** What a member's desk depends on; a desk is drawn anew when it differs. Pure. */
export function ownMark(stand: DeskStand, staffId: string): string {
  const own = stand.handoffs.filter(({ agentId }) => agentId === staffId);
  const presence = stand.presences.find((one) => one.staffId === staffId);
  return JSON.stringify([
    own.map(({ id, version }) => [id, version]),
    presence && [presence.state, presence.since, presence.misses],
    queueStands(stand),
    stand.touched.get(staffId),
  ]);
}

/** What the board depends on: everything. Pure. */
export function boardMark({ handoffs, presences }: DeskStand): string {
  return JSON.stringify([
    handoffs.map(({ id, version }) => [id, version]),
    presences.map(({ staffId, state, since, misses }) => [staffId, state, since, misses]),
  ]);
}
