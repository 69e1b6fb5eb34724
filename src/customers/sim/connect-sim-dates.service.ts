import type { Clock } from '../../platform/clock.ts';
import type { Keyring } from '../../platform/keyring.ts';
import { loadAdapter } from '../../platform/load-adapter.service.ts';
import type { Policy } from '../../policy/policy.ts';
import type { Log } from '../../telemetry/logger.ts';
import { DemoSimDates } from './demo-sim-dates.store.ts';
import { guardSimDates } from './guarded-sim-dates.service.ts';
import type { SimDatesChoice } from './sim.settings.ts';
import { simContradiction } from './sim.ts';
import type { GuardedSimDates, SimDatesPort, SimFailure } from './sim-dates.ts';

interface Connecting {
  readonly keyring: Keyring;
  readonly clock: Clock;
  readonly log: Log;
  /** In force when the process starts. */
  readonly policy: Policy;
}

/**
 * Connects the feed that was chosen, or takes one that is there; undefined where there is none. Throws an Error that says what
 * to mend, also where the policy in force is one for a line without a feed.
 */
export async function connectSimDates(
  chosen: SimDatesChoice | SimDatesPort,
  connecting: Connecting,
): Promise<GuardedSimDates | undefined> {
  const { policy, log } = connecting;
  const feed = await feedOf(chosen, connecting);
  const contradiction = simContradiction(policy, feed !== undefined);
  if (contradiction !== undefined) throw new Error(contradiction);
  if (!feed && policy.code.simUnknown === 'refused') log.event('sim_dates.record_only', {});
  return feed;
}

async function feedOf(
  chosen: SimDatesChoice | SimDatesPort,
  { keyring, clock, log }: Connecting,
): Promise<GuardedSimDates | undefined> {
  const onFailure = (reason: SimFailure) => log.event('sim_dates.unanswered', { reason });
  if (!('kind' in chosen)) return guardSimDates(chosen, { clock, onFailure });
  if (chosen.kind === 'none') return undefined;
  // It takes part in the turn's transaction, which cannot go on beside a statement that was given up.
  if (chosen.kind === 'embedded') return new DemoSimDates(keyring);
  const feed = await loadAdapter(chosen.file, process.cwd(), {
    setting: 'SIM_DATES_ADAPTER',
    factory: 'createSimDates',
    answers: 'a feed',
    methods: ['lastChange'],
    document: 'docs/sim-dates.md',
  });
  return guardSimDates(feed as SimDatesPort, { clock, onFailure });
}
