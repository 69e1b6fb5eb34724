import { startPostgres } from '../test/support/postgres.ts';
import { beChild, onQuestion, tellParent } from './child.ts';
import { serverIn } from './cpu.ts';

export interface PostgresReady {
  /** The process of the server itself, whose CPU time is read. */
  readonly pid: number;
}

export interface NewDatabase {
  readonly url: string;
}

/**
 * A PostgreSQL server with its data in a folder that is told. In a process of its own, because a server
 * that was started here ends its process at Ctrl-C, and the benchmark has files to remove then.
 */
async function main(): Promise<void> {
  const { folder } = beChild<{ folder: string }>(async () => (await starting).stop());
  const starting = startPostgres({ folder });
  const server = await starting;
  onQuestion('new database', async (): Promise<NewDatabase> => ({ url: await server.newDatabase() }));
  tellParent({ pid: serverIn(folder) } satisfies PostgresReady);
}

await main();
