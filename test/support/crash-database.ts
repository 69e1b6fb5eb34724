import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type DatabaseTarget } from '../../src/storage/connect.ts';
import { startPostgres } from './postgres.ts';

/** Databases that come and go: each run of the crash harness begins on a copy of one that stands at the turn. */
export interface CrashDatabases {
  readonly kind: DatabaseTarget['kind'];
  /** A new, empty one. */
  create(): Promise<DatabaseTarget>;
  /** A new one with the same content. Nobody may be connected to the original. */
  copy(original: DatabaseTarget): Promise<DatabaseTarget>;
  /** Removes one nobody needs any more. */
  drop(target: DatabaseTarget): Promise<void>;
  stop(): Promise<void>;
}

/** SQLite files in a folder of their own. */
export async function sqliteDatabases(): Promise<CrashDatabases> {
  const folder = await mkdtemp(join(tmpdir(), 'hotline-crash-'));
  let count = 0;
  const create = async () => {
    const place = join(folder, String(count++));
    await mkdir(place);
    return { kind: 'sqlite', file: join(place, 'hotline.sqlite') } as const;
  };
  const fileOf = (target: DatabaseTarget) => (target.kind === 'sqlite' ? target.file : '');
  return {
    kind: 'sqlite',
    create,
    copy: async (original) => {
      const target = await create();
      // The last to close it has brought its journal into the file.
      await copyFile(fileOf(original), target.file);
      return target;
    },
    drop: (target) => rm(join(fileOf(target), '..'), { recursive: true, force: true }),
    stop: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Databases of a PostgreSQL of the test's own; it outlives the processes, so it may leave writes to the system. */
export async function postgresDatabases(): Promise<CrashDatabases> {
  const postgres = await startPostgres({ withoutSyncing: true });
  const first = await postgres.newDatabase();
  const admin = connect({ kind: 'postgres', url: first });
  const nameOf = (target: DatabaseTarget) =>
    target.kind === 'postgres' ? new URL(target.url).pathname.slice(1) : '';
  let count = 0;
  const create = async (as: string): Promise<DatabaseTarget> => {
    const name = `crash_${count++}`;
    await admin.raw(`CREATE DATABASE ${name} ${as}`);
    const url = new URL(first);
    url.pathname = `/${name}`;
    return { kind: 'postgres', url: url.href };
  };
  return {
    kind: 'postgres',
    create: () => create(''),
    copy: (original) => create(`TEMPLATE ${nameOf(original)} STRATEGY file_copy`),
    // Connections of a process that was killed may take a moment to be noticed.
    drop: async (target) => {
      await admin.raw(`DROP DATABASE ${nameOf(target)} WITH (FORCE)`);
    },
    stop: async () => {
      await admin.destroy();
      await postgres.stop();
    },
  };
}
