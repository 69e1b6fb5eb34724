import { CHECKED } from './model/invariants.ts';
import type { SimulationResult } from './run.ts';

/** What the run cost on this machine; not part of its result. */
export interface Cost {
  readonly seconds: number;
  readonly heapAtStart: number;
  readonly heapAtEnd: number;
}

const MEBIBYTE = 1024 * 1024;

/** Returns the report of a run as text. */
export function describeRun(seed: string, result: SimulationResult, cost: Cost): string {
  const { stats, eventCounts, checks } = result;
  const lines = [
    `seed ${seed}: ${stats.calls} calls, ${stats.turns} turns, ${result.days.toFixed(1)} simulated days`,
    `${(stats.turns / cost.seconds).toFixed(0)} turns per second in ${cost.seconds.toFixed(1)} s, heap ${mebibytes(cost.heapAtStart)} at the start, ${mebibytes(cost.heapAtEnd)} at the end`,
    `${stats.comparisons} PINs compared, ${stats.carried} orders carried out, ${stats.freezes} accounts frozen, ${result.faults} faults`,
    `digest of ${result.events} events: ${result.digest}`,
    '',
    'events',
    ...[...eventCounts].map(([kind, count]) => `  ${kind.padEnd(16)}${String(count).padStart(10)}`),
    '',
    'checks, by invariant',
    ...CHECKED.map(
      ([check, statement]) =>
        `  ${String(check).padEnd(6)}${String(checks.get(check) ?? 0).padStart(10)}  ${statement}`,
    ),
    '',
    ...describeLockOut(result),
  ];
  return lines.join('\n');
}

function describeLockOut({
  stats,
  mostStrangersShare,
  ownLineRefused,
  checks,
  violation,
}: SimulationResult): readonly string[] {
  const row = (words: string, value: string) => `  ${words.padEnd(74)}${value.padStart(10)}`;
  const mean = ({ days, sum }: { readonly days: number; readonly sum: number }) =>
    days === 0 ? '0' : (sum / days).toFixed(2);
  const kept = violation?.check !== 10 && (checks.get(10) ?? 0) > 0;
  return [
    'lock-out as a weapon',
    row(
      'wrong PINs an attacker got, per customer and day attacked, from other lines: most',
      String(stats.strangers.most),
    ),
    row('  mean', mean(stats.strangers)),
    row('with the number of the registered line: most', String(stats.spoofed.most)),
    row('  mean', mean(stats.spoofed)),
    row('largest share of the ten that other lines held of a PIN at once', String(mostStrangersShare)),
    row('tries refused at a registered line, each for failures made with its number', String(ownLineRefused)),
    row(
      'customers locked at their own line by other lines before the overall cap',
      violation?.check === 10 ? '1' : '0',
    ),
    row('registered line keeps its reserve', kept ? 'yes' : 'no'),
  ];
}

/** Describes a violation: the events before it, and the command that repeats it. */
export function describeViolation(seed: string, calls: number, result: SimulationResult): string {
  return [
    'the last events:',
    ...result.lastEvents.map((line) => `  ${line}`),
    '',
    `seed ${seed}, turn ${result.stats.turns}: ${result.violation?.message}`,
    `again: npm run simulate -- --seed ${seed} --calls ${calls} --verbose`,
  ].join('\n');
}

function mebibytes(bytes: number): string {
  return `${(bytes / MEBIBYTE).toFixed(0)} MiB`;
}
