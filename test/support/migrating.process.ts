import { connect } from '../../src/storage/connect.ts';
import { migrate } from '../../src/storage/migrate.ts';

/**
 * Runs one migration of its own on the database it is told of (as JSON), says that it is in the middle of it, and
 * never comes to its end: what is left of a process that is killed there.
 */
const [, , target = ''] = process.argv;
const knex = connect(JSON.parse(target));
await migrate(knex, {
  getMigrations: async () => ['9001_one_more.ts'],
  getMigration: async () => ({
    up: async (transaction) => {
      await transaction.schema.createTable('one_more', (t) => void t.text('id').primary());
      process.stdout.write('in the middle\n');
      await new Promise((resolve) => setTimeout(resolve, 2 ** 31 - 1));
    },
    down: async () => {},
  }),
});
