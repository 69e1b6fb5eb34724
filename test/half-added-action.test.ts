import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { ACTIONS } from '../src/actions/catalogue.ts';
import { parsePolicy } from '../src/policy/load.ts';
import { compileCopy } from './support/compile-copy.ts';

test('a copy of the program without changes compiles, and one with an error says where', async (t) => {
  assert.deepEqual(await compileCopy(t, []), []);
  const broken = { file: 'src/actions/broken.ts', content: 'export const level: number = "L9";\n' };
  assert.match(
    (await compileCopy(t, [broken])).join('\n'),
    /^src\/actions\/broken\.ts\(1,14\): error TS2322/,
  );
});

const CATALOGUE = 'src/actions/catalogue.ts';
const TRANSFER = readFileSync(new URL('../src/actions/transfer.ts', import.meta.url), 'utf8');
/** An action like a transfer, with one thing otherwise, and its line in the catalogue. */
const withAction = (text: string, replacement: string) => {
  const changed = TRANSFER.replace('export const transfer', 'export const gift').replace(text, replacement);
  assert.ok(!changed.includes(text), `${text} stands once in the transfer`);
  return [
    { file: 'src/actions/gift.ts', content: changed },
    {
      file: CATALOGUE,
      text: 'import { transfer }',
      replacement: "import { gift } from './gift.ts';\nimport { transfer }",
    },
    { file: CATALOGUE, text: '  transfer,\n', replacement: '  transfer,\n  gift,\n' },
  ];
};

for (const [member, text] of Object.entries({
  notice: "  notice: 'action_notice',\n",
  fields: "  fields: ['payee', 'account', 'amount'],\n",
  refusals: '  refusals: ORDER_REFUSALS,\n',
  assumedResults: '  assumedResults: () => [{}],\n',
}))
  test(`an action without its ${member} does not compile, and its file is named`, async (t) => {
    const errors = (await compileCopy(t, withAction(text, ''))).join('\n');
    assert.match(errors, new RegExp(`^src/actions/gift\\.ts.*${member}`, 'm'), errors);
  });

test('an action that is done in a new way does not compile until the way is there', async (t) => {
  const way = { file: 'src/actions/action.ts', text: "'ask_bank' |", replacement: "'ask_bank' | 'give' |" };
  const errors = (await compileCopy(t, [...withAction("does: 'ask_bank'", "does: 'give'"), way])).join('\n');
  assert.match(errors, /^src\/orders\/carry-out\.service\.ts/m, errors);
});

test('an action that speaks an unknown value does not compile', async (t) => {
  const edits = withAction("['amount', 'payee', 'receipt']", "['amount', 'wishes', 'receipt']");
  const [action, ...lines] = edits;
  assert.ok(action && 'content' in action);
  const content = action.content.replaceAll('result.transfer', 'result.gift');
  const errors = (await compileCopy(t, [{ ...action, content }, ...lines])).join('\n');
  assert.match(errors, /^src\/speech\/prompt-keys\.ts/m, errors);
});

test('a policy that leaves an action out is refused in words', () => {
  const policy = readFileSync(new URL('../flows/policy/default.yaml', import.meta.url), 'utf8');
  assert.ok(ACTIONS.length > 0);
  for (const action of ACTIONS) {
    const without = policy.replace(new RegExp(`^  ${action}: \\{ level.*\n`, 'm'), '');
    assert.notEqual(without, policy, action);
    const parsed = parsePolicy(without);
    assert.ok(!parsed.ok);
    assert.ok(
      parsed.problems.some((problem) => problem.startsWith(`actions.${action}: is missing`)),
      parsed.problems.join(),
    );
  }
});
