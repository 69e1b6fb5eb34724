import { after, before } from 'node:test';
import { connect } from '../../src/storage/connect.ts';
import { useDatabases } from './databases.ts';
import { type EmptiedDatabase, openEmptiedDatabase } from './emptied-database.ts';
import { startPostgres, type TestPostgres } from './postgres.ts';

// A server takes seconds to start and a database a good part of one: all tests use one after the other.

let postgres: TestPostgres;
let emptied: EmptiedDatabase | undefined;

before(async () => {
  postgres = await startPostgres({ withoutSyncing: true });
});
after(async () => {
  await emptied?.close();
  await postgres.stop();
});

useDatabases({
  mark: ' (on PostgreSQL)',
  open: async () => {
    emptied ??= await openEmptiedDatabase(await postgres.newMigratedDatabase());
    const { url } = emptied;
    // Connections and listeners are each test's own.
    const knex = connect({ kind: 'postgres', url });
    return {
      knex,
      close: async () => {
        await knex.destroy();
        if (await emptied?.empty()) return;
        await emptied?.close();
        emptied = undefined;
      },
    };
  },
});
