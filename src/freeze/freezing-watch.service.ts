import type { Knex } from 'knex';
import { AlarmWatch, type AlarmWatchDependencies, type Look } from '../fraud/alarm-watch.service.ts';
import { sourcesOfCalls } from '../lockout/sources.store.ts';
import { SECOND } from '../platform/clock.ts';
import { freezesSince } from './freeze-tellings.store.ts';
import { findFreezing } from './freezing.ts';

/** Calls that are looked up by one statement. */
const CALLS_AT_ONCE = 200;

/** Watches for one number that freezes many different customers (R18.1). */
export function freezingWatch(dependencies: AlarmWatchDependencies): AlarmWatch {
  return new AlarmWatch('freezing', lookForFreezing, dependencies);
}

const lookForFreezing: Look = async (knex, policy, now) => {
  const freezes = await freezesSince(knex, now - policy.freezing.seconds * SECOND);
  const sources = await sourcesOf(knex, [...new Set(freezes.map(({ callId }) => callId))]);
  return findFreezing(
    freezes.flatMap(({ callId, customerId }) => {
      const sourceIndex = sources.get(callId);
      return sourceIndex === undefined ? [] : [{ customerId, sourceIndex }];
    }),
    policy,
  );
};

async function sourcesOf(knex: Knex, calls: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (let from = 0; from < calls.length; from += CALLS_AT_ONCE)
    for (const { callId, sourceIndex } of await sourcesOfCalls(knex, calls.slice(from, from + CALLS_AT_ONCE)))
      found.set(callId, sourceIndex);
  return found;
}
