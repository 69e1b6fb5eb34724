import type { Knex } from 'knex';
import type { Instant } from '../../platform/clock.ts';
import { blindIndex, type Keyring } from '../../platform/keyring.ts';
import type { SimAnswer, SimDatesPort } from './sim-dates.ts';

/**
 * The embedded operator of the demo: it knows every number. Those that a demo says something of stand in a table; every other
 * SIM has been in its telephone since the beginning of time. So it is for invented people only.
 */
export class DemoSimDates implements SimDatesPort {
  readonly #keyring: Keyring;

  constructor(keyring: Keyring) {
    this.#keyring = keyring;
  }

  async lastChange(number: string, transaction: Knex): Promise<SimAnswer> {
    const row: { changed_at: Instant | null } | undefined = await transaction('demo_sims')
      .where({ number_index: blindIndex(this.#keyring, 'phone', number) })
      .first('changed_at');
    if (!row) return { kind: 'unchanged', since: 0 };
    return row.changed_at === null ? { kind: 'unknown' } : { kind: 'changed', at: row.changed_at };
  }
}

/** Says of a demo number when its SIM changed; `undefined` where the operator is not to know. */
export async function setDemoSim(
  transaction: Knex,
  keyring: Keyring,
  number: string,
  changedAt: Instant | undefined,
): Promise<void> {
  await transaction('demo_sims')
    .insert({ number_index: blindIndex(keyring, 'phone', number), changed_at: changedAt ?? null })
    .onConflict('number_index')
    .merge();
}
