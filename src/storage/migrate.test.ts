import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { connect, type Knex } from './connect.ts';
import { type Migrations, migrate, schemaState } from './migrate.ts';

type Up = (knex: Knex) => Promise<void>;

/** A program that has these migrations. */
function program(migrations: { readonly [name: string]: Up }): Migrations {
  return {
    getMigrations: async () => Object.keys(migrations),
    getMigration: async (name) => ({ up: migrations[name] ?? nothing, down: nothing }),
  };
}
const nothing: Up = async () => {};
const addTable =
  (name: string): Up =>
  async (knex) => {
    await knex.schema.createTable(name, (t) => void t.text('id'));
  };

const OLD = program({ '0001_first.ts': addTable('first') });
const NEWER = program({ '0001_first.ts': addTable('first'), '0002_second.ts': addTable('second') });

function openDatabase(t: TestContext): Knex {
  const knex = connect({ kind: 'sqlite', file: ':memory:' });
  t.after(() => knex.destroy());
  return knex;
}

test('a program goes on, and starts, on what a newer one has added to the database', async (t) => {
  const knex = openDatabase(t);
  assert.deepEqual(await migrate(knex, NEWER), ['0001_first.ts', '0002_second.ts']);
  assert.deepEqual(await schemaState(knex, OLD), { pending: [], tooNew: [] });
  assert.deepEqual(await migrate(knex, OLD), []);
});

test('a newer program says what is missing, and runs only that', async (t) => {
  const knex = openDatabase(t);
  await migrate(knex, OLD);
  assert.deepEqual(await schemaState(knex, NEWER), { pending: ['0002_second.ts'], tooNew: [] });
  assert.deepEqual(await migrate(knex, NEWER), ['0002_second.ts']);
});

test('what takes away stops the programs it is not meant for, by name, and changes nothing for the others', async (t) => {
  const knex = openDatabase(t);
  const contract = '0003_contract_0002_drop_first.ts';
  await migrate(knex, NEWER);
  await migrate(knex, program({ [contract]: (transaction) => transaction.schema.dropTable('first') }));
  assert.deepEqual((await schemaState(knex, OLD)).tooNew, [contract]);
  await assert.rejects(migrate(knex, OLD), { name: 'Fault', message: new RegExp(contract) });
  assert.deepEqual(await schemaState(knex, NEWER), { pending: [], tooNew: [] });
  assert.deepEqual(await migrate(knex, NEWER), []);
});

test('a program with work of its own left does none of it on a schema that is too new for it', async (t) => {
  const knex = openDatabase(t);
  await migrate(knex, program({ '0009_contract_0008_all_new.ts': nothing }));
  await assert.rejects(migrate(knex, OLD));
  assert.equal(await knex.schema.hasTable('first'), false);
});

test('a migration that fails leaves nothing behind and no lock, and those before it stay', async (t) => {
  const knex = openDatabase(t);
  const failing: Up = async (transaction) => {
    await addTable('half')(transaction);
    throw new Error('out of order');
  };
  await assert.rejects(
    migrate(knex, program({ '0001_first.ts': addTable('first'), '0002_half.ts': failing })),
    /out of order/,
  );
  assert.equal(await knex.schema.hasTable('half'), false);
  assert.deepEqual((await schemaState(knex, NEWER)).pending, ['0002_second.ts']);
  assert.deepEqual(await migrate(knex, NEWER), ['0002_second.ts']);
});

test('a database of version 0.1.0 is refused in words and stays as it is', async (t) => {
  const knex = openDatabase(t);
  await migrate(knex, program({}));
  await knex('knex_migrations').insert({ name: '0001_hotline.ts', batch: 1, migration_time: knex.fn.now() });
  await assert.rejects(migrate(knex, NEWER), { name: 'Fault', kind: 'conflict', message: /version 0\.1\.0/ });
  assert.equal(await knex.schema.hasTable('first'), false);
  assert.equal((await schemaState(knex, NEWER)).pending.length, 2);
});
