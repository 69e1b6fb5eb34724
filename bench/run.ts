import { availableParallelism } from 'node:os';
import { SECOND } from '../src/platform/clock.ts';
import { assert } from '../src/platform/fault.ts';
import { type DatabaseKind, type DatabaseSource, openSource, targetOf } from './databases.ts';
import { Floors } from './floors.ts';
import { type Report, type Round, reportRounds } from './report.ts';
import { type Crowd, Stand } from './stand.ts';
import type { Sample } from './statistics.ts';

export interface BenchmarkSettings {
  readonly databases: readonly DatabaseKind[];
  readonly crowd: Crowd;
  readonly rounds: number;
  readonly windowMilliseconds: number;
  /** No round begins that would probably not be over by then, counted from the start. */
  readonly limitMilliseconds: number;
  /** An empty folder on the disk whose commits are to be measured. */
  readonly folder: string;
  /** Registers work for the end of the run. */
  onExit(cleanUp: () => Promise<unknown>): void;
  progress(text: string): void;
}

/** Long enough for the compiler to have seen the hot paths. */
const WARM_UP_MILLISECONDS = 0.3 * SECOND;
/** Where the system does not tell the CPU time: no machine compares a PIN by the policy's parameters in less. */
const LEAST_ARGON2_MILLISECONDS = 15;
/** A percentile of a few callers needs more time than the rate of many. */
const FEW_CALLERS_SHARE = 1.5;

/** One round of a measure; `before` is what the round has measured already. */
type Measure = (windowMilliseconds: number, before: Round) => Promise<Sample>;
type Measures = ReadonlyMap<string, Measure>;

/** Measures everything in rounds that follow one another, so that a busy neighbour slows all of it alike. */
export async function runBenchmark(settings: BenchmarkSettings): Promise<Report> {
  const { folder, onExit, progress, windowMilliseconds } = settings;
  const began = performance.now();
  progress('preparing customers');
  const sources = await Promise.all(settings.databases.map((kind) => openSource(kind, folder, onExit)));
  const stands = await Promise.all(sources.map((source) => startStand(source, settings)));
  const [{ stand } = { stand: undefined }] = stands;
  assert(stand, 'there is a database to measure');
  const floors = await startFloors(sources, stand, settings);
  const measures = measuresOf(floors, stands, settings.crowd);

  progress('warming up');
  await takeRound(measures, Math.min(WARM_UP_MILLISECONDS, windowMilliseconds));
  const rounds: Round[] = [];
  let longest = 0;
  while (rounds.length < settings.rounds) {
    const roundBegan = performance.now();
    if (roundBegan + longest - began > settings.limitMilliseconds && rounds.length > 0) break;
    progress(`round ${rounds.length + 1} of ${settings.rounds}`);
    rounds.push(await takeRound(measures, windowMilliseconds));
    longest = Math.max(longest, performance.now() - roundBegan);
  }
  for (const { stand } of stands) await stand.hangUp();
  return reportRounds(rounds, {
    ...settings,
    sources,
    argon2: stand.ready.argon2,
    seconds: (performance.now() - began) / SECOND,
  });
}

interface NamedStand {
  readonly kind: DatabaseKind;
  readonly stand: Stand;
}

async function startStand(source: DatabaseSource, settings: BenchmarkSettings): Promise<NamedStand> {
  const stand = await Stand.start({
    databaseUrl: await source.newDatabase(),
    crowd: settings.crowd,
    ...(source.pid === undefined ? {} : { databasePid: source.pid }),
    onExit: settings.onExit,
  });
  return { kind: source.kind, stand };
}

async function startFloors(
  sources: readonly DatabaseSource[],
  { ready }: Stand,
  { onExit }: BenchmarkSettings,
): Promise<Floors> {
  const databases = Object.fromEntries(
    await Promise.all(
      sources.map(async (source) => [source.kind, targetOf(await source.newDatabase())] as const),
    ),
  );
  const databasePid = sources.find(({ pid }) => pid !== undefined)?.pid;
  return Floors.start({
    databases,
    argon2: ready.argon2,
    onExit,
    ...(databasePid === undefined ? {} : { databasePid }),
  });
}

function measuresOf(floors: Floors, stands: readonly NamedStand[], crowd: Crowd): Measures {
  // More than the cores can compare, so that the calls that were prepared do not run out.
  const pinsPerSecond = (before: Round) =>
    (availableParallelism() * SECOND) / (before.get('argon2')?.cpu.main || LEAST_ARGON2_MILLISECONDS);
  const measures = new Map<string, Measure>();
  measures.set('express', (window) => floors.requests('/static', crowd.calls, window));
  // Before every measure with PINs: its cost says how many calls have to be prepared.
  measures.set('argon2', (window) => floors.argon2(crowd.pins, window));
  measures.set('argon2 by request', (window) => floors.requests('/argon2', crowd.pins, window));
  for (const { kind, stand } of stands) {
    measures.set(`${kind} commit`, (window) => floors.requests(`/commit/${kind}`, crowd.calls, window));
    measures.set(`${kind} plain`, (window) => stand.plain(window));
    measures.set(`${kind} pin`, (window, before) => stand.pins(pinsPerSecond(before), window));
    measures.set(`${kind} whole`, (window) => stand.whole(window));
    measures.set(`${kind} quiet`, (window) => stand.quiet(window * FEW_CALLERS_SHARE));
    measures.set(`${kind} storm`, (window, before) =>
      stand.storm(pinsPerSecond(before), window * FEW_CALLERS_SHARE),
    );
  }
  return measures;
}

async function takeRound(measures: Measures, windowMilliseconds: number): Promise<Round> {
  const round = new Map<string, Sample>();
  for (const [name, measure] of measures) round.set(name, await measure(windowMilliseconds, round));
  return round;
}
