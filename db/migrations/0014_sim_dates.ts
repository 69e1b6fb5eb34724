import type { Knex } from 'knex';

/** When it was learnt when a customer's SIM last changed, and the embedded operator's own SIMs of the demo. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.alterTable('customers', (t) => {
    t.bigInteger('sim_known_at'); // of sim_changed_at; null: not known, so that the date may be of any age
  });
  // Stands where an operator's feed would. Only src/customers/sim/demo-sim-dates.store.ts reads it.
  await knex.schema.createTable('demo_sims', (t) => {
    t.text('number_index').primary();
    t.bigInteger('changed_at'); // null: the operator does not know
  });
}

export async function down(): Promise<void> {
  throw new Error('migrations go forward only');
}
