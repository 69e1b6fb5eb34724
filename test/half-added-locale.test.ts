import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isSayLanguage, voiceLanguage } from '../phone-sim/voices.ts';
import { LANGUAGES, LOCALES } from '../src/locales/catalogue.ts';
import { compileCopy } from './support/compile-copy.ts';
import { releaseOf, shippedTexts } from './support/shipped.ts';

/** The files that the compiler finds wrong in a copy with these edits. */
async function filesNamed(...[t, edits]: Parameters<typeof compileCopy>): Promise<readonly string[]> {
  const errors = await compileCopy(t, edits);
  return [...new Set(errors.map((error) => error.slice(0, error.indexOf('('))))].sort();
}

test('a fourth language that lacks one of its members does not compile, and the compiler names its file', async (t) => {
  const locale = `import { enUs } from './en-us.ts';
import type { Locale } from './locale.ts';
const { pace: _pace, ...rest } = enUs;
export const frFr: Locale = { ...rest, englishName: 'French', sayLanguage: 'fr-FR' };
`;
  const named = await filesNamed(t, [
    { file: 'src/locales/fr-fr.ts', content: locale },
    {
      file: 'src/locales/catalogue.ts',
      text: "'en-US': enUs }",
      replacement: "'en-US': enUs, 'fr-FR': frFr }",
    },
    {
      file: 'src/locales/catalogue.ts',
      text: "import { enUs } from './en-us.ts';",
      replacement: "import { enUs } from './en-us.ts';\nimport { frFr } from './fr-fr.ts';",
    },
  ]);
  assert.ok(named.includes('src/locales/fr-fr.ts'), named.join());
});

test('a third currency without words and limits of its own does not compile', async (t) => {
  const named = await filesNamed(t, [
    {
      file: 'src/jurisdictions/currency.ts',
      text: 'VND: { decimals: 0 },',
      replacement: 'VND: { decimals: 0 },\n  KWD: { decimals: 3 },',
    },
  ]);
  for (const file of [
    'src/locales/zh-cn.ts',
    'src/locales/vi-vn.ts',
    'src/locales/en-us.ts',
    'src/speech/load-sms.ts',
    'src/speech/prompt-variables.ts',
  ])
    assert.ok(named.includes(file), `${file} is named: ${named}`);
});

test('a third jurisdiction that lacks one of its members does not compile', async (t) => {
  const named = await filesNamed(t, [
    {
      file: 'src/jurisdictions/catalogue.ts',
      text: 'VN: vn }',
      replacement: "VN: vn, KW: { callingCode: '965', currency: 'CNY', timeZone: 'Asia/Kuwait' } }",
    },
  ]);
  assert.ok(named.includes('src/jurisdictions/catalogue.ts'), named.join());
});

test('the telephone has the voice of every language, and it speaks what the language says it is called', async () => {
  const { prompts } = releaseOf(await shippedTexts());
  for (const language of LANGUAGES) {
    const { sayLanguage } = LOCALES[language];
    assert.ok(isSayLanguage(sayLanguage), language);
    assert.deepEqual(prompts.voice(language).language, sayLanguage);
    assert.equal(voiceLanguage(prompts.voice(language).voice), sayLanguage);
  }
});
