import type { Knex } from 'knex';
import { countAtPins, type PinCounts } from '../lockout/sources.store.ts';
import { type Clock, HOUR, SECOND } from '../platform/clock.ts';
import { PeriodicTask } from '../platform/periodic-task.service.ts';
import type { StartTimer } from '../platform/timer.ts';
import type { Policy } from '../policy/policy.ts';
import { describeFailure } from '../telemetry/failure.ts';
import type { Log } from '../telemetry/logger.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { claimLook, endUnseen, raiseOrKeep } from './alarms.store.ts';
import { findSpraying, sprayingWindows } from './spraying.ts';

/** Of the 60 s there are (invariant 9), so often that one look may fail, and one process die after claiming another. */
const LOOK_AGAIN_MILLISECONDS = 15 * SECOND;
/** An attack that pauses is one attack: an alarm is over when nothing was seen for as long. */
const QUIET_MILLISECONDS = HOUR;

interface SprayingWatchDependencies {
  readonly knex: Knex;
  readonly clock: Clock;
  /** The policy in force. */
  policy(): Policy;
  readonly log: Log;
  readonly telemetry: Telemetry;
  readonly startTimer?: StartTimer;
}

/**
 * Watches, beside the turns and in every process, for PINs sprayed over many customers (invariant 9). It raises an
 * alarm, once per episode, and touches no customer, counter or lock. No error ever leaves it.
 */
export class SprayingWatch {
  readonly #deps: SprayingWatchDependencies;
  readonly #rounds: PeriodicTask;

  constructor(dependencies: SprayingWatchDependencies) {
    this.#deps = dependencies;
    this.#rounds = new PeriodicTask(LOOK_AGAIN_MILLISECONDS, () => this.#lookOnce(), dependencies.startTimer);
  }

  /** Looks now and from then on every 15 s. */
  start(): void {
    this.#rounds.start();
  }

  /** Looks no more; resolves when a look under way is over. */
  stop(): Promise<void> {
    return this.#rounds.stop();
  }

  /** Resolves when no look is under way. */
  idle(): Promise<void> {
    return this.#rounds.idle();
  }

  async #lookOnce(): Promise<void> {
    const { knex, clock, log, telemetry } = this.#deps;
    try {
      const now = clock.now();
      if (!(await claimLook(knex, 'spraying', now, LOOK_AGAIN_MILLISECONDS))) return;
      const policy = this.#deps.policy();
      const counts = new Map<number, PinCounts>();
      for (const seconds of sprayingWindows(policy))
        counts.set(seconds, await countAtPins(knex, now, seconds));
      const seen = findSpraying(counts, policy);
      if (seen) {
        if (!(await raiseOrKeep(knex, 'spraying', seen, now))) return;
        const { customers, sources, failures } = seen;
        log.event('alarm.raised', { kind: 'spraying', customers, sources, failures });
        telemetry.alarmRaised('spraying');
        return;
      }
      const ended = await endUnseen(knex, 'spraying', now - QUIET_MILLISECONDS, now);
      if (!ended) return;
      const { customers, sources, failures } = ended;
      log.event('alarm.ended', { kind: 'spraying', customers, sources, failures });
    } catch (error) {
      try {
        log.event('alarm.failed', { kind: 'spraying', ...describeFailure(error) });
      } catch {
        // A log that fails must not end the watch.
      }
    }
  }
}
