import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '../../src/storage/connect.ts';
import { migrate } from '../../src/storage/migrate.ts';
import {
  createCluster,
  endServer,
  freePort,
  SERVER_PASSWORD,
  SERVER_USER,
  startServer,
} from './postgres-server.ts';

/** A PostgreSQL server of the test's own. */
export interface TestPostgres {
  /** The address of a new, empty database. */
  newDatabase(): Promise<string>;
  /** The address of a new database with the schema and nothing in it: a copy of one that was migrated once. */
  newMigratedDatabase(): Promise<string>;
  stop(): Promise<void>;
}

export interface TestPostgresOptions {
  /** Leaves writes to the operating system: many times quicker where databases come and go, and lost in a power cut. */
  readonly withoutSyncing?: boolean;
  /** Where its data is, on a disk that is to be measured; in the system's temporary folder when left out. */
  readonly folder?: string;
}

const WITHOUT_SYNCING = ['fsync', 'synchronous_commit', 'full_page_writes'].flatMap((name) => [
  '-c',
  `${name}=off`,
]);

/** Starts a real PostgreSQL, shipped as a package, in a folder that is removed at the end; also as root. */
export async function startPostgres(options: TestPostgresOptions = {}): Promise<TestPostgres> {
  const folder = options.folder ?? join(tmpdir(), `hotline-postgres-${randomBytes(6).toString('hex')}`);
  const port = await freePort();
  await createCluster(folder);
  const server = await startServer(folder, port, options.withoutSyncing ? WITHOUT_SYNCING : []);
  const addressOf = (name: string) =>
    `postgres://${SERVER_USER}:${SERVER_PASSWORD}@127.0.0.1:${port}/${name}`;
  const admin = connect({ kind: 'postgres', url: addressOf('postgres') });
  let databases = 0;
  const create = async (as: string): Promise<string> => {
    databases += 1;
    const name = `hotline_${databases}`;
    await admin.raw(`CREATE DATABASE ${name} ${as}`);
    return addressOf(name);
  };
  let template: Promise<string> | undefined;
  const migrated = async (): Promise<string> => {
    const url = await create('');
    const knex = connect({ kind: 'postgres', url });
    await migrate(knex);
    await knex.destroy();
    return nameIn(url);
  };
  return {
    newDatabase: () => create(''),
    newMigratedDatabase: async () => {
      template ??= migrated();
      return create(`TEMPLATE ${await template} STRATEGY file_copy`);
    },
    stop: async () => {
      await admin.destroy();
      await endServer(server, 'SIGINT');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function nameIn(url: string): string {
  return url.slice(url.lastIndexOf('/') + 1);
}
