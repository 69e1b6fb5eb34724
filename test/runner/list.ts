import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { type Declared, LIST_FILE, TEST_FILES, type TestList, totalOf } from './listed-tests.ts';

/** Files that are loaded at a time. */
const AT_ONCE = 2;
const LIMIT_MILLISECONDS = 60_000;
const DECLARED = resolve(import.meta.dirname, 'declared.ts');

/** What a test file declares; loads it in a process of its own. Throws where it cannot be loaded to its end. */
async function declaredBy(file: string, folder: string): Promise<Declared> {
  const output = join(folder, `${file.replaceAll('/', '_')}.json`);
  const child = spawn(process.execPath, [DECLARED, file, output], {
    env: { ...process.env, NODE_TEST_CONTEXT: undefined },
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: LIMIT_MILLISECONDS,
  });
  const [errors] = await Promise.all([text(child.stderr), once(child, 'close')]);
  if (!existsSync(output)) throw new Error(`${file} ended while it was loaded:\n${errors}`);
  const declared: Declared = JSON.parse(await readFile(output, 'utf8'));
  if (declared.tests === 0) throw new Error(`${file} declares no test`);
  return declared;
}

/** The list as it stands; empty where there is none. */
function listNow(): TestList {
  return existsSync(LIST_FILE) ? JSON.parse(readFileSync(LIST_FILE, 'utf8')) : {};
}

/** What may be skipped elsewhere stays listed: this system may be the one on which it runs. */
function withOldSkips(declared: Declared, old: Declared | undefined): Declared {
  const maySkip = { ...old?.maySkip, ...declared.maySkip };
  return Object.keys(maySkip).length > 0 ? { ...declared, maySkip } : declared;
}

/** `npm run tests:list`: writes what every test file declares; with --check it only says what would change. */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { check: { type: 'boolean' } } });
  const files = globSync(TEST_FILES, { exclude: ['**/node_modules/**', 'data/**'] }).sort();
  const folder = await mkdtemp(join(tmpdir(), 'hotline-tests-'));
  const old = listNow();
  const list = new Map<string, Declared>();
  try {
    const queue = [...files];
    const work = async () => {
      for (let file = queue.shift(); file !== undefined; file = queue.shift())
        list.set(file, withOldSkips(await declaredBy(file, folder), old[file]));
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const sorted = Object.fromEntries([...list].sort(([a], [b]) => (a < b ? -1 : 1)));
  const changed = [...new Set([...Object.keys(old), ...files])]
    .filter((file) => JSON.stringify(old[file]) !== JSON.stringify(sorted[file]))
    .map(
      (file) => `${file}: ${old[file]?.tests ?? 'not'} listed, ${sorted[file]?.tests ?? 'no test'} declared`,
    );
  process.stdout.write(`${[...changed, `${totalOf(sorted)} tests in ${files.length} files`].join('\n')}\n`);
  if (!values.check) await writeFile(LIST_FILE, `${JSON.stringify(sorted, null, 2)}\n`);
  else if (changed.length > 0) {
    process.stdout.write(`${LIST_FILE} is stale; npm run tests:list refreshes it\n`);
    process.exitCode = 1;
  }
}

await main();
