import { cpus } from 'node:os';
import { join } from 'node:path';
import { SECOND } from '../src/platform/clock.ts';
import { assert } from '../src/platform/fault.ts';
import { secureRandom } from '../src/platform/random.ts';
import { standardParameters } from '../src/simulator/carrier-request.ts';
import { Caller } from './caller.ts';
import { Carrier } from './carrier.ts';
import { Child } from './child.ts';
import { benchCustomer } from './customers.ts';
import { drive, type ReadCpu } from './drive.ts';
import type { Argon2Round, FloorsReady } from './floors.process.ts';
import { beforePin, enquire, keyPin, lookAround, repay, type Script } from './scripts.ts';
import type { ServiceReady } from './service.process.ts';
import { median, medianSample, type Sample } from './statistics.ts';
import { describeResults, type Ratio } from './table.ts';

export interface BenchmarkSettings {
  readonly calls: number;
  readonly windowMilliseconds: number;
  /** An empty folder on the disk whose commits are to be measured. */
  readonly folder: string;
  /** Takes what has to be done in the end, whatever that is. */
  onExit(cleanUp: () => Promise<unknown>): void;
  progress(text: string): void;
}

const ROUNDS = 3;
/** Long enough for the compiler to have seen the hot paths. */
const WARM_UP_MILLISECONDS = 0.5 * SECOND;
/** PIN turns are prepared for a service that is this much faster than bare argon2 was: none is, so they do not run out. */
const PIN_RESERVE = 1.25;
const FLOOR_TOKEN = 'token-of-the-floor';

/** One round of a measure. */
type Measure = (windowMilliseconds: number) => Promise<Sample>;

/** Measures everything in rounds that follow one another, so that a busy neighbour slows all of it alike; gives the table. */
export async function runBenchmark(settings: BenchmarkSettings): Promise<string> {
  const { calls, folder, onExit, progress, windowMilliseconds } = settings;
  progress('preparing customers');
  const start = (file: string, childSettings: { readonly [name: string]: string }): Child => {
    const child = new Child(file, childSettings);
    onExit(() => child.stop());
    return child;
  };
  const service = start('service.process.ts', {
    databaseFile: join(folder, 'service.sqlite'),
    calls: String(calls),
  });
  const floors = start('floors.process.ts', {
    databaseFile: join(folder, 'floor.sqlite'),
    authToken: FLOOR_TOKEN,
  });
  const [ready, { port: floorPort }] = await Promise.all([
    service.ask<ServiceReady>(),
    floors.ask<FloorsReady>(),
  ]);
  const connect = (port: number, authToken: string): Carrier => {
    const carrier = new Carrier({ port, authToken, connections: calls });
    onExit(async () => carrier.close());
    return carrier;
  };
  const floor = connect(floorPort, FLOOR_TOKEN);
  const line = connect(ready.port, ready.authToken);
  const callers = Array.from({ length: calls }, (_, at) => new Caller(line, secureRandom, benchCustomer(at)));
  const { concurrency, ...cost } = ready.argon2;
  const serviceCpu: ReadCpu = () => service.cpuMilliseconds();
  const floorCpu: ReadCpu = () => floors.cpuMilliseconds();

  let argon2PerSecond = 0;
  const measures = {
    express: (window) => driveFloor(floor, '/static', calls, window, floorCpu),
    commit: (window) => driveFloor(floor, '/commit', calls, window, floorCpu),
    argon2: async (window) => {
      const round: Argon2Round = {
        ask: 'argon2',
        cost,
        concurrency,
        waiting: calls,
        windowMilliseconds: window,
      };
      const sample = await floors.ask<Sample>(round);
      argon2PerSecond = sample.perSecond;
      return sample;
    },
    plain: (window) => driveCalls(callers, [lookAround], window, serviceCpu),
    // Measured after argon2 in every round, whose rate says how many calls have to be prepared.
    pin: (window) => drivePins(callers, argon2PerSecond, window, serviceCpu),
    whole: (window) => driveCalls(callers, [enquire, repay], window, serviceCpu),
  } satisfies { readonly [name: string]: Measure };
  const names = Object.keys(measures) as (keyof typeof measures)[];

  progress('warming up');
  for (const name of names) {
    await measures[name](Math.min(WARM_UP_MILLISECONDS, windowMilliseconds));
    for (const carrier of [floor, line]) carrier.rest();
  }
  const rounds: { readonly [name in keyof typeof measures]: Sample }[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    progress(`round ${round} of ${ROUNDS}`);
    const samples: Partial<Record<keyof typeof measures, Sample>> = {};
    for (const name of names) {
      samples[name] = await measures[name](windowMilliseconds);
      for (const carrier of [floor, line]) carrier.rest();
    }
    const { express, commit, argon2, plain, pin, whole } = samples;
    assert(express && commit && argon2 && plain && pin && whole, 'every measure has its sample');
    rounds.push({ express, commit, argon2, plain, pin, whole });
  }

  const sampleOf = (name: keyof typeof measures) => medianSample(rounds.map((round) => round[name]));
  const ratio = (
    name: string,
    above: keyof typeof measures,
    below: keyof typeof measures,
    share = 1,
  ): Ratio => ({
    name,
    ofRates: median(rounds.map((round) => (round[above].perSecond * share) / round[below].perSecond)),
    ofCpu: median(rounds.map((round) => round[above].cpuMilliseconds / share / round[below].cpuMilliseconds)),
  });
  const scripts = [enquire, repay];
  const turnsPerPin = scripts.reduce((sum, script) => sum + turnsOf(script), 0) / scripts.length;
  return describeResults(
    [
      `${calls} calls at once; medians of ${ROUNDS} rounds of ${windowMilliseconds / SECOND} s`,
      `${describeMachine()}; service and load generator are two processes on them`,
      'cpu ms: what one costs the process of the service or the floor, all of its threads',
      `SQLite, WAL, synchronous=FULL; argon2id ${cost.memoryKib / 1024} MiB, ${cost.passes} passes, ${concurrency} at a time`,
    ],
    [
      { name: 'floor a: bare Express, signature, static TwiML', sample: sampleOf('express') },
      { name: 'floor b: bare argon2 verification', sample: sampleOf('argon2') },
      { name: 'floor c: floor a and one durable commit', sample: sampleOf('commit') },
      { name: 'turns without a secret', sample: sampleOf('plain') },
      { name: 'turns that compare a PIN', sample: sampleOf('pin') },
      { name: `turns of whole calls, 1 PIN in ${turnsPerPin}`, sample: sampleOf('whole') },
    ],
    [
      ratio('floor c / floor a', 'commit', 'express'),
      ratio('turns without a secret / floor a', 'plain', 'express'),
      ratio('turns without a secret / floor c', 'plain', 'commit'),
      ratio('turns that compare a PIN / floor b', 'pin', 'argon2'),
      ratio('turns of whole calls / floor c', 'whole', 'commit'),
      ratio('PINs in whole calls / floor b', 'whole', 'argon2', 1 / turnsPerPin),
    ],
  );
}

/** Turns of a call by this script: the answer is one of them. */
function turnsOf(script: Script): number {
  return 1 + script(benchCustomer(0)).length;
}

function describeMachine(): string {
  const cores = cpus();
  return `${cores.length} cores (${cores[0]?.model.trim() ?? 'unknown'}), Node ${process.version}`;
}

function driveFloor(
  floor: Carrier,
  path: string,
  calls: number,
  windowMilliseconds: number,
  readCpu: ReadCpu,
): Promise<Sample> {
  const workers = Array.from({ length: calls }, (_, caller) => {
    const callSid = `CA${String(caller).padStart(32, '0')}`;
    const identity = {
      callSid,
      accountSid: `AC${'0'.repeat(32)}`,
      from: benchCustomer(caller).e164,
      to: '+861058880001',
    };
    const parameters = { ...standardParameters(identity, 'in-progress'), Digits: '1', FinishedOnKey: '' };
    return async () => {
      await floor.send(`${floor.url}${path}?step=menu.main&t=0123456789012345678901`, parameters);
      return true;
    };
  });
  return drive(workers, windowMilliseconds, readCpu);
}

async function driveCalls(
  callers: readonly Caller[],
  scripts: readonly Script[],
  windowMilliseconds: number,
  readCpu: ReadCpu,
): Promise<Sample> {
  try {
    return await drive(
      callers.map((caller) => () => caller.takeTurn(scripts)),
      windowMilliseconds,
      readCpu,
    );
  } finally {
    await hangUpAll(callers);
  }
}

async function drivePins(
  callers: readonly Caller[],
  argon2PerSecond: number,
  windowMilliseconds: number,
  readCpu: ReadCpu,
): Promise<Sample> {
  const turns = (argon2PerSecond * PIN_RESERVE * windowMilliseconds) / SECOND;
  // One more for the run-in and one for what the window leaves in the middle.
  const each = Math.ceil(turns / callers.length) + 2;
  try {
    await Promise.all(callers.map((caller) => caller.prepare(each, beforePin)));
    return await drive(
      callers.map((caller) => () => caller.takeWaiting(keyPin)),
      windowMilliseconds,
      readCpu,
    );
  } finally {
    await hangUpAll(callers);
  }
}

async function hangUpAll(callers: readonly Caller[]): Promise<void> {
  await Promise.all(callers.map((caller) => caller.hangUp()));
}
