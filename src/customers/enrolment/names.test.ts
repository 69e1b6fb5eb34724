import assert from 'node:assert/strict';
import { test } from 'node:test';
import { familyNameQuestion, isOneName, readName } from './names.ts';

const questionOf = (name: string, language: Parameters<typeof readName>[1]) => {
  const read = readName(name, language);
  assert.ok(read.kind === 'name', JSON.stringify(read));
  return read.question;
};

test('names as people write them are taken without a question', () => {
  for (const name of ['李娜', '迪丽热巴·迪力木拉提', '阿卜杜拉•买买提', 'Li Na', 'John (李)', '㐂㐂', '𠮷野'])
    assert.equal(questionOf(name, 'zh-CN'), undefined, name);
  for (const name of ['Nguyễn Văn An', 'Đặng Thị Hường', "H'Hen Niê", 'Y Bion Mlô', 'Nguyễn Thị Mỹ-Linh'])
    for (const form of ['NFC', 'NFD'])
      assert.equal(questionOf(name.normalize(form), 'vi-VN'), undefined, name);
  for (const name of [
    'Grace Chan',
    'Sinéad O’Connor',
    'Łukasz Żak',
    'Strauß',
    'Nguyễn An',
    'Sukarno',
    'J. R. Smith',
  ])
    assert.equal(questionOf(name, 'en-US'), undefined, name);
});

test('a name in no script of its language is asked about, with character and place', () => {
  assert.match(questionOf('Иван', 'en-US') ?? '', /^U\+0418 at character 1 is not written in names of en-US/);
  assert.match(questionOf('李娜', 'vi-VN') ?? '', /^U\+674E at character 1/);
  assert.match(questionOf('Li Ли', 'zh-CN') ?? '', /^U\+041B at character 4/);
});

test('another encoding that reads as UTF-8 by chance is suspected', () => {
  const misread = (bytes: number[]) => new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(bytes));
  for (const bytes of [
    [0xca, 0xaf, 0xce, 0xb0],
    [0xd0, 0xa1, 0xd5, 0xbd],
    [0xc4, 0xaa, 0xc2, 0xbb],
  ])
    assert.match(questionOf(misread(bytes), 'zh-CN') ?? '', /may be in another encoding, such as GBK/);
  for (const twice of ['NguyÃªn', 'Nguyá»…n VÄƒn An'])
    assert.match(questionOf(twice, 'vi-VN') ?? 'none', /^U\+[0-9A-F]{4} at character \d+/, twice);
});

test('what cannot be a name is a problem', () => {
  const problemOf = (name: string) => {
    const read = readName(name, 'en-US');
    return read.kind === 'problem' ? read.problem : undefined;
  };
  assert.equal(problemOf(''), 'is empty');
  assert.equal(problemOf('12345'), 'holds no letter');
  assert.equal(problemOf('x'.repeat(121)), 'is longer than 120 characters');
  assert.match(problemOf('a\u202eb') ?? '', /^holds U\+202E \(right-to-left override\) at character 2/);
  assert.match(problemOf('a\u200bb') ?? '', /^holds U\+200B \(zero width space\) at character 2/);
});

test('one-name people have one word, and a family name is a part of the name', () => {
  assert.ok(isOneName('Sukarno') && isOneName('Y’Wang') && !isOneName('李娜') && !isOneName('Li Na'));
  assert.equal(familyNameQuestion('Nguyễn Văn An', 'nguyễn'), undefined);
  assert.equal(familyNameQuestion('李娜', '王'), 'is no part of the name');
});
