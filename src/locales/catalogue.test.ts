import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CURRENCIES } from '../jurisdictions/currency.ts';
import { byLanguage, isLanguage, LANGUAGES, LOCALES } from './catalogue.ts';
import { TITLES } from './locale.ts';

test('a tag of the catalogue is a language, another text is none', () => {
  for (const language of LANGUAGES) assert.ok(isLanguage(language));
  for (const other of ['fr-FR', 'zh', '', 'toString']) assert.equal(isLanguage(other), false, other);
  assert.deepEqual(Object.keys(byLanguage(() => 1)), LANGUAGES);
});

for (const language of LANGUAGES) {
  const locale = LOCALES[language];
  test(`the values ${language} writes and says are in its own script`, () => {
    const said = [
      ...TITLES.map((title) => locale.formOfAddress[title]('')),
      ...CURRENCIES.map((currency) => locale.spoken.money[currency]({ whole: '1234567', fraction: '' })),
      ...CURRENCIES.map((currency) => locale.written.money[currency]('1')),
      locale.spoken.date(12, 31),
      locale.written.time({ month: 12, day: 31, time: '09:05' }),
      locale.spoken.plus,
      locale.spoken.minus,
    ];
    for (const text of said)
      for (const letter of text.match(/\p{L}/gu) ?? [])
        assert.match(letter, locale.script, `${letter} of “${text}”`);
  });

  test(`a longer text of ${language} takes longer to say`, () => {
    const { restSeconds } = locale.pace;
    const text = locale.longest.payee;
    assert.ok(restSeconds(`${text} ${text}`) >= restSeconds(text));
    assert.ok(locale.pace.perSecond > 0);
  });
}
