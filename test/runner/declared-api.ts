import type { Declared } from './listed-tests.ts';

// Stands where `node:test` stands while the tests of a file are counted: suites are entered, tests are not run.

interface Options {
  readonly skip?: boolean | string;
}
type Argument = string | Options | ((...given: readonly unknown[]) => unknown) | undefined;

let tests = 0;
const maySkip: { [name: string]: string } = {};
const suites: unknown[] = [];

function partsOf(given: readonly Argument[]) {
  return {
    name:
      given.find((part) => typeof part === 'string') ??
      given.find((part) => typeof part === 'function')?.name ??
      '',
    skip: given.find((part): part is Options => typeof part === 'object')?.skip ?? false,
    body: given.find((part) => typeof part === 'function'),
  };
}

function declare(given: readonly Argument[], alwaysSkipped = false): void {
  const { name, skip } = partsOf(given);
  tests += 1;
  if (skip === false && !alwaysSkipped) return;
  if (typeof skip !== 'string')
    throw new Error(`"${name}" is skipped without a reason: { skip: 'the reason' }`);
  maySkip[name] = skip;
}

export const test = Object.assign((...given: readonly Argument[]) => declare(given), {
  skip: (...given: readonly Argument[]) => declare(given, true),
  todo: (...given: readonly Argument[]) => declare(given),
  only: (...given: readonly Argument[]) => declare(given),
});
export const it = test;

export const describe = Object.assign(
  (...given: readonly Argument[]) => {
    const { name, skip, body } = partsOf(given);
    if (skip !== false) throw new Error(`the suite "${name}" is skipped: skip its tests, each with a reason`);
    suites.push(body?.());
  },
  {
    skip: () => {
      throw new Error('a suite is skipped: skip its tests, each with a reason');
    },
  },
);
export const suite = describe;
export const before = () => {};
export const after = () => {};
export const beforeEach = () => {};
export const afterEach = () => {};
export const mock = {};
export default test;

/** What the file has declared, once its suites have been entered. */
export async function declared(): Promise<Declared> {
  await Promise.all(suites);
  return Object.keys(maySkip).length > 0 ? { tests, maySkip } : { tests };
}
