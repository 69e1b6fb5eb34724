import { DAY, HOUR, MINUTE, SECOND } from '../src/platform/clock.ts';
import type { Checks } from './model/invariants.ts';
import type { RandomSource } from './random-source.ts';
import { beginScenario } from './scenarios/scenarios.ts';
import { quiet, type Scheduler } from './scheduler.ts';
import type { World } from './world.ts';

/** Scenarios a customer is in on an average day. */
const SCENARIOS_PER_CUSTOMER = 4;
/** While work waits at the scheduler, time may move on to an event within this. */
const OVERLAP_MILLISECONDS = 3 * SECOND;
const OVERLAP_CHANCE = 0.08;
const TIDY_EVERY = 6 * HOUR;
/** Time for webhooks and messages that are still on their way after the last call. */
const AFTERMATH = 10 * MINUTE;

interface PlayOptions {
  readonly calls: number;
  readonly days?: number;
  readonly customers: number;
  readonly progress?: (calls: number) => void;
}

export interface Course {
  readonly scheduler: Scheduler;
  readonly scheduleRandom: RandomSource;
  readonly checks: Checks;
  begin(): void;
  tidy(): Promise<void>;
  finish(): Promise<void>;
}

/** Plays the world: runs the events that are due, then the waiting work one by one, and then moves time forward. */
export async function playWorld(options: PlayOptions, world: World, course: Course): Promise<void> {
  const { events, random, stats } = world;
  const { scheduler, scheduleRandom, checks } = course;
  const end = events.now + (options.days ?? Number.POSITIVE_INFINITY) * DAY;
  const meanGap = DAY / (options.customers * SCENARIOS_PER_CUSTOMER);
  let scenarios = 0;
  let openUntil = Number.POSITIVE_INFINITY;
  let failure: unknown;
  const watch = (work: Promise<unknown>): void => {
    work.catch((error: unknown) => {
      failure ??= error;
    });
  };
  const launch = (): void => {
    if (stats.calls >= options.calls || events.now >= end) {
      openUntil = events.now;
      return;
    }
    scenarios++;
    options.progress?.(stats.calls);
    watch(
      beginScenario(world).finally(() => {
        scenarios--;
      }),
    );
    events.after(random.between(0, Math.round(2 * meanGap)), launch);
  };
  const keepTidy = (): void => {
    events.after(TIDY_EVERY, () => {
      watch(course.tidy());
      keepTidy();
    });
  };
  const isOver = (): boolean =>
    scenarios === 0 && world.carrier.inFlight === 0 && events.now >= openUntil + AFTERMATH;

  course.begin();
  events.after(0, launch);
  keepTidy();
  while (!isOver()) {
    if (events.runDue()) await quiet();
    if (failure !== undefined) throw failure;
    if (checks.violation) return;
    const nextAt = events.nextAt;
    if (scheduler.hasReady) {
      if (
        nextAt !== undefined &&
        nextAt - events.now <= OVERLAP_MILLISECONDS &&
        scheduleRandom.chance(OVERLAP_CHANCE)
      )
        events.moveTo(nextAt);
      else await scheduler.runNext();
    } else if (nextAt !== undefined) events.moveTo(nextAt);
    else break;
  }
  await course.finish();
}
