import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { multiply } from '../bench/filler.ts';
import { isMet, type Target } from '../bench/table.ts';
import type { Knex } from '../src/storage/connect.ts';
import { registeredNumber, transferred, worldOf } from './support/callers.ts';
import { tablesOf } from './support/databases.ts';
import { demoCustomer } from './support/world.ts';

const BENCH = fileURLToPath(new URL('../bench/bench.ts', import.meta.url));
const DATA = new URL('../data/', import.meta.url);
const WIDEST_LINE = 100;

/** Rows of every database: a floor, what is measured against it, and the few callers of the storm. */
const ROWS = [
  'floor c: floor a and a durable commit',
  'turns without a secret',
  'turns that compare a PIN',
  'turns of whole calls, 1 PIN in 9',
  '2 callers without a secret, quiet',
  'the same, while 4 others key PINs',
];
const FLOORS = ['floor a: bare Express, signature, TwiML', 'floor b: bare argon2', 'floor b behind floor a'];
const TARGETS = {
  'turns without a secret / floor c': { SQLite: 'at least 0.6', PostgreSQL: 'at least 0.5' },
  'turns that compare a PIN / floor b': { SQLite: 'at least 0.9', PostgreSQL: 'at least 0.9' },
  'p99 in the storm / p99 when quiet': { SQLite: 'at most 3', PostgreSQL: 'at most 3' },
};
const INTERRUPTED = 130;
const COPIES = 3;

/** Starts the benchmark; `closed` comes when it and every process that shares its output are gone. */
function startBenchmark(options: readonly string[], environment: { readonly [name: string]: string } = {}) {
  const child = spawn(process.execPath, [BENCH, ...options], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...environment },
  });
  const output = { table: '', progress: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output.table += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output.progress += text;
  });
  return { child, output, closed: once(child, 'close') as Promise<[number | null]> };
}

async function foldersOf(pid: number | undefined): Promise<readonly string[]> {
  // In a checkout that others may not enter, PostgreSQL keeps its data among the temporary files.
  const names = await Promise.all([readdir(DATA), readdir(tmpdir())]);
  return names.flat().filter((name) => name.startsWith(`bench-${pid}-`));
}

async function countsOf(knex: Knex): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  for (const table of await tablesOf(knex)) {
    const row = await knex(table).count({ count: '*' }).first();
    counts.set(table, Number(row?.count));
  }
  return counts;
}

/** What the part of the table under this title says in the row of this name. */
function cellsOf(table: string, title: string, name: string): readonly string[] {
  const section = table.split('\n\n').find((text) => text.startsWith(`${title} `)) ?? '';
  const line = section.split('\n').find((text) => text.startsWith(`${name} `));
  assert.ok(line, `${title} has the row ${name}`);
  return line.slice(name.length).trim().split(/\s+/);
}

test('the benchmark prints rate, latencies and cost for both databases and their floors, and ratios beside their targets', async () => {
  const { child, output, closed } = startBenchmark(['--quick']);
  const [code] = await closed;
  assert.equal(code, 0, output.progress);
  const rows = ['SQLite', 'PostgreSQL'].flatMap((title) => ROWS.map((name) => ({ title, name })));
  for (const { title, name } of [...FLOORS.map((floor) => ({ title: 'floors', name: floor })), ...rows]) {
    const cells = cellsOf(output.table, title, name);
    assert.equal(cells.length, 7, name);
    const [rate, p50, p95, p99] = cells.map(Number);
    assert.ok(rate !== undefined && p50 !== undefined && p95 !== undefined && p99 !== undefined);
    assert.ok(rate > 0 && p50 > 0 && p50 <= p95 && p95 <= p99, `${title}, ${name}: ${cells.join(' ')}`);
  }
  for (const [name, targets] of Object.entries(TARGETS))
    for (const [database, target] of Object.entries(targets)) {
      const line = output.table.split('\n').find((text) => text.startsWith(`${database}: ${name} `)) ?? '';
      assert.match(line, new RegExp(`\\d\\.\\d.*${target}: (met|MISSED)$`));
    }
  assert.match(output.table, /\d+ cores? .*Node v\d+/);
  for (const line of output.table.split('\n')) assert.ok(line.length <= WIDEST_LINE, line);
  assert.deepEqual(await foldersOf(child.pid), []);
});

test('a target counts as missed on its wrong side alone', () => {
  const ratio = (value: number, target: Target) => isMet({ name: 'any', value, target });
  assert.deepEqual(
    [0.59, 0.6, 7].map((value) => ratio(value, { least: 0.6 })),
    [false, true, true],
  );
  assert.deepEqual(
    [0.1, 3, 3.01].map((value) => ratio(value, { most: 3 })),
    [true, true, false],
  );
  assert.equal(ratio(Number.NaN, { most: 3 }), false);
});

test('a service that does not start is told by the exit code, and leaves neither numbers nor files', async () => {
  const { child, output, closed } = startBenchmark(['--quick', '--database', 'sqlite'], {
    POLICY_FILE: '/nowhere/policy.yaml',
  });
  const [code] = await closed;
  assert.equal(code, 1);
  assert.match(output.progress, /No numbers/);
  assert.equal(output.table, '');
  assert.deepEqual(await foldersOf(child.pid), []);
});

test('the copies of the big database are rows of their own, as large and as many in proportion, and nothing in them is due', async (t) => {
  const world = await worldOf(t);
  const customer = demoCustomer(({ id }) => id === 'demo-01');
  const phone = await transferred(world, customer, { amount: 500 });
  await phone.hangUp();
  await world.messagesTo(registeredNumber(customer));
  const before = await countsOf(world.knex);
  const rows = await multiply(world.knex, COPIES, () => {});
  for (const table of [
    'customers',
    'calls',
    'turns',
    'ledger_entries',
    'attempts',
    'carried_orders',
    'outbox',
  ]) {
    assert.ok((before.get(table) ?? 0) > 0, table);
    assert.equal(rows.get(table), (before.get(table) ?? 0) * (COPIES + 1), table);
  }
  const after = await countsOf(world.knex);
  for (const [table, count] of after) assert.equal(count, rows.get(table) ?? before.get(table), table);
  const [newest] = await world.knex('calls').orderBy('started_at', 'desc').pluck('id');
  assert.equal(newest, phone.callSid);
  assert.deepEqual(await world.knex('outbox').where({ status: 'pending' }), []);
});

test('an interrupted benchmark ends with its processes and leaves no file behind', async () => {
  const { child, output, closed } = startBenchmark(['--quick', '--database', 'postgres']);
  while (!output.progress.includes('warming up')) {
    await Promise.race([once(child.stderr, 'data'), closed]);
    assert.equal(child.exitCode, null, output.progress);
  }
  assert.equal((await foldersOf(child.pid)).length, 1);
  child.kill('SIGINT');
  const [code] = await closed;
  assert.equal(code, INTERRUPTED, output.progress);
  assert.equal(output.table, '');
  assert.deepEqual(await foldersOf(child.pid), []);
});

test('more calls than the service lets wait are refused before anything starts', async () => {
  const { output, closed } = startBenchmark(['--calls', '500']);
  const [code] = await closed;
  assert.equal(code, 1);
  assert.match(output.progress, /from 1 to 128/);
});
