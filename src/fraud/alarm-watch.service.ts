import type { Knex } from 'knex';
import { type Clock, HOUR, type Instant, SECOND } from '../platform/clock.ts';
import { PeriodicTask } from '../platform/periodic-task.service.ts';
import type { StartTimer } from '../platform/timer.ts';
import type { Policy } from '../policy/policy.ts';
import { describeFailure } from '../telemetry/failure.ts';
import type { Log } from '../telemetry/logger.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { type AlarmKind, claimLook, endUnseen, raiseOrKeep, type SeenByAlarm } from './alarms.store.ts';

/** Of the 60 s there are (invariant 9), so often that one look may fail, and one process die after claiming another. */
const LOOK_AGAIN_MILLISECONDS = 15 * SECOND;
/** An attack that pauses is one attack: an alarm is over when nothing was seen for as long. */
const QUIET_MILLISECONDS = HOUR;

export interface AlarmWatchDependencies {
  readonly knex: Knex;
  readonly clock: Clock;
  /** The policy in force. */
  policy(): Policy;
  readonly log: Log;
  readonly telemetry: Telemetry;
  readonly startTimer?: StartTimer;
}

/** Looks for what no single call shows; undefined where nothing of it is to be seen. */
export type Look = (knex: Knex, policy: Policy, now: Instant) => Promise<SeenByAlarm | undefined>;

/**
 * Looks for one thing beside the turns and in every process. It raises an alarm, once per episode, and touches no customer,
 * counter or lock. No error ever leaves it.
 */
export class AlarmWatch {
  readonly #deps: AlarmWatchDependencies;
  readonly #kind: AlarmKind;
  readonly #look: Look;
  readonly #rounds: PeriodicTask;

  constructor(kind: AlarmKind, look: Look, dependencies: AlarmWatchDependencies) {
    this.#deps = dependencies;
    this.#kind = kind;
    this.#look = look;
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
    const kind = this.#kind;
    try {
      const now = clock.now();
      if (!(await claimLook(knex, kind, now, LOOK_AGAIN_MILLISECONDS))) return;
      const seen = await this.#look(knex, this.#deps.policy(), now);
      if (seen) {
        if (!(await raiseOrKeep(knex, kind, seen, now))) return;
        const { customers, sources, failures } = seen;
        log.event('alarm.raised', { kind, customers, sources, failures });
        telemetry.alarmRaised(kind);
        return;
      }
      const ended = await endUnseen(knex, kind, now - QUIET_MILLISECONDS, now);
      if (!ended) return;
      const { customers, sources, failures } = ended;
      log.event('alarm.ended', { kind, customers, sources, failures });
    } catch (error) {
      try {
        log.event('alarm.failed', { kind, ...describeFailure(error) });
      } catch {
        // A log that fails must not end the watch.
      }
    }
  }
}
