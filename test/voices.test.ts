import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEMO_CUSTOMERS } from '../db/seeds/demo-customers.ts';
import { LANGUAGES, LOCALES } from '../src/locales/catalogue.ts';
import type { SpokenValue } from '../src/locales/spoken-value.ts';
import type { SpokenPart } from '../src/speech/name-parts.ts';
import { loadPrompts } from '../src/speech/prompts.ts';
import type { Speech } from '../src/speech/reply.ts';
import { shippedTexts } from './support/shipped.ts';

const loaded = loadPrompts((await shippedTexts()).prompts);
assert.ok(loaded.ok);
const { prompts } = loaded;

/** Every letter of a part is one its voice can say (invariant 49). */
function assertSayable(parts: readonly SpokenPart[]): void {
  for (const { language, text } of parts)
    for (const letter of text.match(/\p{L}/gu) ?? [])
      assert.match(letter, LOCALES[language].script, `${letter} of “${text}” in the voice of ${language}`);
}

const digits: SpokenValue = { kind: 'digits', digits: '9101' };
const amount: SpokenValue = { kind: 'money', minor: 365_085, currency: 'CNY' };
const count: SpokenValue = { kind: 'count', count: 1 };

/** What is said with somebody's name in it. */
function sayings(name: SpokenValue): readonly Speech[] {
  return [
    {
      prompt: 'confirm.transfer',
      values: { amount, payee: name, payeeLastFour: digits, accountLastFour: digits },
    },
    { prompt: 'choice.payeeOption', values: { payee: name, payeeLastFour: digits, number: count } },
    { prompt: 'result.transfer', values: { amount, payee: name, receipt: digits } },
    {
      prompt: 'confirm.identity',
      values: { formOfAddress: name, idLastFour: digits, phoneLastFour: digits },
    },
  ];
}

for (const language of LANGUAGES)
  test(`every name of the demo company is said on the ${language} line by a voice that can (invariant 49)`, () => {
    for (const { name, payees } of DEMO_CUSTOMERS) {
      const addressed = LOCALES[language].formOfAddress[name.title](name.family);
      for (const text of [addressed, name.full, ...payees.map((payee) => payee.name)])
        for (const speech of sayings({ kind: 'text', text })) assertSayable(prompts.spoken(speech, language));
    }
  });

test('a name is said by the voice of its script, the rest by the voice of the line', () => {
  const [, transfer] = sayings({ kind: 'text', text: '张伟', otherwise: '9101' });
  assert.ok(transfer);
  assert.deepEqual(
    prompts.spoken(transfer, 'en-US').map(({ language, text }) => `${language} ${text}`),
    ['en-US For', 'zh-CN 张伟', 'en-US account ending 9 1 0 1, press 1.'],
  );
});

test('where no voice can say a name the last four of the account are said in its place', () => {
  const [, option] = sayings({ kind: 'text', text: 'สมชาย', otherwise: '9101' });
  assert.ok(option);
  assert.deepEqual(prompts.spoken(option, 'en-US'), [
    { language: 'en-US', text: 'For 9 1 0 1, account ending 9 1 0 1, press 1.' },
  ]);
});
