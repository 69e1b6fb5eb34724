import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { EDITS_SETTING, LOADED } from './load-mutant.ts';
import type { Edit, Mutant } from './mutant.ts';

const PROJECT = resolve(import.meta.dirname, '../..');
/** A test of the list takes seconds; on a busy machine ten times that. A mutant that hangs is killed, too. */
const LIMIT_MILLISECONDS = 120_000;

interface TestRun {
  readonly passed: number;
  readonly failed: number;
  /** Whether an assertion failed, and not the loading or a bug in the mutant. */
  readonly assertionFailed: boolean;
  readonly loaded: readonly string[];
  readonly output: string;
}

/** Runs tests of one file by name, in a process of their own, on the source with these edits. */
async function runTests(file: string, names: readonly RegExp[], edits: readonly Edit[]): Promise<TestRun> {
  const child = spawn(
    process.execPath,
    [
      '--import',
      resolve(import.meta.dirname, 'load-mutant.ts'),
      '--test-reporter=tap',
      ...names.map(({ source }) => `--test-name-pattern=${source}`),
      resolve(PROJECT, file),
    ],
    {
      cwd: PROJECT,
      // The test that runs this is a test's child already, which changes what its own children print.
      env: { ...process.env, NODE_TEST_CONTEXT: undefined, [EDITS_SETTING]: JSON.stringify(edits) },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: LIMIT_MILLISECONDS,
      // Not at once: a test's PostgreSQL must be stopped by the process that started it.
      killSignal: 'SIGTERM',
    },
  );
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  // Not from the summary at the end, which a killed process does not print.
  const ends = [...output.matchAll(/^ *(ok|not ok) \d+ - .*\n *---\n(?:.*\n)*? *type: '(\w+)'/gm)].filter(
    ([, , type]) => type === 'test',
  );
  return {
    passed: ends.filter(([, how]) => how === 'ok').length,
    failed: ends.filter(([, how]) => how === 'not ok').length,
    assertionFailed: /code: 'ERR_ASSERTION'|^ *Property failed after/m.test(output),
    loaded: errors
      .split('\n')
      .flatMap((line) => (line.startsWith(LOADED) ? [line.slice(LOADED.length).trim()] : [])),
    output: `${output}\n${errors}`,
  };
}

/** Returns why a mutant does not prove its test, or undefined where the test killed it. */
export async function whySurvived({ edits, killedBy }: Mutant): Promise<string | undefined> {
  const run = await runTests(killedBy.file, [killedBy.name], edits);
  const unloaded = edits.map(({ file }) => file).filter((file) => !run.loaded.includes(file));
  if (unloaded.length > 0) return `the test does not load ${unloaded.join(', ')}:\n${run.output}`;
  if (run.failed === 0 && run.passed === 0) return `no test was run to its end:\n${run.output}`;
  if (run.failed === 0) return `the test passes although the check is removed:\n${run.output}`;
  return run.assertionFailed ? undefined : `the test fails, but not by an assertion:\n${run.output}`;
}

/** Returns why the tests of a file prove nothing: they fail on the unchanged source, too. */
export async function whyUncontrolled(file: string, mutants: readonly Mutant[]): Promise<string | undefined> {
  const names = new Map(mutants.map(({ killedBy }) => [killedBy.name.source, killedBy.name]));
  const run = await runTests(file, [...names.values()], []);
  if (run.failed > 0) return `a test of ${file} fails on the unchanged source:\n${run.output}`;
  return run.passed < names.size ? `${file} has not run as many tests as were named` : undefined;
}
