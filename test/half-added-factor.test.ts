import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { type CopyEdit, compileCopy } from './support/compile-copy.ts';

const PROJECT = resolve(import.meta.dirname, '..');

/** `totp` is something that can be proved: the first thing somebody who adds a factor writes. */
const GRANTED: CopyEdit = {
  file: 'src/assurance/grant.ts',
  text: 'export type PassedFactor =\n',
  replacement:
    "export type PassedFactor =\n  | { readonly factor: 'totp'; readonly customerId: string; readonly at: Instant }\n",
};
const LISTED: readonly CopyEdit[] = [
  {
    file: 'src/factors/catalogue.ts',
    text: "import { code } from './code/code.ts';\n",
    replacement: "import { code } from './code/code.ts';\nimport { totp } from './totp/totp.ts';\n",
  },
  {
    file: 'src/factors/catalogue.ts',
    text: '  confirmation,\n} as const',
    replacement: '  confirmation,\n  totp,\n} as const',
  },
];

/** The rules of `totp`: those of the code by another name, without one member or complete. */
function rulesOfTotp(without?: RegExp): CopyEdit {
  const code = readFileSync(join(PROJECT, 'src/factors/code/code.ts'), 'utf8');
  const rules = code
    .replaceAll("'code'", "'totp'")
    .replace('export const code =', 'export const totp =')
    .replace("lockNotice: 'totp'", "lockNotice: 'code'")
    .replace(/passes: [\s\S]*?,\n {4}rightLine/, 'passes: () => undefined,\n    rightLine');
  if (without) assert.match(rules, without);
  return { file: 'src/factors/totp/totp.ts', content: without ? rules.replace(without, '') : rules };
}

async function errorsOf(t: Parameters<typeof compileCopy>[0], edits: readonly CopyEdit[]): Promise<string> {
  return (await compileCopy(t, edits)).join('\n');
}

test('a factor that can be granted and has no line in the catalogue does not compile', async (t) => {
  const errors = await errorsOf(t, [GRANTED]);
  assert.match(errors, /^src\/factors\/catalogue\.ts\(.*'totp'/m);
  assert.match(errors, /^src\/assurance\/grant\.ts/m, 'and what it proves has to be written');
});

test('a factor of the catalogue that nothing checks does not compile', async (t) => {
  const errors = await errorsOf(t, [GRANTED, ...LISTED, rulesOfTotp()]);
  assert.match(errors, /^src\/factors\/checks\.ts\(.*'totp'/m);
  assert.match(
    errors,
    /^src\/factors\/catalogue\.ts\(.*CounterName/m,
    'and its counter has to be one that is counted and told of',
  );
  assert.doesNotMatch(errors, /^src\/factors\/totp/m, 'its rules are complete');
});

for (const [member, words] of [
  ['lockNotice', 'the words of no other factor are sent for it'],
  ['ladder', 'the ladder of no other factor counts it'],
] as const)
  test(`a factor without its ${member} does not compile: ${words}`, async (t) => {
    const errors = await errorsOf(t, [
      GRANTED,
      ...LISTED,
      rulesOfTotp(new RegExp(`^ *${member}: .*\\n`, 'm')),
    ]);
    assert.match(errors, /^src\/factors\/totp\/totp\.ts\(.*'FactorCounter'/m);
  });

test('a factor that does not say what it can come to does not compile', async (t) => {
  const errors = await errorsOf(t, [GRANTED, ...LISTED, rulesOfTotp(/^ {2}outcomes: .*\n/m)]);
  assert.match(errors, /^src\/factors\/totp\/totp\.ts\(.*outcomes/m);
});
