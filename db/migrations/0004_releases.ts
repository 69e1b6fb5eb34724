import type { Knex } from 'knex';

const TABLES = ['releases', 'release_activations'] as const;

/**
 * What calls are decided by, and since when. Both tables are written once and never again: the database itself refuses
 * to change or delete a row. Which release is active is the newest activation, so that going back is one row more.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('releases', (t) => {
    t.text('hash').primary(); // over the document
    t.integer('number').notNullable().unique(); // 1, 2, 3 … for people
    t.text('document').notNullable(); // JSON: flow, policy, company, prompts and jurisdictions as the files were
    t.text('report').notNullable(); // JSON: what the prover found, before anything was stored
    t.text('proposed_by').notNullable();
    t.text('approved_by'); // null only where the demo publishes for itself
    t.bigInteger('created_at').notNullable();
  });
  await knex.schema.createTable('release_activations', (t) => {
    t.integer('seq').primary(); // one above the one before: of two at once, one is refused
    t.text('release').notNullable().references('releases.hash');
    t.text('kind').notNullable(); // publish, rollback
    t.text('proposed_by').notNullable();
    t.text('approved_by');
    t.bigInteger('at').notNullable();
  });
  if (isPostgres(knex)) await refuseChangesOnPostgres(knex);
  else await refuseChangesOnSqlite(knex);
}

function isPostgres(knex: Knex): boolean {
  return knex.client.dialect === 'postgresql';
}

async function refuseChangesOnSqlite(knex: Knex): Promise<void> {
  for (const table of TABLES)
    for (const change of ['UPDATE', 'DELETE'])
      await knex.raw(
        `CREATE TRIGGER ${table}_no_${change.toLowerCase()} BEFORE ${change} ON ${table}
         BEGIN SELECT RAISE(ABORT, '${table} is append-only'); END`,
      );
}

async function refuseChangesOnPostgres(knex: Knex): Promise<void> {
  await knex.raw(
    `CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
     $$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$`,
  );
  for (const table of TABLES)
    await knex.raw(
      `CREATE TRIGGER ${table}_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON ${table}
       FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()`,
    );
}

export async function down(): Promise<void> {
  throw new Error('migrations go forward only');
}
