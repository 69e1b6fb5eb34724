import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { invariantsDocument } from './document.ts';

const DOCUMENT = resolve(import.meta.dirname, '../docs/invariants.md');

/** `npm run invariants`: writes docs/invariants.md; with `--check` it fails when the document is stale. */
async function main(): Promise<void> {
  const text = invariantsDocument();
  if (!process.argv.includes('--check')) {
    await writeFile(DOCUMENT, text);
    console.log('docs/invariants.md written.');
    return;
  }
  if ((await readFile(DOCUMENT, 'utf8').catch(() => undefined)) === text) return;
  console.error('docs/invariants.md is stale. Write it again: npm run invariants');
  process.exitCode = 1;
}

await main();
