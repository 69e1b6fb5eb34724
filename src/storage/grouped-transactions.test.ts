import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Knex } from 'knex';
import { Fault } from '../platform/fault.ts';
import { connect } from './connect.ts';
import { type Transactions, transactionsOn } from './transactions.ts';

interface Watched {
  readonly knex: Knex;
  readonly transactions: Transactions;
  /** The statements that were sent, in order. */
  readonly sent: string[];
}

/** A file, so that another connection can look at what is durable. */
async function open(t: TestContext): Promise<Watched & { readonly beside: Knex }> {
  const folder = await mkdtemp(join(tmpdir(), 'transactions-'));
  const file = join(folder, 'test.sqlite');
  const knex = connect({ kind: 'sqlite', file });
  const beside = connect({ kind: 'sqlite', file });
  t.after(async () => {
    await Promise.all([knex.destroy(), beside.destroy()]);
    await rm(folder, { recursive: true });
  });
  await knex.schema.createTable('things', (table) => void table.text('id').primary());
  const sent: string[] = [];
  knex.on('query', ({ sql }: { sql: string }) => sent.push(sql));
  return { knex, beside, transactions: transactionsOn(knex), sent };
}

const insert = (id: string) => (transaction: Knex) => transaction('things').insert({ id });
const commits = (sent: readonly string[]) => sent.filter((sql) => /^COMMIT/.test(sql)).length;
const ids = async (knex: Knex) => (await knex('things').orderBy('id')).map(({ id }: { id: string }) => id);

test('what comes together shares one commit, and is answered only when it is durable', async (t) => {
  const { transactions, beside, sent } = await open(t);
  const seen: (readonly string[])[] = [];
  await Promise.all(
    ['a', 'b', 'c', 'd'].map((id) =>
      transactions.run(insert(id)).then(async () => seen.push(await ids(beside))),
    ),
  );
  assert.equal(commits(sent), 1);
  for (const durable of seen) assert.deepEqual(durable, ['a', 'b', 'c', 'd']);
});

test('one alone has a transaction of its own, without savepoints', async (t) => {
  const { transactions, sent } = await open(t);
  await transactions.run(insert('a'));
  assert.equal(commits(sent), 1);
  assert.deepEqual(
    sent.filter((sql) => /SAVEPOINT/.test(sql)),
    [],
  );
});

test('one of a group that fails undoes all it did and nothing of the others', async (t) => {
  const { knex, transactions } = await open(t);
  const outcomes = await Promise.allSettled([
    transactions.run(insert('a')),
    transactions.run(async (transaction) => {
      await insert('b')(transaction);
      throw new Error('a bug');
    }),
    transactions.run(async (transaction) => {
      await insert('c')(transaction);
      await insert('a')(transaction);
    }),
    transactions.run(insert('d')),
  ]);
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ['fulfilled', 'rejected', 'rejected', 'fulfilled'],
  );
  assert.match(String(outcomes[1]?.status === 'rejected' && outcomes[1].reason), /a bug/);
  assert.deepEqual(await ids(knex), ['a', 'd']);
});

test('a group whose commit fails has done nothing, and all of it are told', async (t) => {
  const { knex, transactions } = await open(t);
  // A deferred constraint is looked at when the transaction commits.
  await knex.raw('CREATE TABLE parts (thing TEXT REFERENCES things(id) DEFERRABLE INITIALLY DEFERRED)');
  const outcomes = await Promise.allSettled([
    transactions.run(insert('a')),
    transactions.run((transaction) => transaction('parts').insert({ thing: 'nobody' })),
    transactions.run(insert('b')),
  ]);
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ['rejected', 'rejected', 'rejected'],
  );
  assert.deepEqual(await ids(knex), []);
  await transactions.run(insert('c'));
  assert.deepEqual(await ids(knex), ['c'], 'and it goes on afterwards');
});

test('those of a group see what was done before them, one after the other', async (t) => {
  const { knex, transactions } = await open(t);
  await knex.schema.createTable('counts', (table) => void table.integer('value'));
  await knex('counts').insert({ value: 0 });
  const add = async (transaction: Knex): Promise<number> => {
    const { value } = await transaction('counts').first();
    await transaction('counts').update({ value: value + 1 });
    return value;
  };
  const before = await Promise.all(Array.from({ length: 120 }, () => transactions.run(add)));
  assert.deepEqual(
    before,
    Array.from({ length: 120 }, (_, value) => value),
  );
});

test('a group is bounded: many that wait take more than one commit, and far fewer than there are', async (t) => {
  const { transactions, sent } = await open(t);
  await Promise.all(Array.from({ length: 120 }, (_, n) => transactions.run(insert(String(n)))));
  assert.ok(commits(sent) >= 3 && commits(sent) <= 6, `${commits(sent)} commits`);
});

test('what is urgent goes before all that wait (invariant 30)', async (t) => {
  const { transactions } = await open(t);
  const order: string[] = [];
  const note = (name: string) => async () => void order.push(name);
  const held = Promise.withResolvers<void>();
  const first = transactions.run(() => held.promise);
  const others = ['a', 'b', 'c'].map((name) => transactions.run(note(name)));
  const freeze = transactions.run(note('freeze'), { urgent: true });
  held.resolve();
  await Promise.all([first, ...others, freeze]);
  assert.deepEqual(order, ['freeze', 'a', 'b', 'c']);
});

test('the queue is bounded: what finds it full is refused at once, and a freeze still has its place', async (t) => {
  const { transactions } = await open(t);
  const held = Promise.withResolvers<void>();
  const first = transactions.run(() => held.promise);
  // The first has left the queue by now.
  await new Promise(setImmediate);
  const waiting = Array.from({ length: 1_000 }, () => transactions.run(async () => undefined));
  await assert.rejects(
    transactions.run(async () => undefined),
    (error: unknown) => error instanceof Fault && error.kind === 'limit_reached',
  );
  const freeze = transactions.run(async () => 'frozen', { urgent: true });
  held.resolve();
  assert.equal(await freeze, 'frozen');
  await Promise.all([first, ...waiting]);
});

test('a group that cannot begin is told, each of it, and the next one works', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'transactions-'));
  const file = join(folder, 'test.sqlite');
  const [impatient, holder] = [
    connect({ kind: 'sqlite', file, busyMilliseconds: 0 }),
    connect({ kind: 'sqlite', file }),
  ];
  t.after(async () => {
    await Promise.all([impatient.destroy(), holder.destroy()]);
    await rm(folder, { recursive: true });
  });
  await holder.schema.createTable('things', (table) => void table.text('id').primary());
  const transactions = transactionsOn(impatient);
  const held = await holder.transaction();
  const outcomes = await Promise.allSettled(['a', 'b', 'c'].map((id) => transactions.run(insert(id))));
  for (const outcome of outcomes)
    assert.ok(outcome.status === 'rejected' && outcome.reason instanceof Fault, 'each is told');
  await held.commit();
  await transactions.run(insert('d'));
  assert.deepEqual(await ids(holder), ['d']);
});

test('a database that cannot work is a fault of operation, without what was asked of it', async (t) => {
  const { knex, transactions } = await open(t);
  await knex.raw('PRAGMA max_page_count = 1');
  await assert.rejects(
    transactions.run(insert('canary-445566'.repeat(1_000))),
    (error: unknown) =>
      error instanceof Fault &&
      error.kind === 'store_unavailable' &&
      !/445566/.test(`${error.stack} ${(error.cause as Error).stack}`),
  );
});
