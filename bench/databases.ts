import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import type { DatabaseTarget } from '../src/storage/connect.ts';
import { databaseTarget } from '../src/storage/storage.settings.ts';
import { Child } from './child.ts';
import type { NewDatabase, PostgresReady } from './postgres.process.ts';

export type DatabaseKind = 'sqlite' | 'postgres';

export const DATABASE_NAMES: { readonly [kind in DatabaseKind]: string } = {
  sqlite: 'SQLite',
  postgres: 'PostgreSQL',
};

/** Where new databases of one kind come from. */
export interface DatabaseSource {
  readonly kind: DatabaseKind;
  /** How it keeps what is committed, in a few words. */
  readonly durability: string;
  /** The process of its server, where it has one. */
  readonly pid?: number;
  /** The address of a new, empty database. */
  newDatabase(): Promise<string>;
}

/** SQLite files in a folder, or a PostgreSQL server of the benchmark's own with its data in it: both on the same disk. */
export async function openSource(
  kind: DatabaseKind,
  folder: string,
  onExit: (cleanUp: () => Promise<unknown>) => void,
): Promise<DatabaseSource> {
  if (kind === 'sqlite') {
    let files = 0;
    return {
      kind,
      durability: 'WAL, synchronous=FULL',
      newDatabase: async () => `sqlite://${join(folder, `bench-${++files}.sqlite`)}`,
    };
  }
  // As root the server runs as another user, who has to get at its own folder.
  await chmod(folder, 0o711);
  const data = join(folder, 'postgres');
  const server = new Child('postgres.process.ts', { folder: data });
  onExit(() => server.stop());
  const { pid } = await server.ask<PostgresReady>();
  return {
    kind,
    durability: 'fsync=on, synchronous_commit=on, otherwise as shipped',
    pid,
    newDatabase: async () => (await server.ask<NewDatabase>({ ask: 'new database' })).url,
  };
}

/** A database's address as `connect` takes it. */
export function targetOf(url: string): DatabaseTarget {
  const read = databaseTarget(url, '');
  if (!read.ok) throw new Error(read.problem);
  return read.target;
}
