import type { Knex } from 'knex';
import { countAtPins, type PinCounts } from '../lockout/sources.store.ts';
import type { Instant } from '../platform/clock.ts';
import type { Policy } from '../policy/policy.ts';
import { AlarmWatch, type AlarmWatchDependencies } from './alarm-watch.service.ts';
import { findSpraying, type Spraying, sprayingWindows } from './spraying.ts';

/** Watches for PINs sprayed over many customers (invariant 9). */
export function sprayingWatch(dependencies: AlarmWatchDependencies): AlarmWatch {
  return new AlarmWatch('spraying', lookForSpraying, dependencies);
}

async function lookForSpraying(knex: Knex, policy: Policy, now: Instant): Promise<Spraying | undefined> {
  const counts = new Map<number, PinCounts>();
  for (const seconds of sprayingWindows(policy)) counts.set(seconds, await countAtPins(knex, now, seconds));
  return findSpraying(counts, policy);
}
