import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, InvalidArgumentError, Option } from 'commander';
import { MINUTE, SECOND } from '../src/platform/clock.ts';
import { mayKeepData } from '../test/support/postgres-server.ts';
import { runBig } from './big.ts';
import type { DatabaseKind } from './databases.ts';
import { runMemory } from './memory.ts';
import { runProfile } from './profile.ts';
import type { Report } from './report.ts';
import { type BenchmarkSettings, runBenchmark } from './run.ts';
import { isMet } from './table.ts';

/** The service lets 128 comparisons wait for two running ones; more callers at once would be told that it is busy. */
const MOST_CALLS = 128;
const SECONDS = { least: 0.1, most: 20 };
/** A run is two minutes at most; what it cannot do in that is done in fewer rounds, but one is always done. */
const LIMIT_MILLISECONDS = 115 * SECOND;
/** A run that is not over by then hangs. */
const GIVE_UP_MILLISECONDS = { standard: 5 * MINUTE, large: 90 * MINUTE };
const STANDARD = { calls: 32, pins: 8, storm: 24, plainInStorm: 8, rounds: 5, seconds: 0.5 };
const QUICK = { calls: 4, pins: 4, storm: 4, plainInStorm: 2, rounds: 1, seconds: 0.1 };
const EXIT = { failed: 1, targetMissed: 2, interrupted: 130 };
/** Where the service keeps its own database by default: a temporary folder may be memory, whose commits cost nothing. */
const DATA = fileURLToPath(new URL('../data', import.meta.url));

interface Options {
  readonly database: DatabaseKind | 'both';
  readonly calls?: number;
  readonly seconds?: number;
  readonly quick?: true;
  readonly enforce?: true;
  readonly profile?: true;
  readonly big?: true;
  readonly scale: number;
  readonly memory?: true;
  readonly callsMade: number;
}

const between = (least: number, most: number, whole: boolean) => (text: string) => {
  const value = Number(text);
  if (value >= least && value <= most && (!whole || Number.isInteger(value))) return value;
  throw new InvalidArgumentError(`${whole ? 'a whole number' : 'a number'} from ${least} to ${most}`);
};

/** Measures, prints the table, and leaves nothing behind, also when it is interrupted. Answers the exit code. */
async function main(options: Options): Promise<number> {
  const interrupted = Promise.withResolvers<never>();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => interrupted.reject(new Interrupted()));
  const limit = setTimeout(
    () => interrupted.reject(new Error('the benchmark takes too long and gives up')),
    GIVE_UP_MILLISECONDS[options.big || options.memory ? 'large' : 'standard'],
  );
  const cleanUps: (() => Promise<unknown>)[] = [];
  try {
    const folder = await mkdtemp(join(await placeForData(options), `bench-${process.pid}-`));
    cleanUps.push(() => rm(folder, { recursive: true, force: true }));
    const standard = options.quick ? QUICK : STANDARD;
    const settings: BenchmarkSettings = {
      databases: options.database === 'both' ? ['sqlite', 'postgres'] : [options.database],
      crowd: {
        calls: options.calls ?? standard.calls,
        pins: standard.pins,
        storm: standard.storm,
        plainInStorm: standard.plainInStorm,
      },
      rounds: standard.rounds,
      windowMilliseconds: (options.seconds ?? standard.seconds) * SECOND,
      limitMilliseconds: LIMIT_MILLISECONDS,
      folder,
      onExit: (cleanUp) => cleanUps.push(cleanUp),
      progress: (text) => process.stderr.write(`${text}\n`),
    };
    const { text, ratios } = await Promise.race([modeOf(options)(settings), interrupted.promise]);
    process.stdout.write(`${text}\n`);
    return options.enforce && !(ratios.length > 0 && ratios.every(isMet)) ? EXIT.targetMissed : 0;
  } catch (error) {
    if (error instanceof Interrupted) return EXIT.interrupted;
    process.stderr.write(`No numbers: ${error instanceof Error ? error.message : 'unknown error'}\n`);
    return EXIT.failed;
  } finally {
    clearTimeout(limit);
    // The newest first: connections, then processes, then the files they had open.
    for (const cleanUp of cleanUps.reverse()) await cleanUp();
  }
}

/** Where the databases are kept: both kinds on the same disk. */
async function placeForData({ database }: Options): Promise<string> {
  await mkdir(DATA, { recursive: true });
  if (database === 'sqlite' || (await mayKeepData(DATA))) return DATA;
  process.stderr.write(
    `The data is in ${tmpdir()}: PostgreSQL runs as an account that may not enter ${DATA}. ` +
      'Where that is memory, commits cost nothing and the ratios say little.\n',
  );
  return tmpdir();
}

function modeOf(options: Options): (settings: BenchmarkSettings) => Promise<Report> {
  if (options.profile) return runProfile;
  if (options.big) return (settings) => runBig({ ...settings, scale: options.scale });
  if (options.memory) return (settings) => runMemory({ ...settings, callsMade: options.callsMade });
  return runBenchmark;
}

class Interrupted extends Error {}

const command = new Command('bench')
  .description('measures turns per second and their latency beside what they are made of')
  .addOption(
    new Option('--database <kind>', 'which to measure')
      .choices(['sqlite', 'postgres', 'both'])
      .default('both'),
  )
  .option('--calls <number>', 'calls at once (32; with --quick 4)', between(1, MOST_CALLS, true))
  .option(
    '--seconds <number>',
    'length of each round of a measure (0.5; with --quick 0.1)',
    between(SECONDS.least, SECONDS.most, false),
  )
  .option('--quick', 'one short round: a first impression in seconds')
  .option('--profile', 'instead: where the CPU time of turns goes, by thread and by function')
  .option('--big', 'instead: turns on a database of 1,000,000 customers and calls, and on an empty one')
  .option('--scale <share>', 'how much of that database (1)', between(0.001, 1, false), 1)
  .option('--memory', 'instead: memory over many calls')
  .option('--calls-made <number>', 'how many (100000)', between(100, 10_000_000, true), 100_000)
  .option('--enforce', 'exit with 2 when a target is missed')
  .parse();
// Calls that were interrupted in the middle would otherwise keep the process alive until their time-outs.
process.exit(await main(command.opts<Options>()));
