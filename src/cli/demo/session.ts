import type { Config } from '../../config/config.ts';
import type { Release } from '../../flow/release.ts';
import type { Environment } from '../../platform/settings.ts';
import type { Knex } from '../../storage/connect.ts';
import type { Output } from '../output.ts';
import type { DemoCarrier } from './demo-carrier.ts';
import type { Printer } from './printer.ts';

/** What the command needs from around it. */
export interface DemoSurroundings {
  readonly environment: Environment;
  readonly output: Output;
  readonly tellError: (text: string) => void;
  /** Ends the demo at any point. */
  readonly stop: AbortSignal;
}

/** A demo that serves. */
export interface Demo {
  readonly config: Config;
  readonly release: Release;
  readonly knex: Knex;
  /** Where the service is reached from this machine. */
  readonly baseUrl: string;
  readonly keepsData: boolean;
  readonly around: DemoSurroundings;
  readonly print: Printer;
  readonly carrier: DemoCarrier;
}

/** A customer of the demo who speaks English, for the call that is played and for commands to copy. */
export const ENGLISH_CUSTOMER = 'Grace Chan';

/** The demo was told to end. */
export class Stopped extends Error {}

/** Throws Stopped once the demo was told to end. */
export function stopIfTold(stop: AbortSignal): void {
  if (stop.aborted) throw new Stopped();
}
