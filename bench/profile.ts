import type { Profiler } from 'node:inspector';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DATABASE_NAMES, openSource } from './databases.ts';
import type { Report } from './report.ts';
import type { BenchmarkSettings } from './run.ts';
import type { TimeUse } from './service.process.ts';
import { Stand } from './stand.ts';
import type { Sample } from './statistics.ts';
import { written } from './table.ts';

const FUNCTIONS_SHOWN = 25;
/** More than two cores compare in a second. */
const PINS_PER_SECOND = 100;
/** Statements in fewer than this share of turns are counted and not shown. */
const RARE = 0.05;
const STATEMENT_COLUMNS = 88;
/** What profiling itself takes, and doing nothing. */
const NOT_THE_SERVICE = ['(idle)', '(program)', 'post node:inspector:115'];
const PROJECT = fileURLToPath(new URL('..', import.meta.url));

type ProfileSettings = Pick<
  BenchmarkSettings,
  'databases' | 'crowd' | 'windowMilliseconds' | 'folder' | 'onExit' | 'progress'
>;

/** Says where the CPU time of turns goes: by process and thread, then by function of the service's own thread. */
export async function runProfile(settings: ProfileSettings): Promise<Report> {
  const { databases, folder, onExit, progress, windowMilliseconds, crowd } = settings;
  const lines: string[] = [];
  for (const kind of databases) {
    progress(`profiling on ${DATABASE_NAMES[kind]}`);
    const source = await openSource(kind, folder, onExit);
    const stand = await Stand.start({
      databaseUrl: await source.newDatabase(),
      crowd,
      onExit,
      ...(source.pid === undefined ? {} : { databasePid: source.pid }),
    });
    const measures = {
      'turns without a secret': (window: number) => stand.plain(window),
      'turns that compare a PIN': (window: number) => stand.pins(PINS_PER_SECOND, window),
    };
    for (const [name, measure] of Object.entries(measures)) {
      await measure(windowMilliseconds);
      const sample = await measure(windowMilliseconds);
      await stand.preparePins(PINS_PER_SECOND, windowMilliseconds);
      await stand.service.ask({ ask: 'start profile' });
      const { done } = await measure(windowMilliseconds);
      const { profile, statements } = await stand.service.ask<TimeUse>({ ask: 'stop profile' });
      lines.push(
        '',
        `${DATABASE_NAMES[kind]}: ${name}`,
        describeCost(sample),
        ...describeStatements(statements, done),
        ...describeProfile(profile),
      );
    }
    await stand.hangUp();
    await stand.service.stop();
  }
  return { text: lines.slice(1).join('\n'), ratios: [] };
}

function describeCost({ cpu, perSecond }: Sample): string {
  const parts = [
    ['JavaScript thread', cpu.mainThread],
    ["the service's other threads", cpu.main - cpu.mainThread],
    ['database server', cpu.database],
    ['load generator', cpu.load],
  ] as const;
  return `${written(perSecond)} per s; cpu ms each: ${parts.map(([name, value]) => `${name} ${written(value)}`).join(', ')}`;
}

/** How many statements one turn sends, BEGIN and COMMIT included, and which. */
function describeStatements(statements: TimeUse['statements'], done: number): readonly string[] {
  const all = statements.reduce((sum, [, count]) => sum + count, 0);
  return [
    `${written(all / done)} statements each:`,
    ...[...statements]
      .sort(([, a], [, b]) => b - a)
      .filter(([, count]) => count / done >= RARE)
      .map(
        ([sql, count]) =>
          `${written(count / done).padStart(6)}    ${sql.replace(/\s+/g, ' ').slice(0, STATEMENT_COLUMNS)}`,
      ),
    'share of the time of the JavaScript thread, waiting in native functions included:',
  ];
}

/** The functions that took the most time themselves, what they called left out. */
function describeProfile({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile): readonly string[] {
  const names = new Map(nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]));
  const microseconds = new Map<string, number>();
  for (const [at, sample] of samples.entries()) {
    const name = names.get(sample) ?? '';
    microseconds.set(name, (microseconds.get(name) ?? 0) + (timeDeltas[at] ?? 0));
  }
  for (const name of NOT_THE_SERVICE) microseconds.delete(name);
  const all = [...microseconds.values()].reduce((sum, value) => sum + value, 0);
  return [...microseconds]
    .sort(([, a], [, b]) => b - a)
    .slice(0, FUNCTIONS_SHOWN)
    .map(([name, value]) => `${((value / all) * 100).toFixed(1).padStart(6)} %  ${name}`);
}

function nameOf({ functionName, url, lineNumber }: Profiler.ProfileNode['callFrame']): string {
  if (url === '') return functionName;
  const file = url.startsWith('file:') ? relative(PROJECT, fileURLToPath(url)) : url;
  return `${functionName || 'anonymous'} ${file.replace(/^.*node_modules\//, '')}:${lineNumber + 1}`;
}
