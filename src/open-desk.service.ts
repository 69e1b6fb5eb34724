import type { Socket } from 'node:net';
import type { Router } from 'express';
import { API_PATHS, apiRoutes } from './api/api.routes.ts';
import { API_ROUTES } from './api/api-routes.ts';
import type { Carrier } from './carriers/carrier.ts';
import { loadAssets } from './console/assets.service.ts';
import { CONSOLE_PATHS, consoleRoutes } from './console/console.routes.ts';
import type { ConsoleDependencies } from './console/console-dependencies.ts';
import { DeskStreams } from './console/desk/streams.service.ts';
import { readWords } from './console/words/words-files.service.ts';
import type { Release } from './flow/release.ts';
import type { OutboxStore } from './outbox/outbox.store.ts';
import { assert } from './platform/fault.ts';
import { StaffPasswords } from './staff/staff-passwords.service.ts';
import type { Transactions } from './storage/transactions.ts';
import { describeFailure } from './telemetry/failure.ts';
import { type ServiceParts, type Takeover, takeoverOf } from './wire-desk.ts';

interface DeskToOpen extends ServiceParts {
  readonly carrier: Carrier;
  readonly release: Release;
  readonly transactions: Transactions;
  readonly outbox: OutboxStore;
  wakeOutbox(): void;
  /** Told of the connection of everybody who has signed in. */
  readonly onGenuine?: (connection: Socket) => void;
}

/** The desk: where staff take calls, and its pages. */
export interface OpenedDesk {
  /** Undefined where there is no number to call staff from. */
  readonly takeover: Takeover | undefined;
  /** The pages and the API, each with the paths it is at. */
  readonly doors: readonly { readonly paths: readonly string[]; readonly routes: Router }[];
  /** What tells open pages of changes. */
  readonly streams: DeskStreams;
}

/** Opens a desk that is on. Throws, in words for the operator, where the words of its pages cannot be used. */
export async function openDesk(deps: DeskToOpen): Promise<OpenedDesk> {
  const { config, release, knex, transactions, clock, random, log } = deps;
  assert(config.desk, 'the desk is on');
  const words = await readWords(config.files.locales);
  if (!words.ok) throw new Error(`The words of the desk cannot be used: ${words.problems.join('; ')}.`);
  const { keyring } = config;
  const passwords = new StaffPasswords({ keyring, random, parameters: release.policy.pin.argon2 });
  const takeover = takeoverOf(deps, deps.carrier, deps);
  const streams = new DeskStreams(deps.doubles?.startTimer);
  const served: ConsoleDependencies = {
    origin: config.desk.url,
    timeZone: config.desk.timeZone,
    ...{ clock, log, words: words.words, onSignedIn: deps.onGenuine },
    assets: await loadAssets(),
    parts: {
      ...{ knex, transactions, keyring, random, passwords },
      policy: () => deps.releases.latest().policy,
      desk: takeover,
      streams,
      failed: (error) => log.event('desk.failed', { kind: 'pages', ...describeFailure(error) }),
    },
  };
  const pages = { paths: CONSOLE_PATHS, routes: consoleRoutes(served) };
  const api = { paths: API_PATHS, routes: apiRoutes(served, API_ROUTES) };
  return { takeover, doors: [pages, api], streams };
}
