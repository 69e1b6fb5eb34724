import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findPasswordWeakness } from './password-rules.ts';

const OWN = ['lin.yue', 'Lin Yue'];

test('passwords that are tried first are refused, each with its reason', () => {
  const expected = {
    too_short: ['', 'short', 'elevenchars', '一二三四五六七八九十甲'],
    too_long: ['x'.repeat(300), '长'.repeat(90)],
    well_known: [
      ...['password1234', 'Password2026', 'P@ssw0rd1234', 'passwordpassword', 'qwertyuiop12', 'qwerty123456'],
      ...['123456789012', 'abcdefghijkl', 'aaaaaaaaaaaa', 'abababababab', 'letmein12345', 'welcome2026!'],
      ...[
        'Verification hotline',
        'hotline-hotline',
        'administrator',
        'anhyeuem1234',
        'woaini131400',
        '5201314520131',
      ],
      ...['summer2026bank', 'vietnam12345'],
    ],
    own_name: ['lin.yue.linyue', 'LinYueLinYue', 'yue-lin-yue-lin'],
  };
  for (const [reason, passwords] of Object.entries(expected))
    for (const password of passwords) assert.equal(findPasswordWeakness(password, OWN), reason, password);
});

test('a sentence of one’s own, in any script, may be chosen, with no class of characters asked for', () => {
  for (const password of [
    ...[
      'blue lantern over the river',
      'correct horse battery staple',
      'kR7!vqmZ2#xw',
      'mùa thu lá rơi ngoài hiên',
    ],
    ...['今天下雨我没有带伞出门', 'tầng ba nhìn ra hồ'].map((text) => `${text} 桥`),
  ])
    assert.equal(findPasswordWeakness(password, OWN), undefined, password);
});
