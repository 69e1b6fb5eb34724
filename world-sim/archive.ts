import type { DatabaseSync } from 'node:sqlite';
import { DAY, type Instant } from '../src/platform/clock.ts';
import type { Knex } from '../src/storage/connect.ts';
import type { Calls } from './model/calls.ts';
import { type Counting, WINDOW } from './model/counting.ts';
import type { Money } from './model/money.ts';
import type { Person, Population } from './population.ts';
import { requests, UPKEEP } from './request.ts';

/** Longer than any window of the service reaches back, and longer than any webhook is replayed. */
const KEPT_FOR = 2 * DAY + WINDOW;
const FACTORS = ['pin.query', 'pin.transaction'] as const;
const VOID_FROM = 10;
const BATCH = 400;

export interface ArchiveDependencies {
  readonly knex: Knex;
  readonly raw: DatabaseSync;
  readonly population: Population;
  readonly calls: Calls;
  readonly counting: Counting;
  readonly money: Money;
}

/** Rows that go with their customer. */
const OF_A_CUSTOMER = [
  'pin_verifiers',
  'lock_counters',
  'bank_accounts',
  'bank_loans',
  'bank_payees',
  'freeze_tellings',
  'bank_freezes',
] as const;

/** Deletes what an archive would hold by now, so that a run of any length needs the same memory. */
export class Archive {
  readonly #deps: ArchiveDependencies;
  #left: { readonly person: Person; readonly at: Instant }[] = [];
  /** Minor units of customers whose records are gone, by currency. */
  readonly taken = new Map<string, number>();

  constructor(dependencies: ArchiveDependencies) {
    this.#deps = dependencies;
  }

  /** Replaces customers who are frozen or permanently locked by new customers, and deletes old rows. Returns the new ones. */
  async tidy(now: Instant): Promise<readonly Person[]> {
    const { knex, population, calls, counting, money } = this.#deps;
    const gone = new Set(population.all.filter((person) => this.#needsBranch(person)));
    population.leave(gone);
    this.#left.push(...[...gone].map((person) => ({ person, at: now })));
    const come = await population.enrol(knex, gone.size);
    const before = now - KEPT_FOR;
    const old = calls.forgetBefore(before);
    for (const call of old) counting.forget(call);
    counting.forgetBefore(before);
    money.forgetBefore(before);
    const forgotten = this.#left.filter(({ at }) => at < before).map(({ person }) => person);
    this.#left = this.#left.filter(({ at }) => at >= before);
    await requests.run(UPKEEP, () =>
      knex.transaction(async (transaction) => {
        await dropCalls(transaction, old);
        await dropOld(transaction, before);
        for (const { id } of forgotten) await this.#drop(transaction, id);
      }),
    );
    for (const { id } of forgotten) {
      population.forget(id);
      calls.forgetCustomer(id);
      counting.forgetCustomer(id);
      money.forgetCustomer(id);
    }
    return come;
  }

  #needsBranch({ id }: Person): boolean {
    const { calls, counting } = this.#deps;
    if (calls.isFrozen(id)) return true;
    return FACTORS.some((factor) => {
      const { own, other } = counting.failures(id, factor);
      return own + other >= VOID_FROM;
    });
  }

  async #drop(transaction: Knex, id: string): Promise<void> {
    for (const { currency, balance_minor } of (await transaction('bank_accounts').where({
      customer_id: id,
    })) as {
      currency: string;
      balance_minor: number;
    }[])
      this.taken.set(currency, (this.taken.get(currency) ?? 0) + balance_minor);
    for (const table of OF_A_CUSTOMER) await transaction(table).where({ customer_id: id }).delete();
    await transaction('customers').where({ id }).delete();
  }
}

async function dropCalls(transaction: Knex, ids: readonly string[]): Promise<void> {
  for (let begin = 0; begin < ids.length; begin += BATCH) {
    const batch = ids.slice(begin, begin + BATCH);
    for (const table of ['turns', 'handoffs']) await transaction(table).whereIn('call_id', batch).delete();
    await transaction('ledger_entries').where({ stream_kind: 'call' }).whereIn('stream_id', batch).delete();
    await transaction('calls').whereIn('id', batch).delete();
  }
}

async function dropOld(transaction: Knex, before: Instant): Promise<void> {
  await transaction('attempts').where('reserved_at', '<', before).delete();
  await transaction('codes').where('sent_at', '<', before).delete();
  await transaction('outbox').where('created_at', '<', before).delete();
  await transaction('budget_guards').where('touched_at', '<', before).delete();
  await transaction('carried_orders').where('at', '<', before).delete();
  await transaction('bank_postings').where('at', '<', before).delete();
  await transaction('bank_transactions').where('at', '<', before).delete();
}
