import { type Instant, SECOND } from '../platform/clock.ts';
import type { StaffTier } from '../staff/roles.ts';
import type { Presence } from './desk-presence.store.ts';
import type { DeskHandoff } from './handoff.ts';
import type { QueueName } from './reasons.ts';

/** Callers who came to freeze go first, then those who could not be verified; complaints have a clock. */
const QUEUE_ORDER: readonly QueueName[] = ['fraud', 'verification', 'complaints', 'service'];

/** The least tier that serves a queue (R10.1): locks, forgotten PINs and fraud are for senior agents. */
export const QUEUE_TIER: { readonly [queue in QueueName]: StaffTier } = {
  fraud: 2,
  verification: 2,
  complaints: 1,
  service: 1,
};

/** A person who said no or did not answer is not asked about the same caller again before. */
const ASK_AGAIN_MILLISECONDS = 30 * SECOND;

/** Who was asked about a hand-off, how often, and when last. */
type Asked = ReadonlyMap<string, { readonly times: number; readonly last: Instant }>;

/** Whether a tier serves a queue at all. */
export function servesQueue(tier: number, queue: QueueName): boolean {
  return tier >= QUEUE_TIER[queue];
}

/** Whether a person serves callers of this queue in this language. */
export function canServe(
  { tier, languages }: Pick<Presence, 'tier' | 'languages'>,
  { queue, language }: Pick<DeskHandoff, 'queue' | 'language'>,
): boolean {
  return servesQueue(tier, queue) && languages.includes(language);
}

/** Those who wait in the order they are served: by queue, then those who are being brought back, then by age. */
export function servingOrder(waiting: readonly DeskHandoff[]): readonly DeskHandoff[] {
  const rank = ({ queue }: DeskHandoff) => QUEUE_ORDER.indexOf(queue);
  return waiting.toSorted(
    (one, other) =>
      rank(one) - rank(other) ||
      Number(other.front) - Number(one.front) ||
      one.enteredAt - other.enteredAt ||
      (one.id < other.id ? -1 : 1),
  );
}

/**
 * Whom a caller is offered to: of those who serve them who was asked least, then who has been ready longest. The agent who
 * lost the caller a moment ago comes alone, so that the level can stay. Pure.
 */
export function whomToAsk(
  handoff: DeskHandoff,
  ready: readonly Presence[],
  asked: Asked,
  now: Instant,
): Presence | undefined {
  const mayBeAsked = ({ staffId }: Presence) => {
    const last = asked.get(staffId)?.last;
    return last === undefined || now - last >= ASK_AGAIN_MILLISECONDS;
  };
  if (handoff.state === 'agent_lost') return ready.find(({ staffId }) => staffId === handoff.lastAgent);
  const times = ({ staffId }: Presence) => asked.get(staffId)?.times ?? 0;
  return ready
    .filter((person) => canServe(person, handoff) && mayBeAsked(person))
    .toSorted((one, other) => times(one) - times(other) || one.since - other.since)[0];
}
