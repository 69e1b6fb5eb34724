import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connect } from './connect.ts';
import { migrate, pendingMigrations } from './migrate.ts';

test('the schema is built once and is then up to date', async (t) => {
  const knex = connect({ kind: 'sqlite', file: ':memory:' });
  t.after(() => knex.destroy());
  assert.ok((await pendingMigrations(knex)).length > 0);
  assert.ok((await migrate(knex)).length > 0);
  assert.deepEqual(await migrate(knex), []);
  assert.deepEqual(await pendingMigrations(knex), []);
  assert.equal((await knex('calls')).length, 0);
});

test('the error of a failed statement does not quote its values (invariant 15)', async (t) => {
  const knex = connect({ kind: 'sqlite', file: ':memory:' });
  t.after(() => knex.destroy());
  await assert.rejects(knex('nowhere').insert({ secret: 'canary-445566' }), (error: Error) => {
    assert.doesNotMatch(`${error.message} ${error.stack}`, /445566/);
    return true;
  });
});
