import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { LANGUAGES, type Language } from '../../locales/catalogue.ts';
import { loadWords } from './load-words.ts';

const SHIPPED = Object.fromEntries(
  LANGUAGES.map((language) => [
    language,
    readFileSync(new URL(`../../../flows/locales/${language}/desk.yaml`, import.meta.url), 'utf8'),
  ]),
) as Record<Language, string>;

/** The problems of the shipped words with one text replaced; fails where it is not there exactly once. */
function problemsWith(language: Language, part: string, replacement: string): readonly string[] {
  assert.equal(SHIPPED[language].split(part).length, 2, part);
  const loaded = loadWords({ ...SHIPPED, [language]: SHIPPED[language].replace(part, replacement) });
  return loaded.ok ? [] : loaded.problems;
}

test('the shipped words are complete in every language, and filled with their values', () => {
  const loaded = loadWords(SHIPPED);
  assert.ok(loaded.ok, loaded.ok ? '' : loaded.problems.join('\n'));
  assert.equal(loaded.words['zh-CN']('shift.breakIn', { minutes: 38 }), '38 分钟后休息');
  assert.equal(loaded.words['en-US'].language, 'en-US');
});

test('a key that is missing or unknown, a value, markup and a text left in English are told', () => {
  for (const [language, part, replacement, problem] of [
    ['vi-VN', '    title: Đăng nhập\n', '', 'vi-VN desk words: signIn.title: missing'],
    [
      'en-US',
      '    title: Sign in\n',
      '    title: Sign in\n    other: x\n',
      'en-US desk words: signIn.other: unknown words of the desk',
    ],
    [
      'en-US',
      'Break due in {minutes} min',
      'Break due',
      'en-US desk words: shift.breakIn: {minutes} is missing, every language shows the same values',
    ],
    [
      'en-US',
      'Break due in {minutes} min',
      'Due in {minutes} {hours}',
      'en-US desk words: shift.breakIn: {hours} is no value a text can show',
    ],
    [
      'zh-CN',
      '    goOn: 下一步',
      '    goOn: <b>下一步</b>',
      'zh-CN desk words: signIn.goOn: "<" has no place in words',
    ],
    ['zh-CN', '    goOn: 下一步', '    goOn: ""', 'zh-CN desk words: signIn.goOn: empty'],
    ['vi-VN', 'breakDue: Đến giờ nghỉ', 'breakDue: Break due', undefined],
    [
      'vi-VN',
      'explain: Những nơi bạn đang đăng nhập. Phiên kết thúc sau 15 phút không sử dụng, và chậm nhất sau 12 giờ.',
      'explain: Everywhere you are signed in. A session ends after 15 minutes without use, and after 12 hours at the latest.',
      'vi-VN desk words: sessions.explain: is still in English',
    ],
    ['en-US', 'language: en-US', 'language: vi-VN', 'en-US desk words: language: the file is for vi-VN'],
  ] as const) {
    const problems = problemsWith(language, part, replacement);
    if (problem === undefined) assert.deepEqual(problems, []);
    else assert.ok(problems.includes(problem), `${problem}\n${problems.join('\n')}`);
  }
});

test('every file is asked for, and no other language', () => {
  const loaded = loadWords({ 'zh-CN': SHIPPED['zh-CN'], ...{ 'fr-FR': '' } });
  assert.ok(!loaded.ok);
  assert.ok(loaded.problems.some((problem) => problem.startsWith('fr-FR desk words: not a language')));
  assert.ok(loaded.problems.some((problem) => problem.startsWith('vi-VN desk words: no words of the desk')));
});
