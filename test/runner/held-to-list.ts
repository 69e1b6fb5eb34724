import { globSync, readFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import type { TestEvent } from 'node:test/reporters';
import { differences, LIST_FILE, type Ran, TEST_FILES, type TestList, totalOf } from './listed-tests.ts';

interface Tally {
  tests: number;
  ended: boolean;
  skipped: string[];
  todo: string[];
}

/** A reporter that fails the run unless every test file ran to its end with as many tests as test/tests.json lists. */
export default async function* heldToList(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const root = process.cwd();
  // Whatever goes wrong in here, or ends this early: the run has failed until it was shown to be complete.
  const failed = () => {
    process.exitCode = 1;
  };
  process.once('exit', failed);
  const ran = new Map<string, Tally>();
  const tallyOf = (file: string): Tally => {
    const name = relative(root, resolve(root, file));
    const tally = ran.get(name) ?? { tests: 0, ended: false, skipped: [], todo: [] };
    ran.set(name, tally);
    return tally;
  };
  let failures = 0;
  for await (const { type, data } of events) {
    if (type === 'test:summary') {
      if (data.file === undefined) continue;
      const tally = tallyOf(data.file);
      tally.tests = data.counts.tests;
      tally.ended = true;
    } else if (type === 'test:pass' || type === 'test:fail') {
      if (type === 'test:fail') failures += 1;
      const { entryFile } = data as { readonly entryFile?: string };
      // An event without it is about a file as a whole.
      const tally = tallyOf(entryFile ?? data.file ?? data.name);
      if (data.skip !== undefined && data.skip !== false) tally.skipped.push(data.name);
      if (data.todo !== undefined && data.todo !== false) tally.todo.push(data.name);
    }
  }
  const list: TestList = JSON.parse(readFileSync(resolve(root, LIST_FILE), 'utf8'));
  const there = globSync(TEST_FILES, { cwd: root, exclude: ['**/node_modules/**', 'data/**'] });
  const problems = differences(list, ran as ReadonlyMap<string, Ran>, there);
  for (const [file, { skipped }] of ran)
    for (const name of skipped)
      yield `skipped: ${file}: "${name}": ${list[file]?.maySkip?.[name] ?? 'not listed'}\n`;
  if (problems.length > 0) {
    yield `✖ the run is not what ${LIST_FILE} lists\n${problems.map((problem) => `  ${problem}\n`).join('')}`;
    return;
  }
  yield `✔ all ${totalOf(list)} listed tests of ${Object.keys(list).length} files ran\n`;
  if (failures === 0) process.off('exit', failed);
}
