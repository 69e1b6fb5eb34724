import { z } from 'zod';
import type { SettingsReader, SettingsTable } from '../platform/settings.ts';
import {
  type DatabaseTarget,
  LEAST_POSTGRES_CONNECTIONS,
  MOST_POSTGRES_CONNECTIONS,
  POSTGRES_CONNECTIONS,
} from './connect.ts';

type StorageSetting = 'DATABASE_URL' | 'DATABASE_POOL' | 'SQLITE_DRIVER';

export const STORAGE_SETTINGS: SettingsTable<StorageSetting> = {
  heading: 'Data',
  settings: [
    {
      name: 'DATABASE_URL',
      standard: '`data/hotline.sqlite`; demo `data/demo.sqlite`',
      what: '`sqlite:///absolute/path/file.sqlite` or `postgres://user:password@host:5432/database`',
    },
    {
      name: 'DATABASE_POOL',
      standard: String(POSTGRES_CONNECTIONS),
      what: `PostgreSQL: connections of this process at most, at least ${LEAST_POSTGRES_CONNECTIONS}`,
      more: "All processes together have to stay below the server's max_connections; see docs/operations.md.",
    },
    {
      name: 'SQLITE_DRIVER',
      standard: '`node`',
      what: 'SQLite: `node` uses the one Node brings, `sqlite3` the npm package of that name',
      more: 'The package is not installed with the others: npm install --no-save --save-prod sqlite3@6.0.1.',
    },
  ],
};

/** Where the data is. A problem is told to the reader and never repeats the value, which may hold a password. */
export function readDatabase(
  reader: SettingsReader<StorageSetting>,
  defaultFile: string,
): DatabaseTarget | undefined {
  const database = databaseTarget(reader.text('DATABASE_URL'), defaultFile);
  if (!database.ok) reader.problems.push(database.problem);
  const connections = reader.whole('DATABASE_POOL', LEAST_POSTGRES_CONNECTIONS, MOST_POSTGRES_CONNECTIONS);
  const driver = reader.read('SQLITE_DRIVER', z.enum(['node', 'sqlite3']), 'must be node or sqlite3');
  if (!database.ok) return undefined;
  const { target } = database;
  if (target.kind === 'sqlite') return driver === undefined ? target : { ...target, driver };
  return connections === undefined ? target : { ...target, connections };
}

/** Where DATABASE_URL points; empty means `defaultFile`. The problem never repeats the value. */
export function databaseTarget(
  url: string | undefined,
  defaultFile: string,
): { readonly ok: true; readonly target: DatabaseTarget } | { readonly ok: false; readonly problem: string } {
  const text = url?.trim() ?? '';
  if (text === '') return { ok: true, target: { kind: 'sqlite', file: defaultFile } };
  const parsed = URL.canParse(text) ? new URL(text) : undefined;
  if (parsed?.protocol === 'postgres:' || parsed?.protocol === 'postgresql:')
    return { ok: true, target: { kind: 'postgres', url: text } };
  const file = /^sqlite:\/\/(\/[^?#]*[^/?#])$/.exec(text)?.[1];
  if (file !== undefined) return { ok: true, target: { kind: 'sqlite', file: decodeFile(file) } };
  return {
    ok: false,
    problem:
      'DATABASE_URL is not understood: leave it empty for a file under data/, or set it to sqlite:///absolute/path/file.sqlite or postgres://user:password@host:5432/database.',
  };
}

function decodeFile(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
