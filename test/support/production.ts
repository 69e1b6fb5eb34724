import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Phone } from '../../phone-sim/phone.ts';
import { systemClock } from '../../src/platform/system-clock.ts';
import { secureRandom } from '../../src/platform/system-random.ts';
import { publishForDemo } from '../../src/releases/activation.service.ts';
import { connect } from '../../src/storage/connect.ts';
import { migrate } from '../../src/storage/migrate.ts';
import { until } from './callers.ts';
import { shippedTexts } from './shipped.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
/** Two seconds on an idle machine; a busy one is given time. */
const START_MILLISECONDS = 60_000;
const TOKEN = 'auth-token-of-the-tests';
const PUBLIC_URL = 'https://hotline.example';

export type Settings = Readonly<Record<string, string>>;

/** A folder of its own with a database in which the shipped release is published, and settings that production takes. */
export async function productionSettings(t: TestContext): Promise<Settings & { readonly folder: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'production-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'hotline.sqlite');
  const knex = connect({ kind: 'sqlite', file });
  await migrate(knex);
  await publishForDemo(knex, systemClock, await shippedTexts());
  await knex.destroy();
  const key = () => randomBytes(32).toString('base64');
  return {
    folder,
    PORT: String(await freePort()),
    HOST: '127.0.0.1',
    PUBLIC_URL,
    DATABASE_URL: `sqlite://${file}`,
    ENCRYPTION_KEYS: `k1:${key()}`,
    INDEX_KEY: key(),
    PIN_KEY: key(),
    TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`,
    TWILIO_AUTH_TOKEN: TOKEN,
    TWILIO_MESSAGING_FROM: '+15005550006',
    TWILIO_API_BASE_URL: 'http://127.0.0.1:9',
    BANK_ADAPTER: 'embedded',
    FREEZE_JOURNAL: join(folder, 'freezes'),
  };
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return address.port;
}

/** The production entry as a process of its own, and how it ends. */
export interface ProductionProcess {
  readonly child: ChildProcess;
  /** Exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>;
}

export function startProduction(
  t: TestContext,
  { folder, ...settings }: Settings & { readonly folder: string },
  stdio: StdioOptions,
  options: readonly string[] = [],
): ProductionProcess {
  // Its own folder is the working folder, so that no .env of a developer is read.
  const child = spawn(process.execPath, [...options, MAIN], {
    cwd: folder,
    env: { PATH: process.env.PATH, ...settings },
    stdio,
  });
  t.after(() => child.kill('SIGKILL'));
  const ended = once(child, 'exit').then(
    ([code, signal]: (number | string)[]) => code ?? signal ?? 'unknown',
  );
  return { child, ended };
}

/** Starts it where it is to be refused: how it ended, and what it said. */
export async function refusedStart(
  t: TestContext,
  settings: Settings & { readonly folder: string },
  options: readonly string[] = [],
): Promise<{ readonly end: number | string; readonly said: string }> {
  const { child, ended } = startProduction(t, settings, ['ignore', 'pipe', 'pipe'], options);
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (data: Buffer) => {
      said += data.toString();
    });
  const limit = setTimeout(() => child.kill('SIGKILL'), START_MILLISECONDS);
  const end = await ended;
  clearTimeout(limit);
  return { end, said };
}

/** Resolves when it can take calls; fails when it has ended before. */
export async function untilReady({ ended }: ProductionProcess, { PORT }: Settings): Promise<void> {
  let end: number | string | undefined;
  ended.then((code) => {
    end = code;
  });
  await until('a process that can take calls', async () => {
    if (end !== undefined) throw new Error(`it ended with ${end}`);
    const answer = await fetch(`http://127.0.0.1:${PORT}/readyz`).catch(() => undefined);
    return answer?.ok === true;
  });
}

/** A telephone whose carrier calls this process; its time passes at once. */
export function phoneTo({ PORT }: Settings): Phone {
  return new Phone({
    baseUrl: `http://127.0.0.1:${PORT}`,
    publicUrl: PUBLIC_URL,
    authToken: TOKEN,
    random: secureRandom,
    stopwatch: systemClock,
    time: { pass: async () => {} },
  });
}
