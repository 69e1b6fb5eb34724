import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Command, InvalidArgumentError } from 'commander';
import { SECOND } from '../src/platform/clock.ts';
import { describeRun, describeViolation } from './report.ts';
import { type SimulationResult, simulate } from './run.ts';

interface Options {
  readonly seed: string;
  readonly calls: number;
  readonly days?: number;
  readonly customers: number;
  readonly verbose?: true;
}

const MOST = 100_000_000;
const STANDARD = { seed: '1', calls: 1_000, customers: 200 };
const PROGRESS_EVERY = 1_000;
/** Calls before the heap is measured for the first time: code and caches are warm by then. */
const WARM_AFTER_CALLS = 500;

const whole = (text: string): number => {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= MOST) return value;
  throw new InvalidArgumentError('a whole number from 1');
};

/** Returns the heap in use after a garbage collection, in bytes. */
function heapInUse(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}

/** Runs a seed and prints the report. Returns the exit code: 1 after a violation. */
async function main({ seed, calls, days, customers, verbose }: Options): Promise<number> {
  let told = 0;
  let heapAtStart: number | undefined;
  const startedAt = performance.now();
  const result: SimulationResult = await simulate({
    seed,
    calls,
    customers,
    ...(days === undefined ? {} : { days }),
    ...(verbose ? { print: (line) => process.stdout.write(`${line}\n`) } : {}),
    progress: (begun) => {
      if (begun >= WARM_AFTER_CALLS) heapAtStart ??= heapInUse();
      if (begun < told + PROGRESS_EVERY) return;
      told = begun;
      process.stderr.write(`${begun} calls\n`);
    },
  });
  const seconds = (performance.now() - startedAt) / SECOND;
  const heapAtEnd = heapInUse();
  process.stdout.write(
    `${describeRun(seed, result, { seconds, heapAtStart: heapAtStart ?? heapAtEnd, heapAtEnd })}\n`,
  );
  // A run without calls or checks shows nothing.
  if (!result.violation && (result.stats.calls === 0 || result.checks.size === 0)) {
    process.stderr.write('nothing was played and checked\n');
    return 1;
  }
  if (!result.violation) return 0;
  process.stderr.write(`\n${describeViolation(seed, calls, result)}\n`);
  return 1;
}

const command = new Command('simulate')
  .description(
    'plays a seeded world of callers, attackers and faults against the real service and checks the invariants after every turn',
  )
  .option('--seed <text>', 'the same seed plays the same world', STANDARD.seed)
  .option('--calls <number>', 'calls to begin', whole, STANDARD.calls)
  .option('--days <number>', 'simulated days after which no call begins', whole)
  .option('--customers <number>', 'customers of the bank at a time', whole, STANDARD.customers)
  .option('--verbose', 'print every event as it happens')
  .parse();
process.exit(await main(command.opts<Options>()));
