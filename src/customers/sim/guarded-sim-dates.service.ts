import { z } from 'zod';
import { type Clock, type Instant, LAST_INSTANT, SECOND } from '../../platform/clock.ts';
import { TIMED_OUT, withTimeout } from '../../platform/with-timeout.service.ts';
import type { GuardedSimDates, SimDatesPort, SimFailure } from './sim-dates.ts';

/** The carrier gives a webhook 15 s, of which the core may take most: a feed has to be quick, or is not waited for. */
const ANSWER_LIMIT_MILLISECONDS = 2 * SECOND;
/** A feed that did not answer in time is not asked by every caller of the next moments, who would all wait for it. */
const PAUSE_MILLISECONDS = 5 * SECOND;

const instant = z.int().nonnegative().max(LAST_INSTANT);
const answerShape = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('changed'), at: instant }),
  z.object({ kind: z.literal('unchanged'), since: instant }),
  z.object({ kind: z.literal('unknown') }),
]);

interface Guarding {
  readonly clock: Clock;
  /** Told why a feed said nothing that can be used, never what it said. */
  readonly onFailure?: (why: SimFailure) => void;
  readonly limitMilliseconds?: number;
}

/**
 * Holds a feed to the port: what it throws, an answer that is late and an answer of another shape all become "not known", with
 * the reason. After a late answer it is not asked for a few seconds. Never throws.
 */
export function guardSimDates(
  feed: SimDatesPort,
  { clock, onFailure, limitMilliseconds = ANSWER_LIMIT_MILLISECONDS }: Guarding,
): GuardedSimDates {
  let pausedUntil: Instant = 0;
  const unknown = (failure: SimFailure) => {
    onFailure?.(failure);
    return { kind: 'unknown', failure } as const;
  };
  return {
    lastChange: async (number, transaction) => {
      if (clock.now() < pausedUntil) return unknown('paused');
      // A feed may also throw before there is anything to wait for.
      const asked = async (): Promise<unknown> => await feed.lastChange(number, transaction);
      let answer: unknown;
      try {
        answer = await withTimeout(asked(), limitMilliseconds);
      } catch {
        // Its own words stay out: nobody here can vouch that they do not hold the number.
        return unknown('failed');
      }
      if (answer === TIMED_OUT) {
        pausedUntil = clock.now() + PAUSE_MILLISECONDS;
        return unknown('late');
      }
      const checked = answerShape.safeParse(answer);
      return checked.success ? checked.data : unknown('odd_answer');
    },
  };
}
