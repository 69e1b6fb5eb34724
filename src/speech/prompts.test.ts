import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parse } from 'yaml';
import { loadCompany } from '../flow/company.ts';
import { LANGUAGES, type Language } from '../locales/catalogue.ts';
import type { SpokenValue } from '../locales/spoken-value.ts';
import { PROMPT_KEYS, PROMPT_VALUES, SUPERSEDED } from './prompt-keys.ts';
import { PROMPT_VARIABLES } from './prompt-variables.ts';
import { loadPrompts, PROMPT_SECONDS, type Prompts } from './prompts.ts';
import { spokenSeconds } from './spoken.ts';

type Texts = { [language in Language]: string };

const readFlow = (path: string) => readFileSync(new URL(`../../flows/${path}`, import.meta.url), 'utf8');
const SHIPPED: Readonly<Texts> = {
  'zh-CN': readFlow('locales/zh-CN/prompts.yaml'),
  'vi-VN': readFlow('locales/vi-VN/prompts.yaml'),
  'en-US': readFlow('locales/en-US/prompts.yaml'),
};

function shipped(): Prompts {
  const loaded = loadPrompts(SHIPPED);
  assert.ok(loaded.ok, loaded.ok ? '' : loaded.problems.join('\n'));
  return loaded.prompts;
}

function problemsOf(
  texts: { readonly [language in Language]?: string },
  promptSeconds?: number,
): readonly string[] {
  const loaded = loadPrompts(texts, promptSeconds);
  assert.ok(!loaded.ok, 'refused');
  return loaded.problems;
}

/** Every speech of a prompt with long values. */
function example(key: keyof typeof PROMPT_VALUES, language: Language) {
  const values: Record<string, SpokenValue> = {};
  for (const name of PROMPT_VALUES[key]) {
    const [value] = PROMPT_VARIABLES[name].examples(language);
    assert.ok(value);
    values[name] = value;
  }
  return { prompt: key, values };
}

/** What the shipped flow and the program can say. */
const SPOKEN_KEYS = PROMPT_KEYS.filter((key) => !SUPERSEDED.has(key));

test('the shipped prompts load: same keys, same values, in every language', () => {
  const prompts = shipped();
  assert.deepEqual(prompts.keys(), PROMPT_KEYS);
  for (const key of PROMPT_KEYS) assert.equal(prompts.has(key), !SUPERSEDED.has(key), key);
  assert.equal(prompts.has('menu.secret'), false);
  assert.deepEqual([...prompts.variables('code.sent')].sort(), ['hint', 'phoneLastFour']);
});

test('every prompt can be spoken in every language with its values, and leaves no braces', () => {
  const prompts = shipped();
  for (const language of LANGUAGES) {
    for (const key of SPOKEN_KEYS) {
      const text = prompts.text(example(key, language), language);
      assert.ok(text.length > 0);
      assert.doesNotMatch(text, /[{}]/);
    }
  }
});

test('values are spoken as their kind and language say', () => {
  const prompts = shipped();
  const speech = {
    prompt: 'confirm.transfer',
    values: {
      amount: { kind: 'money', minor: 1_234_560, currency: 'CNY' },
      payee: { kind: 'text', text: 'Li Na' },
      payeeLastFour: { kind: 'digits', digits: '5678' },
      accountLastFour: { kind: 'digits', digits: '1234' },
    },
  } as const;
  assert.equal(
    prompts.text(speech, 'en-US'),
    'Please check. Pay 12,345.60 yuan to Li Na, account ending 5 6 7 8, from your account ending 1 2 3 4.',
  );
  assert.match(prompts.text(speech, 'zh-CN'), /转账人民币12345元6角，收款人Li Na，账号尾号5 6 7 8/);
  assert.match(prompts.text(speech, 'vi-VN'), /Chuyển 12\.345,60 nhân dân tệ cho Li Na/);
});

test('a speech with a language of its own is spoken in it', () => {
  const prompts = shipped();
  assert.match(prompts.text({ prompt: 'greeting.languageHint', language: 'vi-VN' }, 'zh-CN'), /Tiếng Việt/);
  assert.equal(prompts.voice('zh-CN').language, 'cmn-CN');
  assert.match(prompts.voice('vi-VN').voice, /^Google\./);
});

test('a name with braces in it is a name, not a place for another value', () => {
  const text = shipped().text(
    {
      prompt: 'choice.payeeOption',
      values: {
        payee: { kind: 'text', text: '{payeeLastFour}' },
        payeeLastFour: { kind: 'digits', digits: '5678' },
        number: { kind: 'count', count: 1 },
      },
    },
    'en-US',
  );
  assert.equal(text, 'For {payeeLastFour}, account ending 5 6 7 8, press 1.');
});

test('a prompt that does not exist, or without one of its values, is a bug', () => {
  const prompts = shipped();
  assert.throws(() => prompts.text({ prompt: 'menu.secret' }, 'en-US'), /assertion failed.*menu\.secret/);
  assert.throws(() => prompts.text({ prompt: 'goodbye.receipt' }, 'en-US'), /assertion failed.*receipt/);
  assert.throws(() => prompts.variables('menu.secret'), /assertion failed/);
});

test('the greeting with the shipped company fits its time in every language', () => {
  const prompts = shipped();
  const loaded = loadCompany(readFlow('company.yaml'));
  assert.ok(loaded.ok);
  for (const language of LANGUAGES) {
    const values = {
      company: { kind: 'text', text: loaded.company.name[language] },
      department: { kind: 'text', text: loaded.company.department[language] },
    } as const;
    const text = prompts.text({ prompt: 'greeting.welcome', values }, language);
    assert.match(text, new RegExp(loaded.company.name[language]));
    assert.ok(spokenSeconds(text, language) <= PROMPT_SECONDS);
  }
});

// Mutations of the shipped files: each kind of mistake is caught, in the language it was made.
const MISTAKES: readonly [string, string | RegExp, string, RegExp][] = [
  ['a prompt missing', /^ {4}languageHint:.*\n/m, '', /^en-US: greeting\.languageHint: missing$/],
  [
    'an unknown prompt',
    /^ {2}common:$/m,
    '  common:\n    music: Please hold.',
    /^en-US: common\.music: unknown prompt$/,
  ],
  ['an empty prompt', /languageHint: .*/, "languageHint: ' '", /^en-US: greeting\.languageHint: empty$/],
  ['a value left out', ' that starts with {hint}', '', /^en-US: code\.sent: \{hint\} is missing/],
  [
    'a value of another prompt',
    'starts with {hint}',
    'starts with {hint}{receipt}',
    /\{receipt\} is not given/,
  ],
  ['an unknown value', 'starts with {hint}', 'starts with {hint}{pin}', /\{pin\} is no value/],
  ['a value misspelt', 'starts with {hint}', 'starts with { hint }', /"\{" is not read well/],
  ['a link', 'For English, press 8.', 'See https colon bank.example', /link/],
  ['a web address', 'For English, press 8.', 'See www dot, or www.bank', /link/],
  ['a mail address', 'For English, press 8.', 'Write to us@bank', /link/],
  ['a key as a sign', 'then press pound. It does not', 'then press #. It does not', /"#" is not read well/],
  ['markup', 'For English, press 8.', "'<break/> press 8.'", /"<" is not read well/],
  [
    'a prompt that is too long',
    'For English, press 8.',
    `${'For English, please press 8. '.repeat(9)}`,
    /takes about/,
  ],
  ['a number for a prompt', 'For English, press 8.', '8', /must be a text/],
  ['a list of prompts', 'For English, press 8.', '[a, b]', /must be a text/],
  [
    'a prompt given twice',
    '  option: #',
    '  option.money: Again.\n  option: #',
    /^en-US: option\.money: given twice$/,
  ],
  ['a key given twice', '    languageHint:', '    languageHint: Once.\n    languageHint:', /unique/],
  [
    'the file of another language',
    'language: en-US\nvoice',
    'language: vi-VN\nvoice',
    /the file is for vi-VN/,
  ],
  ['a voice that is none', 'Polly.Joanna-Neural', 'joanna', /voice\.voice/],
  ['no voice', /^voice:.*\n/m, '', /^en-US: voice/],
  ['an unknown setting', /^prompts:/m, 'speed: 2\nprompts:', /speed/],
  ['something that is not YAML', /^prompts:/m, 'prompts: [', /^en-US: /],
];
for (const [what, from, to, expected] of MISTAKES) {
  test(`refused: ${what}`, () => {
    const changed = SHIPPED['en-US'].replace(from, to);
    assert.notEqual(changed, SHIPPED['en-US'], 'the change took effect');
    const problems = problemsOf({ ...SHIPPED, 'en-US': changed });
    assert.ok(
      problems.some((problem) => expected.test(problem)),
      problems.join('\n'),
    );
    assert.ok(problems.every((problem) => problem.startsWith('en-US: ')));
  });
}

test('values that differ between languages are refused, in every language that differs', () => {
  for (const language of LANGUAGES) {
    const changed = SHIPPED[language].replaceAll('{hint}', '');
    assert.deepEqual(problemsOf({ ...SHIPPED, [language]: changed }), [
      `${language}: code.sent: {hint} is missing, every language speaks the same values`,
    ]);
  }
});

test('a language that is missing, and one that is not spoken here, are refused', () => {
  const { 'vi-VN': _vietnamese, ...others } = SHIPPED;
  assert.deepEqual(problemsOf(others), [
    'vi-VN: no prompts; every line and every customer may ask for this language',
  ]);
  const withFrench = { ...SHIPPED, 'fr-FR': 'language: fr-FR' };
  assert.match(problemsOf(withFrench).join('\n'), /^fr-FR: not a language/);
});

test('the time limit is the one given', () => {
  const problems = problemsOf(SHIPPED, 5).filter((problem) => problem.includes('pin.query'));
  assert.equal(problems.length, LANGUAGES.length);
});

test('all problems of all languages are reported at once', () => {
  const problems = problemsOf({
    'zh-CN': SHIPPED['zh-CN'].replace('{hint}', '').replace('您好，', '您好*'),
    'vi-VN': 'language: [',
    'en-US': SHIPPED['en-US'].replace(/^ {4}languageHint:.*\n/m, ''),
  }).join('\n');
  assert.match(problems, /zh-CN: code\.sent/);
  assert.match(problems, /zh-CN: greeting\.welcome/);
  assert.match(problems, /vi-VN: /);
  assert.match(problems, /en-US: greeting\.languageHint: missing/);
});

// The flow and the prompts fit together.

interface FlowNode {
  readonly meta?: {
    readonly say?: readonly unknown[];
    readonly explain?: string;
    readonly collect?: { readonly kind: string };
  };
  readonly on?: { readonly [event: string]: unknown };
  readonly states?: { readonly [name: string]: FlowNode };
}
const FLOW = parse(readFlow('hotline.yaml')) as FlowNode;

/** Spoken by name from the code, not from the flow: results, refusals, choices, and answers outside the flow. */
const SPOKEN_BY_CODE =
  /^(option\.|result\.|order\.refused\.|loneKey\.|choice\.(loanOption|payeeOption|accountOption)$|common\.(keepAlive|ended|hold)$|desk\.|freeze\.(inOutage|noted)$|handoff\.waiting$)/;

function promptsOf(saying: unknown): readonly string[] {
  if (typeof saying === 'string') return [saying];
  // What keys do is said in words found from what they do: the prover holds the two together.
  const { bargeIn: _bargeIn, options: _options, ...rest } = saying as { readonly [key: string]: unknown };
  return Object.values(rest).flatMap((value) =>
    typeof value === 'string' ? [value] : Object.values(value as object),
  );
}

function promptsIn(node: unknown): readonly string[] {
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([name, value]): readonly string[] => {
    if (name === 'say') return (value as unknown[]).flatMap(promptsOf);
    if (name === 'explain' && typeof value === 'string') return [value];
    if (/^(prompt|secret|moreTime)$/.test(name) && typeof value === 'string') return [value];
    return promptsIn(value);
  });
}

test('every prompt the flow names exists, and every prompt is spoken somewhere', () => {
  const named = new Set(promptsIn(FLOW));
  assert.ok(named.size > 40, 'the flow was read');
  const prompts = shipped();
  for (const key of named) assert.ok(prompts.has(key), key);
  for (const key of SPOKEN_KEYS)
    assert.ok(named.has(key) || SPOKEN_BY_CODE.test(key), `${key} is spoken by nobody`);
});

test('a release that was stored by another version of the program speaks: older words where it has none, its own additions unread', () => {
  const texts = Object.fromEntries(
    LANGUAGES.map((language) => [
      language,
      SHIPPED[language]
        .replace(/^ {4}hold: (?:>-.*\n(?: {6}.*\n)+|.*\n)/m, '')
        .replace('  common:\n', '  common:\n    music: Please hold.\n'),
    ]),
  ) as Texts;
  assert.deepEqual(problemsOf(texts).length, 2 * LANGUAGES.length, 'from files it is refused');
  const loaded = loadPrompts(texts, PROMPT_SECONDS, 'stored');
  assert.ok(loaded.ok, loaded.ok ? '' : loaded.problems.join('\n'));
  for (const language of LANGUAGES)
    assert.equal(
      loaded.prompts.text({ prompt: 'common.hold' }, language),
      shipped().text({ prompt: 'handoff.connecting' }, language),
    );
});
