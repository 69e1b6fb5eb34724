import type { Knex } from '../../src/storage/connect.ts';
import { registeredNumber } from './callers.ts';
import { CUSTOMER } from './crash-turns.ts';
import type { TakenMessage } from './sms-carrier.ts';

/** An attempt as it stands in the database. */
export interface AttemptRow {
  readonly id: string;
  readonly call_id: string;
  readonly factor: string;
  readonly status: string;
  readonly reserved_at: number;
  readonly settled_at: number | null;
}

/** Everything that a call has done to the world, in a form that two runs can be compared by. */
export interface Effects {
  readonly attempts: readonly string[];
  readonly failures: readonly string[];
  readonly orders: readonly string[];
  readonly balance: number;
  readonly freeze: string;
  readonly codes: readonly string[];
  /** Different texts by what they are for; the same text may come twice. */
  readonly messages: readonly string[];
  readonly handoffs: readonly string[];
  readonly calls: readonly string[];
}

/** Reads what has been done. */
export async function effectsOf(knex: Knex): Promise<Effects> {
  const list = async (table: string, ...columns: readonly string[]): Promise<readonly string[]> => {
    const rows: { readonly [column: string]: unknown }[] = await knex(table).select(...columns);
    return rows.map((row) => columns.map((column) => String(row[column])).join(' ')).sort();
  };
  const { balance_minor: balance } = await knex('bank_accounts')
    .where({ customer_id: CUSTOMER.id })
    .first('balance_minor');
  const { freeze } = await knex('customers').where({ id: CUSTOMER.id }).first('freeze');
  const failures: { factor: string; own_failures: number; other_failures: number }[] = await knex(
    'lock_counters',
  ).where({ customer_id: CUSTOMER.id });
  const handoffs: { reason: string }[] = await knex('handoffs').whereNot({ reason: 'outage' });
  return {
    attempts: await list('attempts', 'factor', 'status'),
    failures: failures
      .map((row) => `${row.factor} ${row.own_failures + row.other_failures}`)
      .filter((counted) => !counted.endsWith(' 0'))
      .sort(),
    orders: [
      ...(await list('carried_orders', 'action', 'amount_minor')),
      ...(await list('bank_postings', 'kind', 'amount_minor')),
    ],
    balance,
    freeze,
    codes: await list('codes', 'state'),
    messages: await list('outbox', 'purpose', 'status'),
    handoffs: handoffs.map(({ reason }) => reason).sort(),
    calls: await list('calls', 'status', 'step'),
  };
}

export async function attemptsIn(knex: Knex): Promise<readonly AttemptRow[]> {
  return knex('attempts').orderBy('id');
}

/** A dead process's attempt and the one success after it may stand this far apart and both count. */
const IN_FLIGHT_MILLISECONDS = 60_000;

/**
 * Where the failures a customer is charged with are not the attempts that were taken and not given back since the
 * last success: somebody would have got an attempt for nothing, or paid twice (invariants 3, 5, 7).
 */
export async function miscounted(knex: Knex): Promise<readonly string[]> {
  const attempts = (await attemptsIn(knex)).filter(({ factor }) => factor !== 'identity');
  const counters: { factor: string; own_failures: number; other_failures: number }[] = await knex(
    'lock_counters',
  ).where({ customer_id: CUSTOMER.id });
  const problems: string[] = [];
  for (const factor of new Set(attempts.map((attempt) => attempt.factor))) {
    const own = attempts.filter((attempt) => attempt.factor === factor);
    const success = Math.max(
      ...own.filter(({ status }) => status === 'passed').map(({ settled_at }) => settled_at ?? 0),
      Number.NEGATIVE_INFINITY,
    );
    const charged = own.filter(
      ({ status, reserved_at }) =>
        (status === 'reserved' && reserved_at > success - IN_FLIGHT_MILLISECONDS) ||
        (status === 'failed' && reserved_at > success),
    ).length;
    const row = counters.find((counter) => counter.factor === factor);
    const counted = row ? row.own_failures + row.other_failures : 0;
    if (counted !== charged)
      problems.push(`${factor}: ${counted} failures are counted, ${charged} attempts are charged`);
  }
  return problems;
}

/** A customer may get the same message twice, where a process died between the carrier and the record, and no more. */
const MOST_COPIES = 2;

/** What is wrong with the messages that the carrier took. */
export function badMessages(taken: readonly TakenMessage[]): readonly string[] {
  const copies = new Map<string, number>();
  for (const { to, body } of taken) {
    if (to !== registeredNumber(CUSTOMER)) return ['a message went to another number'];
    copies.set(body, (copies.get(body) ?? 0) + 1);
  }
  return [...copies.values()]
    .filter((count) => count > MOST_COPIES)
    .map((count) => `the same message was sent ${count} times`);
}
