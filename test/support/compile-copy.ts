import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { TestContext } from 'node:test';

const PROJECT = resolve(import.meta.dirname, '../..');
/** What the program is made of; its tests are left out, they would only repeat the errors. */
const FOLDERS = ['src', 'db', 'phone-sim'] as const;
const TSC = join(PROJECT, 'node_modules/typescript/bin/tsc');
/** The compiler takes 3 s; on a busy machine ten times that. */
const LIMIT_MILLISECONDS = 120_000;

/** A change of one file of the copy: its new text, or a text that occurs in it exactly once and what stands there instead. */
export type CopyEdit =
  | { readonly file: string; readonly content: string }
  | { readonly file: string; readonly text: string; readonly replacement: string };

/** Makes a copy of the program with these changes, and answers its folder; it is removed after the test. Throws where a text does not occur once. */
export function copyWith(t: TestContext, edits: readonly CopyEdit[]): string {
  const copy = mkdtempSync(join(tmpdir(), 'copy-'));
  t.after(() => rmSync(copy, { recursive: true }));
  for (const folder of FOLDERS)
    cpSync(join(PROJECT, folder), join(copy, folder), {
      recursive: true,
      filter: (path) => !path.endsWith('.test.ts'),
    });
  cpSync(join(PROJECT, 'package.json'), join(copy, 'package.json'));
  symlinkSync(join(PROJECT, 'node_modules'), join(copy, 'node_modules'));
  const { compilerOptions } = JSON.parse(readFileSync(join(PROJECT, 'tsconfig.json'), 'utf8'));
  writeFileSync(join(copy, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: FOLDERS }));
  for (const edit of edits) {
    const path = join(copy, edit.file);
    if ('content' in edit) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, edit.content);
      continue;
    }
    const [before, after, ...more] = readFileSync(path, 'utf8').split(edit.text);
    if (before === undefined || after === undefined || more.length > 0)
      throw new Error(`${JSON.stringify(edit.text)} must occur exactly once in ${edit.file}`);
    writeFileSync(path, before + edit.replacement + after);
  }
  return copy;
}

/**
 * Compiles a copy of the program with these changes, as `npm run typecheck` does, and answers what the compiler says:
 * one line an error, each beginning with the file. None means that it compiles.
 */
export async function compileCopy(t: TestContext, edits: readonly CopyEdit[]): Promise<readonly string[]> {
  const copy = copyWith(t, edits);
  const output = await new Promise<string>((resolveOutput, reject) => {
    const options = { cwd: copy, timeout: LIMIT_MILLISECONDS, maxBuffer: 16 * 1_024 * 1_024 };
    execFile(process.execPath, [TSC, '-p', '.', '--pretty', 'false'], options, (error, stdout, stderr) => {
      // Exit code 1 and 2 are the compiler's way to say that there are errors; anything else has not compiled at all.
      if (error && error.code !== 1 && error.code !== 2)
        reject(new Error(`tsc: ${error.message}\n${stderr}`));
      else if (error && stdout === '') reject(new Error(`tsc failed and said nothing: ${stderr}`));
      else resolveOutput(stdout);
    });
  });
  return output.split('\n').filter((line) => /^\S.*: error TS\d+: /.test(line));
}
