import { connect } from '../../src/storage/connect.ts';
import { migrate } from '../../src/storage/migrate.ts';
import { useDatabases } from './databases.ts';

useDatabases({
  mark: ' (on npm sqlite3)',
  open: async () => {
    const knex = connect({ kind: 'sqlite', file: ':memory:', driver: 'sqlite3' });
    await migrate(knex);
    return { knex, close: () => knex.destroy() };
  },
});
