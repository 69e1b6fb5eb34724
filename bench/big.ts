import { stat } from 'node:fs/promises';
import { SECOND } from '../src/platform/clock.ts';
import { connect, isPostgres, type Knex } from '../src/storage/connect.ts';
import { DATABASE_NAMES, type DatabaseSource, openSource, targetOf } from './databases.ts';
import { multiply } from './filler.ts';
import { describeMachine, type Report } from './report.ts';
import type { BenchmarkSettings } from './run.ts';
import { askForPerson, lookAround, WHOLE_CALLS } from './scripts.ts';
import { Stand } from './stand.ts';
import { median, medianSample, type Sample } from './statistics.ts';
import { describeResults, type Ratio, type Row, type Section } from './table.ts';

/** At scale 1 so many customers, so many ended calls of theirs, and at least ten times as many audit entries. */
const CUSTOMERS = 1_000_000;
/** Real callers whose one real call each is copied; their customers are the ones that call again afterwards. */
const BASE_CUSTOMERS = 50;
/** More than half of those who call want a person at once: about ten audit entries a call. */
const BASE_CALLS = [...WHOLE_CALLS, askForPerson, askForPerson, askForPerson];
/** A turn on the big database may cost so many times what it costs on an empty one. */
const COST_TARGET = { most: 1.25 };
const ROUNDS = 5;
const MEGABYTE = 1_000_000;

export interface BigSettings extends BenchmarkSettings {
  /** 1 is the size that the documents name. */
  readonly scale: number;
}

interface Pair {
  readonly title: string;
  readonly heading: string;
  readonly empty: Stand;
  readonly big: Stand;
}

/** Builds a database of the size a bank has after a year, and measures turns on it and on an empty one, taking turns. */
export async function runBig(settings: BigSettings): Promise<Report> {
  const { databases, folder, onExit, progress } = settings;
  const headings: string[] = [];
  const sections: Section[] = [];
  const ratios: Ratio[] = [];
  for (const kind of databases) {
    const source = await openSource(kind, folder, onExit);
    const pair = await openPair(source, settings);
    headings.push(pair.heading);
    progress('measuring');
    const samples = await measure(pair, settings);
    sections.push({ title: pair.title, rows: samples.rows });
    ratios.push(...samples.ratios);
    await pair.empty.service.stop();
    await pair.big.service.stop();
  }
  const { crowd, windowMilliseconds } = settings;
  const heading = [
    describeMachine(),
    `${crowd.calls} calls at once; medians of ${ROUNDS} rounds of ${windowMilliseconds / SECOND} s; cpu ms: service; db cpu: database server`,
    ...headings,
  ];
  return { text: describeResults(heading, sections, ratios), ratios };
}

async function openPair(source: DatabaseSource, settings: BigSettings): Promise<Pair> {
  const title = DATABASE_NAMES[source.kind];
  const open = (databaseUrl: string): Promise<Stand> =>
    Stand.start({
      databaseUrl,
      crowd: { calls: BASE_CUSTOMERS, pins: 0, storm: 0, plainInStorm: 0 },
      ...(source.pid === undefined ? {} : { databasePid: source.pid }),
      onExit: settings.onExit,
    });
  settings.progress(`${title}: making the calls that are copied`);
  const bigUrl = await source.newDatabase();
  const base = await open(bigUrl);
  await base.makeCalls(BASE_CALLS, BASE_CUSTOMERS);
  await base.service.stop();
  const heading = `${title}: ${await fill(bigUrl, settings, title)}`;
  return { title, heading, empty: await open(await source.newDatabase()), big: await open(bigUrl) };
}

/** Fills the database and says what it is then. */
async function fill(url: string, { scale, progress }: BigSettings, title: string): Promise<string> {
  const knex = connect(targetOf(url));
  const began = performance.now();
  try {
    if (isPostgres(knex)) await setCheckpointSize(knex, '8GB');
    else await knex.raw('PRAGMA synchronous = OFF');
    const copies = Math.max(1, Math.round((CUSTOMERS * scale) / BASE_CUSTOMERS) - 1);
    const rows = await multiply(knex, copies, (text) => progress(`${title}: ${text}`));
    await settle(knex);
    const seconds = Math.round((performance.now() - began) / SECOND);
    const counts = ['customers', 'calls', 'turns', 'ledger_entries'].map(
      (table) => `${(rows.get(table) ?? 0).toLocaleString('en')} ${table}`,
    );
    return `${counts.join(', ')}; ${Math.round((await sizeOf(knex, url)) / MEGABYTE)} MB, built in ${seconds} s`;
  } finally {
    await knex.destroy();
  }
}

async function setCheckpointSize(knex: Knex, size: string): Promise<void> {
  await knex.raw(`ALTER SYSTEM SET max_wal_size = '${size}'`);
  await knex.raw('SELECT pg_reload_conf()');
}

/** What a database does by itself in the time it grows in: statistics, and no work left over from the filling. */
async function settle(knex: Knex): Promise<void> {
  if (isPostgres(knex)) {
    await knex.raw('VACUUM ANALYZE');
    await setCheckpointSize(knex, '1GB');
    await knex.raw('CHECKPOINT');
    return;
  }
  await knex.raw('ANALYZE');
  await knex.raw('PRAGMA wal_checkpoint(TRUNCATE)');
}

async function sizeOf(knex: Knex, url: string): Promise<number> {
  const target = targetOf(url);
  if (target.kind === 'sqlite') return (await stat(target.file)).size;
  const row: { size?: number | string } | undefined = await knex
    .select(knex.raw('pg_database_size(current_database()) AS size'))
    .first();
  return Number(row?.size ?? 0);
}

async function measure(
  { title, empty, big }: Pair,
  { crowd, windowMilliseconds }: BigSettings,
): Promise<{ readonly rows: readonly Row[]; readonly ratios: readonly Ratio[] }> {
  const measures = { 'turns without a secret': [lookAround], 'turns of whole calls': WHOLE_CALLS };
  const rows: Row[] = [];
  const ratios: Ratio[] = [];
  for (const [name, scripts] of Object.entries(measures)) {
    const rounds: { readonly empty: Sample; readonly big: Sample }[] = [];
    // The first round warms up and is not counted.
    for (let round = 0; round <= ROUNDS; round++) {
      const take = (stand: Stand) => stand.turns(scripts, crowd.calls, windowMilliseconds);
      // A second one meets what the first has left to write.
      const first = await take(round % 2 === 0 ? empty : big);
      const second = await take(round % 2 === 0 ? big : empty);
      const samples = round % 2 === 0 ? { empty: first, big: second } : { empty: second, big: first };
      if (round > 0) rounds.push(samples);
    }
    rows.push(
      { name: `${name}, empty`, sample: medianSample(rounds.map((round) => round.empty)) },
      { name: `${name}, big`, sample: medianSample(rounds.map((round) => round.big)) },
    );
    ratios.push({
      name: `${title}: cost of ${name}, big / empty`,
      value: median(rounds.map((round) => round.empty.perSecond / round.big.perSecond)),
      byCpu: median(rounds.map((round) => cost(round.big) / cost(round.empty))),
      target: COST_TARGET,
    });
  }
  return { rows, ratios };
}

function cost({ cpu }: Sample): number {
  return cpu.main + cpu.database;
}
