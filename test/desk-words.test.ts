import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { DESK_WORDS } from '../src/console/words/words.ts';

const CONSOLE = resolve(import.meta.dirname, '../src/console');
const SOURCE = globSync(['**/*.ts', '../api/*.ts'], { cwd: CONSOLE })
  .filter((path) => !path.startsWith('words/') && !path.endsWith('.test.ts'))
  .map((path) => readFileSync(resolve(CONSOLE, path), 'utf8'))
  .join('\n');

test('every word of the desk is shown by some page', () => {
  assert.ok(SOURCE.length > 10_000, 'the source was read');
  const unused = Object.keys(DESK_WORDS).filter((key) => {
    if (SOURCE.includes(`'${key}'`)) return false;
    // One of a closed list: `role.${role}`.
    const family = key.slice(0, key.lastIndexOf('.'));
    return !SOURCE.includes(`\`${family}.\${`);
  });
  assert.deepEqual(unused, []);
});

test('markup is made by the tag alone', () => {
  const places = globSync('**/*.ts', { cwd: CONSOLE }).filter(
    (path) => path !== 'html.ts' && /\bnew Html\(/.test(readFileSync(resolve(CONSOLE, path), 'utf8')),
  );
  assert.deepEqual(places, []);
});
