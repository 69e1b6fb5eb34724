/** What a test file declares: how many tests, and which of them may be skipped, each for a reason. */
export interface Declared {
  readonly tests: number;
  readonly maySkip?: { readonly [name: string]: string };
}

/** Every test file of the project by its path from the root. */
export type TestList = { readonly [file: string]: Declared };

/** What one test file did in a run. */
export interface Ran {
  readonly tests: number;
  /** Whether the file came to its end: one whose process ended early says no summary. */
  readonly ended: boolean;
  readonly skipped: readonly string[];
  readonly todo: readonly string[];
}

/** Where the list is, from the root of the project. */
export const LIST_FILE = 'test/tests.json';
/** Every file that looks like a test, whether or not `npm test` finds it. */
export const TEST_FILES = '**/*.{test,spec}.{ts,mts,cts,js,mjs,cjs,tsx}';
const REFRESH = 'npm run tests:list';

/** What a run and the list do not agree in, one sentence each; empty where every listed test ran. Pure. */
export function differences(
  list: TestList,
  ran: ReadonlyMap<string, Ran>,
  filesThere: readonly string[],
): readonly string[] {
  const files = [...new Set([...Object.keys(list), ...ran.keys(), ...filesThere])].sort();
  const problems = files.flatMap((file) =>
    differencesOf(file, list[file], ran.get(file), filesThere.includes(file)),
  );
  if (files.length === 0) problems.push('no test file was found');
  return problems;
}

function differencesOf(
  file: string,
  listed: Declared | undefined,
  ran: Ran | undefined,
  isThere: boolean,
): readonly string[] {
  if (!isThere && !ran) return [`${file}: is listed and not there; ${REFRESH} refreshes the list`];
  if (!ran) return [`${file}: was not run, no pattern of npm test finds it`];
  const problems: string[] = [];
  const tests = listed?.tests ?? 0;
  const counts = `${tests} tests are listed, ${ran.ended ? ran.tests : 0} ran`;
  if (!ran.ended) problems.push(`${file}: ${counts}: its process ended before its tests were over`);
  else if (ran.tests === 0) problems.push(`${file}: ran no test`);
  else if (!listed) problems.push(`${file}: is not listed, ${ran.tests} tests ran; ${REFRESH} adds it`);
  else if (ran.tests !== tests)
    problems.push(`${file}: ${counts}; where that is meant, ${REFRESH} refreshes the list`);
  for (const name of ran.skipped)
    if (listed?.maySkip?.[name] === undefined)
      problems.push(
        `${file}: "${name}" was skipped and is not listed so; ${REFRESH} notes it with its reason`,
      );
  // A test that is marked so passes also when it fails.
  for (const name of ran.todo) problems.push(`${file}: "${name}" is marked todo and cannot fail`);
  return problems;
}

/** How many tests a list has. */
export function totalOf(list: TestList): number {
  return Object.values(list).reduce((sum, { tests }) => sum + tests, 0);
}
