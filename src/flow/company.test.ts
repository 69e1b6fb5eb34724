import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { type Company, lineFor, loadCompany } from './company.ts';

const SHIPPED = readFileSync(new URL('../../flows/company.yaml', import.meta.url), 'utf8');

function shipped(): Company {
  const loaded = loadCompany(SHIPPED);
  assert.ok(loaded.ok, loaded.ok ? '' : loaded.problems.join('\n'));
  return loaded.company;
}

function problemsOf(text: string): string {
  assert.notEqual(text, SHIPPED, 'the change took effect');
  const loaded = loadCompany(text);
  assert.ok(!loaded.ok, 'refused');
  return loaded.problems.join('\n');
}

test('the shipped company loads', () => {
  assert.equal(shipped().name['zh-CN'], '蓝鹊信贷公司');
});

test('each dialled number has its language, jurisdiction and currency, and any other the fallback', () => {
  const company = shipped();
  const brief = (dialled: string) => {
    const { language, jurisdiction, currency } = lineFor(company, dialled);
    return `${language} ${jurisdiction} ${currency}`;
  };
  assert.equal(brief('+861058880001'), 'zh-CN CN CNY');
  assert.equal(brief('+842873000001'), 'vi-VN VN VND');
  assert.equal(brief('+12025550143'), 'en-US CN CNY');
  for (const dialled of ['+15005550006', 'sip:line@example.org', 'client:desk', '', '+8428730000012']) {
    assert.equal(brief(dialled), 'zh-CN CN CNY', dialled);
  }
});

const MISTAKES: readonly [string, RegExp, string, RegExp][] = [
  ['a language without a name', /^ {2}vi-VN: Công ty.*\n/m, '', /name\.vi-VN/],
  ['an empty department', /Telephone Banking/, "''", /department\.en-US: must not be empty/],
  ['a name that is a link', /Blue Magpie Credit/, 'bluemagpie.com', /name\.en-US: .*link/],
  [
    'a name too long for messages',
    /Blue Magpie Credit/,
    'Magpie '.repeat(10),
    /name\.en-US: must be 1 to 30/,
  ],
  ['a number that is not E.164', /"\+861058880001"/, '"010-58880001"', /lines\.0\.number: .*E\.164/],
  ['a number without quotation marks', /"\+861058880001"/, '+861058880001', /lines\.0\.number: .*quotation/],
  ['a number listed twice', /\+842873000001/, '+861058880001', /\+861058880001 is listed more than once/],
  ['an unknown language', /language: vi-VN/, 'language: fr-FR', /lines\.1\.language/],
  ['an unknown currency', /currency: VND/, 'currency: USD', /lines\.1\.currency/],
  ['an unknown jurisdiction', /jurisdiction: VN/, 'jurisdiction: US', /lines\.1\.jurisdiction/],
  ['no fallback', /^fallback:.*$/m, '', /fallback/],
  ['a queue missing', /^ {2}fraud: fraud$/m, '', /queues\.fraud/],
  ['a queue of an impossible name', /fraud: fraud/, 'fraud: the desk', /queues\.fraud/],
  ['an unknown queue', /fraud: fraud/, 'fraud: fraud\n  vip: vip', /queues/],
  ['an unknown setting', /^fallback:/m, 'slogan: hello\nfallback:', /slogan/],
  ['something that is not YAML', /^name:/m, 'name: [', /./],
];
for (const [what, from, to, expected] of MISTAKES) {
  test(`refused: ${what}`, () => {
    assert.match(problemsOf(SHIPPED.replace(from, to)), expected);
  });
}

test('all problems are reported at once', () => {
  const wrong = SHIPPED.replace('currency: VND', 'currency: USD')
    .replace('+12025550143', '+861058880001')
    .replace('fraud: fraud', 'fraud: the desk');
  const problems = problemsOf(wrong);
  assert.match(problems, /lines\.1\.currency/);
  assert.match(problems, /listed more than once/);
  assert.match(problems, /queues\.fraud/);
});
