import { SECOND } from '../src/platform/clock.ts';
import { secureRandom } from '../src/platform/system-random.ts';
import { Caller } from './caller.ts';
import { Carrier } from './carrier.ts';
import { Child } from './child.ts';
import { cpuReader } from './cpu.ts';
import { benchCustomer } from './customers.ts';
import { drive, type ReadCpu } from './drive.ts';
import { beforePin, keyPin, lookAround, type Script, WHOLE_CALLS } from './scripts.ts';
import type { ServiceReady, ServiceSettings } from './service.process.ts';
import type { Sample } from './statistics.ts';

/** How many callers there are of each sort; each has a customer of its own. */
export interface Crowd {
  /** Take turns without a secret, or whole calls. */
  readonly calls: number;
  /** Key PINs without a pause, and nobody else calls. */
  readonly pins: number;
  /** Key PINs while others take turns without a secret. */
  readonly storm: number;
  /** Take turns without a secret while the others key PINs. */
  readonly plainInStorm: number;
}

export interface StandOptions {
  readonly databaseUrl: string;
  readonly crowd: Crowd;
  /** The process of the PostgreSQL server, whose CPU time is then read as well. */
  readonly databasePid?: number;
  readonly nodeOptions?: readonly string[];
  onExit(cleanUp: () => Promise<unknown>): void;
}

/** The storm blows from the first turn of the run-in to the last one of the window. */
const STORM_BEFORE_AND_AFTER_MILLISECONDS = 0.8 * SECOND;

/** A service in a process of its own, and callers who call it: what is measured, and the measures. */
export class Stand {
  readonly ready: ServiceReady;
  readonly service: Child;
  readonly #callers: readonly Caller[];
  readonly #crowd: Crowd;
  readonly #readCpu: ReadCpu;

  private constructor(options: StandOptions, service: Child, ready: ServiceReady) {
    this.ready = ready;
    this.service = service;
    this.#crowd = options.crowd;
    this.#callers = Array.from(
      { length: callersOf(options.crowd) },
      (_, at) => new Caller(new Carrier(ready), secureRandom, benchCustomer(at), at),
    );
    this.#readCpu = cpuReader(service.pid, options.databasePid);
  }

  /** Starts the service; its database need not be migrated. */
  static async start(options: StandOptions): Promise<Stand> {
    const settings: ServiceSettings = {
      databaseUrl: options.databaseUrl,
      callers: callersOf(options.crowd),
    };
    const service = new Child('service.process.ts', settings, options.nodeOptions);
    options.onExit(() => service.stop());
    return new Stand(options, service, await service.ask<ServiceReady>());
  }

  /** Callers take turns by these scripts, call after call. */
  async turns(scripts: readonly Script[], callers: number, windowMilliseconds: number): Promise<Sample> {
    const some = this.#callers.slice(0, callers);
    try {
      return await drive(
        some.map((caller) => () => caller.takeTurn(scripts)),
        windowMilliseconds,
        this.#readCpu,
      );
    } finally {
      await hangUp(some);
    }
  }

  plain(windowMilliseconds: number): Promise<Sample> {
    return this.turns([lookAround], this.#crowd.calls, windowMilliseconds);
  }

  whole(windowMilliseconds: number): Promise<Sample> {
    return this.turns(WHOLE_CALLS, this.#crowd.calls, windowMilliseconds);
  }

  /** Brings calls to the PIN, as many as will be taken from there in a window; those of the window before that are left count. */
  preparePins(perSecond: number, windowMilliseconds: number): Promise<void> {
    return this.#prepare(this.#pinCallers(this.#crowd.pins), perSecond, windowMilliseconds);
  }

  /** Nothing but turns that compare a PIN, on calls that were brought there before; `perSecond` is more than will be taken. */
  async pins(perSecond: number, windowMilliseconds: number): Promise<Sample> {
    const callers = this.#pinCallers(this.#crowd.pins);
    await this.preparePins(perSecond, windowMilliseconds);
    const sample = await drive(
      callers.map((caller) => () => caller.takeWaiting(keyPin)),
      windowMilliseconds,
      this.#readCpu,
    );
    for (const caller of callers) caller.rest();
    return sample;
  }

  /** A few callers take turns without a secret, and nobody else calls. */
  quiet(windowMilliseconds: number): Promise<Sample> {
    return this.#few(windowMilliseconds, () => {});
  }

  /** The same few, while all others key PINs without a pause. */
  async storm(perSecond: number, windowMilliseconds: number): Promise<Sample> {
    const stormy = this.#pinCallers(this.#crowd.storm);
    await this.#prepare(stormy, perSecond, windowMilliseconds + STORM_BEFORE_AND_AFTER_MILLISECONDS);
    let over = false;
    const storm = stormy.map(async (caller) => {
      while (!over)
        if (!(await caller.takeWaiting(keyPin))) throw new Error('the PIN storm was over before its time');
      caller.rest();
    });
    const measured = this.#few(windowMilliseconds, () => {
      over = true;
    });
    const [sample] = await Promise.all([measured, ...storm]);
    return sample;
  }

  /** Makes so many whole calls by these scripts, from first to last. */
  async makeCalls(scripts: readonly Script[], calls: number): Promise<void> {
    let left = calls;
    const some = this.#callers.slice(0, this.#crowd.calls);
    await Promise.all(
      some.map(async (caller) => {
        while (left-- > 0) await caller.makeCall(scripts);
      }),
    );
    for (const caller of some) caller.rest();
  }

  /** Ends calls that still wait for their PIN. */
  async hangUp(): Promise<void> {
    await hangUp(this.#callers);
  }

  async #few(windowMilliseconds: number, onClose: () => void): Promise<Sample> {
    const few = this.#callers.slice(-this.#crowd.plainInStorm);
    try {
      return await drive(
        few.map((caller) => () => caller.takeTurn([lookAround])),
        windowMilliseconds,
        this.#readCpu,
        onClose,
      );
    } finally {
      await hangUp(few);
    }
  }

  async #prepare(callers: readonly Caller[], perSecond: number, windowMilliseconds: number): Promise<void> {
    const turns = (perSecond * windowMilliseconds) / SECOND;
    // One more for the run-in and one for what the window leaves in the middle.
    const each = Math.ceil(turns / callers.length) + 2;
    await Promise.all(callers.map((caller) => caller.prepare(each, beforePin)));
  }

  #pinCallers(count: number): readonly Caller[] {
    const { calls } = this.#crowd;
    return this.#callers.slice(calls, calls + count);
  }
}

function callersOf({ calls, pins, storm, plainInStorm }: Crowd): number {
  return calls + Math.max(pins, storm) + plainInStorm;
}

async function hangUp(callers: readonly Caller[]): Promise<void> {
  await Promise.all(callers.map((caller) => caller.hangUp()));
}
