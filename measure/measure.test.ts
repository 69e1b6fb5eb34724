import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';

function run(...args: readonly string[]) {
  const command = join(import.meta.dirname, 'measure.ts');
  return spawnSync(process.execPath, [command, ...args], { encoding: 'utf8' });
}

/** A checkout of one file. */
function smallCheckout(t: TestContext, text: string): string {
  const root = mkdtempSync(join(tmpdir(), 'measure-'));
  t.after(() => rmSync(root, { recursive: true }));
  mkdirSync(join(root, 'src'));
  writeFileSync(join(root, 'src/a.ts'), text);
  return root;
}

test('the walks of measure/walks.json stand in this checkout', () => {
  const { stdout, stderr } = run('--json');
  const values: { readonly [row: string]: string } = JSON.parse(stdout || `"${stderr}"`);
  assert.ok(Number(values.files) > 100, 'the project was found');
  const walks = Object.entries(values).filter(([row]) => row.startsWith('walk-'));
  assert.ok(walks.length > 0, 'there is a walk');
  for (const [row, value] of walks) assert.match(value, /^\d+$/, `see npm run measure -- --list ${row}`);
});

test('prints a column for each checkout, and the rules it measures by', (t) => {
  const before = smallCheckout(t, 'export const a: any = 1;\n// two\n');
  const { status, stdout, stderr } = run('--root', smallCheckout(t, 'export {};\n'), '--before', before);
  assert.equal(status, 0, stderr);
  assert.match(stdout, /^\| `src` without tests +\| before +\| now +\| list +\|$/m);
  assert.match(
    stdout,
    /^\| file lines p50 \/ p90 \/ max +\| 2 \/ 2 \/ 2 +\| 1 \/ 1 \/ 1 +\| file-lines +\|$/m,
  );
  assert.match(stdout, /^\| `any` +\| 1 +\| 0 +\| any +\|$/m);
  assert.match(stdout, /^A file is honestly pure when /m);
});

test('lists what stands behind a row, and names the rows when it is asked for another', (t) => {
  const root = smallCheckout(t, 'export const a = process.pid;\n');
  const listed = run('--root', root, '--list', 'exports');
  assert.equal(listed.stdout, 'exports wider than needed / all: 1 / 1\nsrc/a.ts:1 a\n');
  const unknown = run('--root', root, '--list', 'beauty');
  assert.equal(unknown.status, 1);
  assert.match(unknown.stderr, /there is no row beauty; there are files, file-lines,/);
});

test('refuses a folder that is no checkout', () => {
  const { status, stderr } = run('--root', import.meta.dirname);
  assert.equal(status, 1);
  assert.match(stderr, /has no TypeScript under src\//);
});
