import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Language } from '../locales/catalogue.ts';
import { nameParts } from './name-parts.ts';

/** A name, the line, and who says what of it; undefined where no voice can say it. */
const NAMES: readonly [string, Language, readonly string[] | undefined][] = [
  ['张伟', 'zh-CN', ['zh-CN 张伟']],
  ['张伟', 'en-US', ['zh-CN 张伟']],
  ['Ms 李', 'en-US', ['en-US Ms', 'zh-CN 李']],
  ['Nguyễn Văn An', 'zh-CN', ['vi-VN Nguyễn Văn An']],
  ['Nguyễn女士', 'zh-CN', ['vi-VN Nguyễn', 'zh-CN 女士']],
  ['Trần Thị Hoa', 'en-US', ['vi-VN Trần Thị Hoa']],
  ['Trần Thị Hoa', 'en-US', ['vi-VN Trần Thị Hoa']],
  ['ông An', 'vi-VN', ['vi-VN ông An']],
  ['Grace Chan', 'zh-CN', ['zh-CN Grace Chan']],
  ['Grace Chan', 'vi-VN', ['vi-VN Grace Chan']],
  ['สมชาย', 'en-US', undefined],
  ['Иван', 'zh-CN', undefined],
];

for (const [name, line, expected] of NAMES)
  test(`${name} on the ${line} line is said by ${expected?.join(', ') ?? 'nobody'}`, () => {
    const parts = nameParts(name, line);
    assert.deepEqual(
      parts?.map(({ language, text }) => `${language} ${text}`),
      expected,
    );
  });
