import type { Socket } from 'node:net';
import type { Config } from './config/config.ts';
import { loadAssets } from './console/assets.service.ts';
import type { ConsoleDependencies } from './console/console-dependencies.ts';
import { DeskStreams } from './console/desk/streams.service.ts';
import { readWords } from './console/words/words-files.service.ts';
import type { Release, Releases } from './flow/release.ts';
import type { Clock } from './platform/clock.ts';
import type { Random } from './platform/random.ts';
import type { StartTimer } from './platform/timer.ts';
import { StaffPasswords } from './staff/staff-passwords.service.ts';
import type { Knex } from './storage/connect.ts';
import type { Transactions } from './storage/transactions.ts';
import { describeFailure } from './telemetry/failure.ts';
import type { Log } from './telemetry/logger.ts';
import type { Takeover } from './wire-desk.ts';

interface OpenConsole {
  readonly config: Config;
  readonly release: Release;
  readonly releases: Releases;
  readonly knex: Knex;
  readonly transactions: Transactions;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly doubles?: { readonly startTimer: StartTimer } | undefined;
  /** Where staff take calls; undefined where there is no number to call them from. */
  readonly takeover: Takeover | undefined;
  /** Told of the connection of everybody who has signed in. */
  readonly onGenuine?: (connection: Socket) => void;
}

/** What the desk is served with; undefined where it is off. Throws, in words for the operator, where its words cannot be used. */
export async function openConsole(deps: OpenConsole): Promise<ConsoleDependencies | undefined> {
  const { config, release, knex, transactions, clock, random, log } = deps;
  if (config.desk === undefined) return undefined;
  const words = await readWords(config.files.locales);
  if (!words.ok) throw new Error(`The words of the desk cannot be used: ${words.problems.join('; ')}.`);
  const { keyring } = config;
  const passwords = new StaffPasswords({ keyring, random, parameters: release.policy.pin.argon2 });
  return {
    origin: config.desk.url,
    timeZone: config.desk.timeZone,
    ...{ clock, log, words: words.words, onSignedIn: deps.onGenuine },
    assets: await loadAssets(),
    parts: {
      ...{ knex, transactions, keyring, random, passwords },
      policy: () => deps.releases.latest().policy,
      desk: deps.takeover,
      streams: new DeskStreams(deps.doubles?.startTimer),
      failed: (error) => log.event('desk.failed', { kind: 'pages', ...describeFailure(error) }),
    },
  };
}
