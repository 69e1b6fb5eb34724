import { calendarDay, type Instant } from '../../platform/clock.ts';
import type { Customer } from '../customer.ts';

/** A date of a SIM, as a file says, and of when it is. */
interface StatedSimDate {
  readonly changedAt: Instant;
  readonly knownAt: Instant;
}

/**
 * What a date that is brought in is beside the one that is known: a `change`, the same and `confirmed`, `older` than what is
 * known, or `earlier`: a change that is known would be forgotten. Within a day it is no contradiction, because many files tell
 * days only; the later moment is kept, which is safer. Pure.
 */
export function judgeSimDate(
  { simChangedAt, simKnownAt }: Pick<Customer, 'simChangedAt' | 'simKnownAt'>,
  { changedAt, knownAt }: StatedSimDate,
  timeZone: string,
): 'change' | 'confirmed' | 'older' | 'earlier' {
  if (simKnownAt !== null && knownAt < simKnownAt) return 'older';
  if (simChangedAt === null || changedAt > simChangedAt) return 'change';
  const isSameDay = calendarDay(changedAt, timeZone) === calendarDay(simChangedAt, timeZone);
  return isSameDay ? 'confirmed' : 'earlier';
}
