import type { Knex } from 'knex';

/** What the command line proposes and two members of staff approve at the desk: publishing, rollback, enrolment, rotation of keys. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('staff_proposals', (t) => {
    t.text('id').primary();
    t.text('kind').notNullable(); // publish, rollback, enrol, rotate_keys
    t.text('digest').notNullable(); // SHA-256 of exactly what is to be done
    t.text('facts').notNullable(); // JSON: sentences that the command line printed, too
    t.text('proposer').notNullable(); // the name given at the command line
    t.bigInteger('proposed_at').notNullable();
    t.bigInteger('expires_at').notNullable();
    t.text('state').notNullable(); // open, approved, refused, used
    t.text('first_id'); // of the member of staff who approved first
    t.text('first_name');
    t.text('second_id');
    t.text('second_name');
    t.text('refused_by');
    t.bigInteger('decided_at'); // when it was last decided about
  });
}

export async function down(): Promise<void> {
  throw new Error('migrations go forward only');
}
