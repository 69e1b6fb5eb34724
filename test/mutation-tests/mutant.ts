import type { InvariantNumber } from '../../invariants/invariants.ts';

/** The source with one check removed, and the test that must fail. */
export interface Mutant {
  /** What the program does without the check. */
  readonly mutation: string;
  /** The invariant that the check keeps. */
  readonly invariant: InvariantNumber;
  readonly edits: readonly Edit[];
  /** Needs a PostgreSQL of its own, which takes seconds to start: only `npm run mutants` runs it. */
  readonly onPostgres?: true;
  readonly killedBy: TestChoice;
}

/** A text that occurs exactly once in a file of the project, and what stands there instead. */
export interface Edit {
  readonly file: string;
  readonly text: string;
  readonly replacement: string;
}

/** The tests of a file whose whole names (suite first) match. */
export interface TestChoice {
  readonly file: string;
  readonly name: RegExp;
}

/** Returns the source with the edit made; throws unless its text occurs exactly once, so that no mutant becomes empty. */
export function applyEdit(source: string, { file, text, replacement }: Edit): string {
  const times = source.split(text).length - 1;
  if (times !== 1) throw new Error(`${file} has this ${times} times, not once:\n${text}`);
  return source.replace(text, () => replacement);
}
