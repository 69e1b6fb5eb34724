import type { Invariant, KeptInvariant } from './invariant.ts';
import { isKept, listInvariants } from './invariants.ts';

const INTRODUCTION = `# Invariants: what must never happen

<!-- Generated from invariants/ by \`npm run invariants\`: change the list there, not this file. -->

Each invariant has a number, which code, tests and commits cite, the code that keeps it, and the tests that fail when it
breaks: a file, and the beginning of the name of a test or suite in it. *later* says what is missing. The list is
\`invariants/\`; \`npm run invariants\` writes this table, and the simulation (\`npm run simulate\`) names its checks by the same
list. \`test/invariants.test.ts\` fails when a named test does not exist, when a kept invariant has none, or when a kind is
claimed and not there.

Kinds: **property-based**: random inputs, with the seed printed; **concurrency**: on a real PostgreSQL; **fault-injection**: a
fault is injected; **mutation**: a check is removed from the source for one run, and a named test must fail
(\`test/mutation-tests/\`). \`npm test\` runs the mutations of 1 and 12 and a third of the others, another third every day;
\`npm run mutants\` runs all of them, and each named test on the unchanged source.
`;

/** Returns docs/invariants.md. Pure: the same list gives the same text. */
export function invariantsDocument(): string {
  const listed = listInvariants();
  const notShown = listed.flatMap(({ number, invariant }) =>
    isKept(invariant) && invariant.notShown !== undefined ? [`- **${number}**. ${invariant.notShown}`] : [],
  );
  return [
    INTRODUCTION,
    '| no. | invariant | kept in | tests | kinds |',
    '|---|---|---|---|---|',
    ...listed.map(({ number, invariant }) => row(number, invariant)),
    '',
    '## Not shown',
    '',
    'What a test in one process cannot show, and what is kept in part.',
    '',
    ...notShown,
    '',
  ].join('\n');
}

function row(number: number, invariant: Invariant): string {
  if (!isKept(invariant)) return `| ${number} | ${invariant.statement} | | *later*: ${invariant.later} | |`;
  const keptIn = invariant.keptWithoutCode ?? invariant.keptIn.map((file) => `\`${file}\``).join(', ');
  const kinds = invariant.kinds.join(', ');
  return `| ${number} | ${invariant.statement} | ${keptIn} | ${tests(invariant)} | ${kinds} |`;
}

function tests({ tests: files }: KeptInvariant): string {
  return Object.entries(files)
    .flatMap(([file, names]) => names.map((name) => `\`${file}\`: "${name}"`))
    .join('<br>');
}
