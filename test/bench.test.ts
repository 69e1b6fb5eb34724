import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const BENCH = fileURLToPath(new URL('../bench/bench.ts', import.meta.url));
const DATA = new URL('../data/', import.meta.url);
const WIDEST_LINE = 100;

const ROWS = [
  'floor a: bare Express, signature, static TwiML',
  'floor b: bare argon2 verification',
  'floor c: floor a and one durable commit',
  'turns without a secret',
  'turns that compare a PIN',
  'turns of whole calls, 1 PIN in 9',
];
const RATIOS = [
  'floor c / floor a',
  'turns without a secret / floor a',
  'turns without a secret / floor c',
  'turns that compare a PIN / floor b',
  'turns of whole calls / floor c',
  'PINs in whole calls / floor b',
];

/** Starts the benchmark; `closed` comes when it and every process that shares its output are gone. */
function startBenchmark(...options: string[]) {
  const child = spawn(process.execPath, [BENCH, ...options], { stdio: ['ignore', 'pipe', 'pipe'] });
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
  return (await readdir(DATA)).filter((name) => name.startsWith(`bench-${pid}-`));
}

/** The numbers of the line that begins with this name. */
function numbersOf(table: string, name: string): readonly number[] {
  const line = table.split('\n').find((text) => text.startsWith(`${name} `));
  assert.ok(line, `the table has the row ${name}`);
  return line.slice(name.length).trim().split(/\s+/).map(Number);
}

test('the benchmark prints rate, latencies and cost for every row, and ratios that are numbers', async () => {
  const { child, output, closed } = startBenchmark('--quick');
  const [code] = await closed;
  assert.equal(code, 0, output.progress);
  for (const name of ROWS) {
    const numbers = numbersOf(output.table, name);
    assert.equal(numbers.length, 5, name);
    for (const number of numbers) assert.ok(Number.isFinite(number) && number > 0, `${name}: ${number}`);
    const [, p50 = 0, p95 = 0, p99 = 0] = numbers;
    assert.ok(p50 <= p95 && p95 <= p99, name);
  }
  for (const name of RATIOS) {
    const numbers = numbersOf(output.table, name);
    assert.equal(numbers.length, 2, name);
    for (const number of numbers) assert.ok(Number.isFinite(number), name);
  }
  assert.match(output.table, /\d+ cores? .*Node v\d+/);
  for (const line of output.table.split('\n')) assert.ok(line.length <= WIDEST_LINE, line);
  assert.deepEqual(await foldersOf(child.pid), []);
});

test('an interrupted benchmark ends with its processes and leaves no file behind', async () => {
  const { child, output, closed } = startBenchmark('--quick');
  while (!output.progress.includes('warming up')) {
    await Promise.race([once(child.stderr, 'data'), closed]);
    assert.equal(child.exitCode, null, output.progress);
  }
  assert.equal((await foldersOf(child.pid)).length, 1);
  child.kill('SIGINT');
  const [code] = await closed;
  assert.equal(code, 130, output.progress);
  assert.equal(output.table, '');
  assert.deepEqual(await foldersOf(child.pid), []);
});

test('more calls than the service lets wait are refused before anything starts', async () => {
  const { output, closed } = startBenchmark('--calls', '500');
  const [code] = await closed;
  assert.equal(code, 1);
  assert.match(output.progress, /from 1 to 128/);
});
