import type { DatabaseSync } from 'node:sqlite';
import { createService } from '../src/app.ts';
import { type Config, readConfig } from '../src/config/config.ts';
import type { Release } from '../src/flow/release.ts';
import { loadRelease } from '../src/flow/release-files.service.ts';
import { DAY, MINUTE } from '../src/platform/clock.ts';
import { seededRandom } from '../src/platform/random.ts';
import { StaticReleases } from '../src/releases/static-releases.service.ts';
import { migrate } from '../src/storage/migrate.ts';
import { noTelemetry } from '../src/telemetry/telemetry.ts';
import { Archive } from './archive.ts';
import { Carrier } from './carrier.ts';
import { simulatedDerivePin } from './comparisons.ts';
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
import { playWorld } from './play.ts';
import { Population } from './population.ts';
import { SimulatedFreezeJournal } from './queued-freezes.ts';
import { RandomSource } from './random-source.ts';
import { currentRequest } from './request.ts';
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
/** The least work argon2 takes: its strength is tested elsewhere, and here it would be most of the time. */
const QUICK_PINS = { memoryKib: 64, passes: 1, lanes: 1 };
/** So few that a handful of guesses at once meets a full queue now and then. */
const COMPARISONS = { ARGON2_CONCURRENCY: '2', ARGON2_QUEUE: '6' };
/** So few that new calls hold when some come at once. */
const TURNS = { TURN_LIMIT: '16' };
/** Chance that others go first before a statement, in the middle of a transaction too. */
const YIELD_CHANCE = 0.02;
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
  const read = readConfig({ LOG_LEVEL: 'silent', PUBLIC_URL, ...COMPARISONS, ...TURNS }, 'demo');
  if (!read.ok) throw new Error(read.problems.join('\n'));
  // Where freezes are queued is the simulation's own, not a folder.
  const config: Config = { ...read.config, freezeJournal: 'simulated' };
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

  /** Runs something of the simulation's own to its end, letting through all waiting events. */
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
        derivePin: simulatedDerivePin({ scheduler, faults, population, events, log, stats, counting }),
        startTimer: (milliseconds, ring) =>
          events.after(faults.isTroubled ? milliseconds : Math.max(milliseconds, LOOKS_WHEN_CALM), ring),
        startDeadline: (milliseconds) => {
          const { promise, resolve } = Promise.withResolvers<'late'>();
          return { passed: promise, cancel: events.after(milliseconds, () => resolve('late')) };
        },
        freezeJournal: new SimulatedFreezeJournal({ scheduler, faults }),
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
  const world: World = { random, events, log, population, carrier, messages, stats, checks, calls };

  return {
    play: () =>
      playWorld({ ...options, customers: options.customers ?? CUSTOMERS }, world, {
        scheduler,
        scheduleRandom,
        checks,
        begin: () => {
          isPlaying = true;
          service.outgoing.start();
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
      await settle(service.outgoing.stop());
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
