import { DATABASE_NAMES, openSource } from './databases.ts';
import { describeMachine, type Report } from './report.ts';
import type { BenchmarkSettings } from './run.ts';
import { askForPerson, enquire, type Script } from './scripts.ts';
import type { MemoryUse } from './service.process.ts';
import { Stand } from './stand.ts';
import { slope } from './statistics.ts';
import { describeRatios, type Ratio } from './table.ts';

/** Whole calls, short ones; one in so many compares a PIN, which would otherwise be all the time goes to. */
const ONE_PIN_IN = 50;
const CALLS: readonly Script[] = [
  enquire,
  ...Array.from({ length: ONE_PIN_IN - 1 }, (): Script => askForPerson),
];
const SAMPLES = 10;
const MEGABYTE = 1_000_000;
/** What may look like growth: the heap after a collection moves by a few per cent from one to the next. */
const FLAT = { most: 0.1 };

export interface MemorySettings extends BenchmarkSettings {
  readonly callsMade: number;
}

interface Point extends MemoryUse {
  readonly calls: number;
}

/** Makes calls, and looks at the service's memory after every tenth of them. */
export async function runMemory(settings: MemorySettings): Promise<Report> {
  const lines = [
    describeMachine(),
    `${settings.callsMade} whole calls, ${settings.crowd.calls} at once; MB, after a collection`,
  ];
  const ratios: Ratio[] = [];
  for (const kind of settings.databases) {
    const source = await openSource(kind, settings.folder, settings.onExit);
    const stand = await Stand.start({
      databaseUrl: await source.newDatabase(),
      crowd: { calls: settings.crowd.calls, pins: 0, storm: 0, plainInStorm: 0 },
      nodeOptions: ['--expose-gc'],
      onExit: settings.onExit,
    });
    const points: Point[] = [];
    for (let sample = 1; sample <= SAMPLES; sample++) {
      await stand.makeCalls(CALLS, Math.round(settings.callsMade / SAMPLES));
      const use = await stand.service.ask<MemoryUse>({ ask: 'memory' });
      points.push({ ...use, calls: Math.round((settings.callsMade / SAMPLES) * sample) });
      settings.progress(`${DATABASE_NAMES[kind]}: ${describePoint(points.at(-1))}`);
    }
    await stand.service.stop();
    const title = `${DATABASE_NAMES[kind]}: calls`.padEnd(24);
    lines.push('', `${title}${['rss', 'heap', 'external'].map((name) => name.padStart(10)).join('')}`);
    lines.push(...points.map(describePoint));
    ratios.push(...ratiosOf(DATABASE_NAMES[kind], points));
  }
  return { text: [...lines, '', ...describeRatios(ratios)].join('\n'), ratios };
}

function describePoint(point: Point | undefined): string {
  if (!point) return '';
  const { calls, rss, heapUsed, external } = point;
  const cells = [rss, heapUsed, external].map((bytes) => (bytes / MEGABYTE).toFixed(1).padStart(10));
  return `${String(calls).padStart(22)}  ${cells.join('')}`;
}

/** Growth over the calls made, as a share of what was in use when the service had warmed up. */
function ratiosOf(title: string, points: readonly Point[]): readonly Ratio[] {
  const calls = points.at(-1)?.calls ?? 0;
  const growth = (column: (point: Point) => number) => {
    const perCall = slope(points.map((point) => ({ x: point.calls, y: column(point) })));
    const [first] = points;
    return first ? (perCall * calls) / column(first) : 0;
  };
  return [
    {
      name: `${title}: growth of the heap / heap, ${calls} calls`,
      value: growth(({ heapUsed }) => heapUsed),
      target: FLAT,
    },
    { name: `${title}: growth of rss / rss, ${calls} calls`, value: growth(({ rss }) => rss) },
  ];
}
