import { standardParameters } from '../phone-sim/carrier-request.ts';
import type { DatabaseTarget } from '../src/storage/connect.ts';
import { Carrier } from './carrier.ts';
import { Child } from './child.ts';
import { cpuReader } from './cpu.ts';
import { benchCustomer } from './customers.ts';
import { drive } from './drive.ts';
import type { Argon2Cost, Argon2Round, FloorsReady, FloorsSettings } from './floors.process.ts';
import type { Sample } from './statistics.ts';

export interface FloorsOptions {
  readonly databases: { readonly [kind: string]: DatabaseTarget };
  readonly argon2: Argon2Cost & { readonly concurrency: number };
  readonly databasePid?: number;
  onExit(cleanUp: () => Promise<unknown>): void;
}

const TOKEN = 'token-of-the-floor';

/** What a service on these libraries cannot outrun, measured by the same load generator on the same cores. */
export class Floors {
  readonly #process: Child;
  readonly #address: { readonly port: number; readonly authToken: string };
  readonly #databasePid: number | undefined;

  private constructor(process: Child, port: number, databasePid: number | undefined) {
    this.#process = process;
    this.#address = { port, authToken: TOKEN };
    this.#databasePid = databasePid;
  }

  static async start(options: FloorsOptions): Promise<Floors> {
    const { concurrency, ...argon2 } = options.argon2;
    const settings: FloorsSettings = {
      authToken: TOKEN,
      databases: options.databases,
      argon2,
      concurrency,
    };
    const process = new Child('floors.process.ts', settings);
    options.onExit(() => process.stop());
    return new Floors(process, (await process.ask<FloorsReady>()).port, options.databasePid);
  }

  /** Requests to one of the floors' addresses. */
  async requests(path: string, callers: number, windowMilliseconds: number): Promise<Sample> {
    const carriers = Array.from({ length: callers }, () => new Carrier(this.#address));
    const workers = carriers.map((carrier, caller) => {
      const identity = {
        callSid: `CA${String(caller).padStart(32, '0')}`,
        accountSid: `AC${'0'.repeat(32)}`,
        from: benchCustomer(caller).e164,
        to: '+861058880001',
      };
      const parameters = {
        ...standardParameters(identity, 'in-progress'),
        Digits: '1',
        FinishedOnKey: '',
      };
      return async () => {
        await carrier.send(`${path}?step=menu.main&t=0123456789012345678901`, parameters);
        return true;
      };
    });
    try {
      return await drive(
        workers,
        windowMilliseconds,
        cpuReader(this.#process.pid, path === '/commit/postgres' ? this.#databasePid : undefined),
      );
    } finally {
      for (const carrier of carriers) carrier.rest();
    }
  }

  /** Comparisons without any request. */
  argon2(waiting: number, windowMilliseconds: number): Promise<Sample> {
    return this.#process.ask<Sample>({ ask: 'argon2', waiting, windowMilliseconds } as Argon2Round);
  }
}
