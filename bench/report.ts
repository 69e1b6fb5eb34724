import { cpus } from 'node:os';
import { SECOND } from '../src/platform/clock.ts';
import { assert } from '../src/platform/fault.ts';
import { benchCustomer } from './customers.ts';
import { DATABASE_NAMES, type DatabaseSource } from './databases.ts';
import type { Argon2Cost } from './floors.process.ts';
import { WHOLE_CALLS } from './scripts.ts';
import type { Crowd } from './stand.ts';
import { median, medianSample, type Sample } from './statistics.ts';
import { describeResults, type Ratio, type Row, type Target } from './table.ts';

/** The samples of one round, by the name of the measure. */
export type Round = ReadonlyMap<string, Sample>;

/** What a run says. */
export interface Report {
  readonly text: string;
  readonly ratios: readonly Ratio[];
}

/** What was run. */
export interface Circumstances {
  readonly sources: readonly DatabaseSource[];
  readonly crowd: Crowd;
  readonly argon2: Argon2Cost & { readonly concurrency: number };
  readonly windowMilliseconds: number;
  readonly seconds: number;
}

/** A turn without a secret against floor c: reading and deciding may cost so much beside the commit. */
const PLAIN_TARGETS = { sqlite: { least: 0.6 }, postgres: { least: 0.5 } } satisfies Record<string, Target>;
const PIN_TARGET: Target = { least: 0.9 };
const STORM_TARGET: Target = { most: 3 };

/** The machine, in one line. */
export function describeMachine(): string {
  const cores = cpus();
  return `${cores.length} cores (${cores[0]?.model.trim() ?? 'unknown'}), Node ${process.version}`;
}

/** Medians of the rounds as a table, and the ratios, each worked out within its round. */
export function reportRounds(rounds: readonly Round[], circumstances: Circumstances): Report {
  const { sources, crowd } = circumstances;
  const row = (name: string, measure: string): Row => ({
    name,
    sample: medianSample(rounds.map((round) => sampleIn(round, measure))),
  });
  const sections = [
    {
      title: 'floors',
      rows: [
        row('floor a: bare Express, signature, TwiML', 'express'),
        row('floor b: bare argon2', 'argon2'),
        row('floor b behind floor a', 'argon2 by request'),
      ],
    },
    ...sources.map(({ kind }) => ({
      title: DATABASE_NAMES[kind],
      rows: [
        row('floor c: floor a and a durable commit', `${kind} commit`),
        row('turns without a secret', `${kind} plain`),
        row('turns that compare a PIN', `${kind} pin`),
        row(`turns of whole calls, 1 PIN in ${turnsPerPin()}`, `${kind} whole`),
        row(`${crowd.plainInStorm} callers without a secret, quiet`, `${kind} quiet`),
        row(`the same, while ${crowd.storm} others key PINs`, `${kind} storm`),
      ],
    })),
  ];
  const ratios = sources.flatMap(({ kind }) => ratiosOf(kind, rounds));
  return { text: describeResults(describe(circumstances, rounds.length), sections, ratios), ratios };
}

function ratiosOf(kind: DatabaseSource['kind'], rounds: readonly Round[]): readonly Ratio[] {
  const title = DATABASE_NAMES[kind];
  const within = (above: string, below: string, column: (sample: Sample) => number) =>
    median(rounds.map((round) => column(sampleIn(round, above)) / column(sampleIn(round, below))));
  const ofRates = (name: string, above: string, below: string, target?: Target): Ratio => ({
    name: `${title}: ${name}`,
    value: within(`${kind} ${above}`, below, ({ perSecond }) => perSecond),
    byCpu: within(below, `${kind} ${above}`, ({ cpu }) => cpu.main + cpu.database + cpu.load),
    ...(target ? { target } : {}),
  });
  return [
    ofRates('turns without a secret / floor c', 'plain', `${kind} commit`, PLAIN_TARGETS[kind]),
    ofRates('turns that compare a PIN / floor b', 'pin', 'argon2', PIN_TARGET),
    ofRates('turns that compare a PIN / floor b behind a', 'pin', 'argon2 by request'),
    {
      name: `${title}: p99 in the storm / p99 when quiet`,
      value: within(`${kind} storm`, `${kind} quiet`, ({ p99Milliseconds }) => p99Milliseconds),
      target: STORM_TARGET,
    },
    ofRates('turns of whole calls / floor c', 'whole', `${kind} commit`),
    ofRates('floor c / floor a', 'commit', 'express'),
  ];
}

function sampleIn(round: Round, measure: string): Sample {
  const sample = round.get(measure);
  assert(sample, 'every measure of a round has its sample');
  return sample;
}

/** How many turns of whole calls come on one PIN: the answer to a call is one of them. */
function turnsPerPin(): number {
  const turns = WHOLE_CALLS.map((script) => 1 + script(benchCustomer(0)).length);
  return turns.reduce((sum, count) => sum + count, 0) / turns.length;
}

function describe(circumstances: Circumstances, rounds: number): readonly string[] {
  const { crowd, argon2, sources, seconds, windowMilliseconds } = circumstances;
  return [
    `${describeMachine()}`,
    `${crowd.calls} calls at once, ${crowd.pins} where each keys a PIN; medians of ${rounds} rounds of ${windowMilliseconds / SECOND} s; ${Math.round(seconds)} s in all`,
    `argon2id ${argon2.memoryKib / 1024} MiB, ${argon2.passes} passes, ${argon2.concurrency} at a time`,
    ...sources.map(({ kind, durability }) => `${DATABASE_NAMES[kind]}: ${durability}`),
    'cpu ms: what one costs the process of the service or floor, all threads; db cpu: the database',
    'server; load: the load generator, which shares the cores with all of them',
  ];
}
