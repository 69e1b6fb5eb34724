import { timingSafeEqual } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { createService } from '../src/app.ts';
import { type Config, readConfig } from '../src/config/config.ts';
import { derivePin } from '../src/credentials/pin-verifier.service.ts';
import type { Release } from '../src/flow/release.ts';
import { loadRelease } from '../src/flow/release-files.service.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../src/platform/clock.ts';
import { seededRandom } from '../src/platform/random.ts';
import { StaticReleases } from '../src/releases/static-releases.service.ts';
import { migrate } from '../src/storage/migrate.ts';
import { noTelemetry } from '../src/telemetry/telemetry.ts';
import { Archive } from './archive.ts';
import { Carrier } from './carrier.ts';
import { openDatabase } from './database.ts';
import { EventLog } from './event-log.ts';
import { EventQueue } from './event-queue.ts';
import { DEFAULT_FAULTS, FaultInjector, type FaultRates } from './fault-injector.ts';
import { finalChecks } from './final-checks.ts';
import { SimulatedMessages } from './messages.ts';
import { Calls } from './model/calls.ts';
import { ChangeReader } from './model/changes.ts';
import { Counting } from './model/counting.ts';
import { type CheckId, Checks, type Violation } from './model/invariants.ts';
import { Money } from './model/money.ts';
import { Population } from './population.ts';
import { RandomSource } from './random-source.ts';
import { currentRequest } from './request.ts';
import { beginScenario } from './scenarios/scenarios.ts';
import { quiet, Scheduler } from './scheduler.ts';
import { Statistics } from './statistics.ts';
import { WebhookChecker } from './webhook-checker.ts';
import type { World } from './world.ts';

export interface SimulationOptions {
  readonly seed: string;
  /** No scenario begins once so many calls have begun. */
  readonly calls: number;
  /** No scenario begins after so many simulated days. */
  readonly days?: number;
  readonly customers?: number;
  readonly faultRates?: FaultRates;
  /** What is wrong with the release, or the database, of this run: for showing that it is found. */
  readonly changeRelease?: (release: Release) => Release;
  readonly sabotage?: (raw: DatabaseSync) => void;
  readonly print?: (line: string) => void;
  /** Told now and then how many calls have begun. */
  readonly progress?: (calls: number) => void;
}

export interface SimulationResult {
  readonly digest: string;
  readonly events: number;
  readonly eventCounts: ReadonlyMap<string, number>;
  readonly checks: ReadonlyMap<CheckId, number>;
  readonly stats: Statistics;
  /** The largest share of a customer's budget that strangers' lines ever held. */
  readonly mostStrangersShare: number;
  readonly ownLineRefused: number;
  readonly faults: number;
  readonly days: number;
  readonly violation?: Violation;
  /** Up to and including the one that broke an invariant. */
  readonly lastEvents: readonly string[];
}

const START = Date.UTC(2026, 0, 15, 2, 0, 0);
const CUSTOMERS = 200;
/** Scenarios a customer is in on an average day. */
const SCENARIOS_PER_CUSTOMER = 4;
/** The least work argon2 takes: its strength is tested elsewhere, and here it would be most of the time. */
const QUICK_PINS = { memoryKib: 64, passes: 1, lanes: 1 };
/** So few that a handful of guesses at once meets a full queue now and then. */
const COMPARISONS = { ARGON2_CONCURRENCY: '2', ARGON2_QUEUE: '6' };
/** While things wait at the scheduler, time may go on to what happens within this. */
const OVERLAP_MILLISECONDS = 3 * SECOND;
const OVERLAP_CHANCE = 0.08;
/** Chance that others go first before a statement, in the middle of a transaction too. */
const YIELD_CHANCE = 0.02;
const TIDY_EVERY = 6 * HOUR;
/** After the last caller has gone, what is still on its way comes. */
const AFTERMATH = 10 * MINUTE;
/** The outbox looks for forgotten messages every second; where nothing is wrong, looking less often finds the same. */
const LOOKS_WHEN_CALM = 5 * MINUTE;
const PUBLIC_URL = 'https://hotline.example.com';

/** Runs the real service through a seeded world, checking the invariants after every turn. Restores nothing: each run has its own of everything. */
export async function simulate(options: SimulationOptions): Promise<SimulationResult> {
  const simulation = await build(options);
  try {
    await simulation.play();
  } finally {
    await simulation.stop();
  }
  return simulation.result();
}

async function releaseFor(config: Config, change: SimulationOptions['changeRelease']): Promise<Release> {
  const loaded = await loadRelease(config.files);
  if (!loaded.ok) throw new Error(loaded.problems.join('\n'));
  const { release } = loaded;
  const quick = {
    ...release,
    policy: { ...release.policy, pin: { ...release.policy.pin, argon2: QUICK_PINS } },
  };
  return change?.(quick) ?? quick;
}

async function build(options: SimulationOptions) {
  const { seed } = options;
  const read = readConfig({ LOG_LEVEL: 'silent', PUBLIC_URL, ...COMPARISONS }, 'demo');
  if (!read.ok) throw new Error(read.problems.join('\n'));
  const { config } = read;
  const release = await releaseFor(config, options.changeRelease);
  // These names are part of the seed: with another name the same seed plays another world.
  const random = new RandomSource(`${seed}:world`);
  const scheduleRandom = new RandomSource(`${seed}:schedule`);
  const events = new EventQueue(START);
  const log = new EventLog(options.print);
  const scheduler = new Scheduler(scheduleRandom);
  const faults = new FaultInjector(
    options.faultRates ?? DEFAULT_FAULTS,
    new RandomSource(`${seed}:weather`),
    events,
    log,
  );
  const checks = new Checks();
  const stats = new Statistics();
  const counting = new Counting(checks);
  const webhookChecker: WebhookChecker = new WebhookChecker({
    events,
    log,
    checks,
    counting,
    calls: () => calls,
    faults,
    stats,
  });
  const calls = new Calls(checks, counting, (call) => webhookChecker.startedAt(call));
  const money = new Money(checks, (customer) => calls.isFreezeAcknowledged(customer));
  let changes: ChangeReader | undefined;
  let isPlaying = false;

  const database = await openDatabase(scheduler, {
    inject: (sql) => {
      const request = currentRequest();
      checks.hold(
        39,
        request?.forged !== true,
        () => `forged webhook ${request?.number} reached the database`,
      );
      return isPlaying ? faults.inject(sql) : 'none';
    },
    yields: () => isPlaying && scheduleRandom.chance(YIELD_CHANCE),
    committed: () => {
      const committed = changes?.take();
      if (!committed) return;
      counting.committed(committed);
      const carried = calls.committed(committed, events.clock.now());
      money.committed(committed, carried);
      stats.carried += carried.length;
      stats.freezes += committed.freezes.length;
    },
  });
  const { knex, raw } = database;
  const population = new Population({
    keyring: config.keyring,
    policy: release.policy,
    random: new RandomSource(`${seed}:people`),
    scheduler,
    now: () => events.clock.now(),
  });
  const messages = new SimulatedMessages({
    random: new RandomSource(`${seed}:messages`),
    events,
    scheduler,
    faults,
    log,
  });
  const archive = new Archive({ knex, raw, population, calls, counting, money });

  /** Runs something of the simulation's own to its end, letting through whatever waits. */
  const settle = async <Result>(work: Promise<Result>): Promise<Result> => {
    let isDone = false;
    const done = work.finally(() => {
      isDone = true;
    });
    done.catch(() => undefined);
    for (await quiet(); !isDone; await quiet()) await scheduler.runNext();
    return done;
  };

  await settle(migrate(knex));
  for (const { id } of await settle(population.enrol(knex, options.customers ?? CUSTOMERS)).then((come) =>
    come.filter(({ currency }) => currency === 'VND'),
  ))
    money.addVietnamese(id);
  options.sabotage?.(raw);
  changes = new ChangeReader(raw);

  const service = await settle(
    createService({
      config,
      releases: new StaticReleases(release),
      knex,
      clock: events.clock,
      random: seededRandom(`${seed}:service`),
      log: webhookChecker.serviceLog,
      telemetry: noTelemetry,
      doubles: {
        messaging: messages,
        derivePin: (keyring, owner, pin, salt, parameters) => {
          const request = currentRequest();
          return scheduler.pass(async () => {
            if (faults.comparisonFails()) throw new Error('argon2 has no memory');
            const hash = await derivePin(keyring, owner, pin, salt, parameters);
            const expected = population.byId(owner.customerId)?.verifiers[owner.kind];
            if (expected?.salt.equals(salt) && request) {
              const matched = timingSafeEqual(hash, expected.hash);
              const factor = `pin.${owner.kind}`;
              log.record(
                'comparison',
                `${request.number} ${owner.customerId} ${factor} ${matched ? 'right' : 'wrong'}`,
              );
              stats.comparisons++;
              counting.compared({
                call: request.call,
                token: request.token ?? '',
                customer: owner.customerId,
                factor,
                pin,
                matched,
              });
              if (!matched && request.actor === 'attacker')
                stats.guessed(
                  owner.customerId,
                  request.from === population.byId(owner.customerId)?.e164,
                  events.now,
                );
            }
            return hash;
          });
        },
        startTimer: (milliseconds, ring) =>
          events.after(faults.isTroubled ? milliseconds : Math.max(milliseconds, LOOKS_WHEN_CALM), ring),
        startDeadline: (milliseconds) => {
          const { promise, resolve } = Promise.withResolvers<'late'>();
          return { passed: promise, cancel: events.after(milliseconds, () => resolve('late')) };
        },
      },
    }),
  );
  const carrier = new Carrier({
    http: service.http,
    publicUrl: PUBLIC_URL,
    authToken: config.webhookTokens[0] ?? '',
    random: new RandomSource(`${seed}:carrier`),
    events,
    scheduler,
    faults,
    observer: webhookChecker,
  });
  messages.report = (url, form) => {
    const hook = carrier.hook(
      {
        route: 'sms',
        call: 'no call',
        from: 'carrier',
        actor: 'owner',
        words: `message ${form.MessageStatus}`,
      },
      url,
      form,
    );
    void carrier.deliver(hook);
  };
  const world: World = { random, events, log, population, carrier, messages, stats };

  return {
    play: () =>
      playWorld(options, world, {
        scheduler,
        scheduleRandom,
        checks,
        begin: () => {
          isPlaying = true;
          service.outbox.start();
          faults.begin();
        },
        tidy: async () => {
          for (const { id, currency } of await archive.tidy(events.now))
            if (currency === 'VND') money.addVietnamese(id);
          stats.closeDays(events.now);
        },
        finish: async () => {
          isPlaying = false;
          stats.closeDays(events.now + 3 * DAY);
          finalChecks({ raw, checks, counting, population, archive, money });
        },
      }),
    stop: async () => {
      isPlaying = false;
      await settle(service.outbox.stop());
      await settle(knex.destroy());
    },
    result: (): SimulationResult => ({
      digest: log.digest(),
      events: log.events,
      eventCounts: log.counts,
      checks: checks.counts,
      stats,
      mostStrangersShare: counting.mostStrangersShare,
      ownLineRefused: counting.ownLineRefused,
      faults: faults.faults,
      days: (events.now - START) / DAY,
      ...(checks.violation ? { violation: checks.violation } : {}),
      lastEvents: log.last,
    }),
  };
}

interface Course {
  readonly scheduler: Scheduler;
  readonly scheduleRandom: RandomSource;
  readonly checks: Checks;
  begin(): void;
  tidy(): Promise<void>;
  finish(): Promise<void>;
}

/** The course of the world: what is due happens, what waits passes one by one, and then time goes on. */
async function playWorld(options: SimulationOptions, world: World, course: Course): Promise<void> {
  const { events, random, stats } = world;
  const { scheduler, scheduleRandom, checks } = course;
  const end = START + (options.days ?? Number.POSITIVE_INFINITY) * DAY;
  const meanGap = DAY / ((options.customers ?? CUSTOMERS) * SCENARIOS_PER_CUSTOMER);
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
