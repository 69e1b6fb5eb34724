import { type ChildProcess, execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { appendFile, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import {
  createCluster,
  endServer,
  freePort,
  postgresPrograms,
  SERVER_PASSWORD,
  SERVER_USER,
  startServer,
} from './postgres-server.ts';

const run = promisify(execFile);

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
  #server: ChildProcess | undefined;

  private constructor(port: number, folder: string, flags: readonly string[]) {
    this.port = port;
    this.#folder = folder;
    this.#flags = flags;
  }

  /** A new cluster, not started. `settings` are given on the command line: a copy of its data does not inherit them. */
  static async create(settings: readonly string[] = []): Promise<PostgresNode> {
    const folder = join(tmpdir(), `hotline-node-${randomBytes(6).toString('hex')}`);
    await createCluster(folder, ['--no-sync']);
    return new PostgresNode(await freePort(), folder, flagsOf(settings));
  }

  /** A standby of this cluster, which must not be running; not started either. */
  async copyAsStandby(): Promise<PostgresNode> {
    const folder = `${this.#folder}-standby`;
    // -a keeps the owner, which matters when this runs as root.
    await run('cp', ['-a', this.#folder, folder]);
    await appendFile(
      join(folder, 'postgresql.auto.conf'),
      `primary_conninfo = 'host=127.0.0.1 port=${this.port} user=${SERVER_USER} password=${SERVER_PASSWORD}'\n`,
    );
    await writeFile(join(folder, 'standby.signal'), '');
    return new PostgresNode(await freePort(), folder, []);
  }

  urlOf(database: string, port = this.port): string {
    return `postgres://${SERVER_USER}:${SERVER_PASSWORD}@127.0.0.1:${port}/${database}`;
  }

  /** Starts the server and waits until it takes connections. */
  async start(): Promise<void> {
    this.#server = await startServer(this.#folder, this.port, this.#flags);
  }

  /** Kills the server and each of its processes at once, as a machine that loses its power would stop them. */
  async kill(): Promise<void> {
    const server = this.#server;
    if (server?.pid === undefined) return;
    const children = await childrenOf(server.pid);
    const gone = endServer(server, 'SIGKILL');
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
    if (this.#server) await endServer(this.#server, 'SIGQUIT');
  }

  /** Makes the standby the primary; resolves once it takes writes. */
  async promote(): Promise<void> {
    const { pg_ctl, account } = await postgresPrograms();
    await run(pg_ctl, ['promote', '-D', this.#folder], { ...account, cwd: '/' });
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
