import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Language } from '../locales/catalogue.ts';
import { keysNamed } from './keys-named.ts';

/** Words, and the keys they ask for. */
const NAMED: readonly [Language, string, readonly string[]][] = [
  ['zh-CN', '人工服务请按0。', ['0']],
  ['zh-CN', '转账，请按2；返回，按7。', ['2', '7']],
  ['zh-CN', '请按一或二。', ['1', '2']],
  ['zh-CN', '请按数字键3，或者按下4。', ['3', '4']],
  ['zh-CN', '如需人工，请选择0号键。', ['0']],
  ['zh-CN', '您按了{number}，请再按一次{number}，然后按井号键。', []],
  ['zh-CN', '请输入6位查询密码，按井号键结束。本热线全天24小时服务。', []],
  ['zh-CN', '紧急冻结账户，请连按两次星号键；人工服务，请按0。', ['0', '**']],
  ['vi-VN', 'Gặp nhân viên, bấm phím 0. Nghe lại, bấm 9.', ['0', '9']],
  ['vi-VN', 'Xin nhấn số 1 hoặc 2.', ['1', '2']],
  ['vi-VN', 'Bấm phím hai để tiếp tục.', ['2']],
  ['vi-VN', 'Xin chọn một khoản vay. Xin nhập 6 số, rồi bấm phím thăng.', []],
  ['vi-VN', 'Để khóa tài khoản khẩn cấp, bấm phím sao hai lần.', ['**']],
  ['vi-VN', 'xin bấm lại phím {number} rồi bấm phím thăng', []],
  ['en-US', 'For a person, press 0. To hear it again, press\n 9.', ['0', '9']],
  ['en-US', 'Please press one, two or 3.', ['1', '2', '3']],
  ['en-US', 'Press the key 4 or the star key twice.', ['4', '**']],
  ['en-US', 'Enter the 6 digits, then press pound. The line is open 24 hours.', []],
  ['en-US', 'press {number} again, then pound', []],
];

for (const [language, words, keys] of NAMED)
  test(`${language}: “${words}” names ${keys.join(', ') || 'no key'}`, () => {
    assert.deepEqual([...keysNamed(words, language)].sort(), [...keys].sort());
  });
