import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { SHIPPED_FILES } from '../../test/support/shipped.ts';
import { readReleaseTexts } from './release-files.service.ts';

/** A copy of the shipped words in a folder of its own. */
function copiedLocales(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'locales-'));
  t.after(() => rmSync(folder, { recursive: true }));
  cpSync(SHIPPED_FILES.locales, folder, { recursive: true });
  return folder;
}

async function problemsOf(locales: string): Promise<readonly string[]> {
  const read = await readReleaseTexts({ ...SHIPPED_FILES, locales });
  return read.ok ? [] : read.problems;
}

test('a copy of the shipped words is read', async (t) => {
  assert.deepEqual(await problemsOf(copiedLocales(t)), []);
});

test('words in a language the program lacks, and a file nobody reads, are named', async (t) => {
  const locales = copiedLocales(t);
  mkdirSync(join(locales, 'fr-FR'));
  writeFileSync(join(locales, 'en-US', 'propmts.yaml'), '');
  writeFileSync(join(locales, 'en-US', '.prompts.yaml.swp'), '');
  assert.deepEqual(await problemsOf(locales), [
    `locales: ${join(locales, 'fr-FR')} is for no language of this program; known are zh-CN, vi-VN, en-US`,
    `locales: ${join(locales, 'en-US/propmts.yaml')} is read by nobody; known are prompts.yaml, sms.yaml, desk.yaml`,
  ]);
});

test('every file that is missing is told', async (t) => {
  const locales = copiedLocales(t);
  rmSync(join(locales, 'vi-VN'), { recursive: true });
  rmSync(join(locales, 'en-US', 'sms.yaml'));
  const problems = await problemsOf(locales);
  assert.equal(problems.length, 3);
  for (const problem of problems) assert.match(problem, /cannot be read \(ENOENT\)$/);
});
