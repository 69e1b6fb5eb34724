import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LANGUAGES, type Language } from '../locales/catalogue.ts';
import {
  actionMessage,
  COMPANY_NAME_LENGTH,
  type CodePurpose,
  codeMessage,
  contactChangeMessage,
  freezeMessage,
  isCompanyName,
  LINK,
  lockMessage,
  writeMoney,
} from './messages.ts';
import { countSegments } from './segments.ts';

const NOW = Date.UTC(2026, 11, 23, 14, 50);
const COMPANIES = { 'zh-CN': '信', 'vi-VN': 'Ệ', 'en-US': '信' };
const VND = { amountMinor: 5_000_000_000, currency: 'VND' } as const;
const CNY = { amountMinor: 500_000_000, currency: 'CNY' } as const;
const PURPOSES: readonly CodePurpose[] = [VND, CNY].flatMap((money) => [
  { action: 'transfer', ...money, payeeAccount: '6222020200099998888' },
  { action: 'repayment', ...money, loanNumber: '7700001234567890' },
  { action: 'loan_application', ...money },
  { action: 'contact_change', newNumber: '+8613812345678' },
]);
const RECEIPT = 'K7M2Q9XW';

/** Every message there is, in every language, with the longest name and the largest amounts. */
function everyMessage(): readonly { language: Language; text: string }[] {
  return LANGUAGES.flatMap((language) => {
    const head = { language, company: COMPANIES[language].repeat(COMPANY_NAME_LENGTH) };
    const until = { until: NOW, timeZone: 'Asia/Ho_Chi_Minh' };
    return [
      ...PURPOSES.map((purpose) => codeMessage(head, purpose, '012345', 180)),
      ...(['query', 'transaction', 'code'] as const).flatMap((factor) => [
        lockMessage(head, factor, until),
        lockMessage(head, factor, 'void'),
      ]),
      freezeMessage(head, NOW, 'Asia/Shanghai'),
      contactChangeMessage(head, '+8613812345678', RECEIPT),
      ...PURPOSES.flatMap((purpose) =>
        purpose.action === 'contact_change' ? [] : [actionMessage(head, purpose, RECEIPT)],
      ),
    ].map((text) => ({ language, text }));
  });
}

test('no message holds a link, a whole number of anyone, or more than three SMS (V10)', () => {
  const messages = everyMessage();
  assert.equal(messages.length, 3 * (8 + 6 + 1 + 1 + 6));
  for (const { text } of messages) {
    assert.doesNotMatch(text, LINK, text);
    assert.doesNotMatch(text, /[0-9]{7}/, text);
    assert.ok(countSegments(text) <= 3, `${countSegments(text)} SMS: ${text}`);
    assert.doesNotMatch(text, /undefined|NaN|null/, text);
  }
});

test('with a short name and everyday amounts a message takes at most two SMS', () => {
  const money = { amountMinor: 12_345_000, currency: 'VND' } as const;
  for (const language of LANGUAGES) {
    const head = { language, company: 'Demo Credit' };
    const purpose = { action: 'transfer', ...money, payeeAccount: '6222020200099998888' } as const;
    for (const text of [
      codeMessage(head, purpose, '012345', 180),
      actionMessage(head, purpose, 'K7M2Q9'),
      lockMessage(head, 'transaction', { until: NOW, timeZone: 'Asia/Shanghai' }),
      lockMessage(head, 'transaction', 'void'),
      freezeMessage(head, NOW, 'Asia/Shanghai'),
      contactChangeMessage(head, '+8613812345678', 'K7M2Q9'),
    ]) {
      assert.ok(countSegments(text) <= 2, `${text.length} units: ${text}`);
    }
  }
});

test('a code message says what the code is for, how much, to whom, how long, and never to tell it', () => {
  const expected = {
    'zh-CN': [
      /转账10,000,000越南盾至尾号8888的账户/,
      /验证码012345/,
      /3分钟内有效/,
      /按键输入/,
      /切勿告诉任何人/,
      /绝不会索要/,
    ],
    'vi-VN': [
      /chuyển 10\.000\.000 VND đến TK đuôi 8888/,
      /Mã 012345/,
      /3 phút/,
      /Bấm mã/,
      /đừng nói ai/,
      /Nhân viên không hỏi mã/,
    ],
    'en-US': [
      /transfer VND 10,000,000 to account ending 8888/,
      /Code 012345/,
      /3 min/,
      /Key it in/,
      /Never tell anyone/,
      /staff never ask/,
    ],
  };
  for (const language of LANGUAGES) {
    const text = codeMessage(
      { language, company: 'Demo Credit' },
      { action: 'transfer', amountMinor: 10_000_000, currency: 'VND', payeeAccount: '6222020200099998888' },
      '012345',
      180,
    );
    assert.match(text, /Demo Credit/);
    for (const part of expected[language]) assert.match(text, part);
  }
});

test('the code is the only run of six digits in its message', () => {
  for (const language of LANGUAGES) {
    for (const purpose of PURPOSES) {
      const text = codeMessage({ language, company: 'Demo Credit' }, purpose, '987654', 119);
      assert.deepEqual(text.match(/[0-9]{5,}/g), ['987654'], text);
    }
  }
});

test('a lifetime is never promised longer than it is', () => {
  const head = { language: 'en-US', company: 'Demo Credit' } as const;
  const purpose = { action: 'contact_change', newNumber: '5678' } as const;
  assert.match(codeMessage(head, purpose, '111222', 179), /valid 2 min\./);
  assert.match(codeMessage(head, purpose, '111222', 45), /valid 45 s\./);
});

test('money is written exactly, in the manner of the language', () => {
  assert.equal(writeMoney(123_456_789, 'CNY', 'zh-CN'), '人民币1,234,567.89元');
  assert.equal(writeMoney(5, 'CNY', 'en-US'), 'CNY 0.05');
  assert.equal(writeMoney(100_000, 'CNY', 'vi-VN'), '1.000,00 CNY');
  assert.equal(writeMoney(999, 'VND', 'vi-VN'), '999 VND');
  assert.equal(writeMoney(1_000, 'VND', 'zh-CN'), '1,000越南盾');
  assert.equal(writeMoney(20_000_000, 'VND', 'en-US'), 'VND 20,000,000');
  assert.throws(() => writeMoney(0.5, 'VND', 'en-US'), /minor units/);
});

test('a lock notice says what is locked, until when on the customer’s clock, and what to do', () => {
  const end = { until: NOW, timeZone: 'Asia/Shanghai' };
  assert.match(
    lockMessage({ language: 'zh-CN', company: 'D' }, 'transaction', end),
    /交易密码.*12月23日22:50.*冻结/,
  );
  assert.match(
    lockMessage({ language: 'vi-VN', company: 'D' }, 'query', end),
    /PIN tra cứu.*22:50 ngày 23\/12.*\*\*/,
  );
  assert.match(
    lockMessage({ language: 'en-US', company: 'D' }, 'code', end),
    /one-time code.*22:50 on Dec 23.*press \*\*/,
  );
  assert.match(
    lockMessage({ language: 'en-US', company: 'D' }, 'query', 'void'),
    /query PIN is void.*branch/,
  );
});

test('a company name that looks like a link or is too long is not a name for messages', () => {
  for (const name of ['Demo Credit', '示范信贷', 'Tín dụng Mẫu', 'A. B. Bank Ltd.'])
    assert.ok(isCompanyName(name), name);
  for (const name of ['', 'bank.com', 'www.bank', 'http://x', 'x'.repeat(31)])
    assert.ok(!isCompanyName(name), name);
});

test('SMS are counted as carriers count them', () => {
  assert.equal(countSegments('a'.repeat(160)), 1);
  assert.equal(countSegments('a'.repeat(161)), 2);
  assert.equal(countSegments('€'.repeat(80)), 1);
  assert.equal(countSegments('€'.repeat(81)), 2);
  assert.equal(countSegments('信'.repeat(70)), 1);
  assert.equal(countSegments('信'.repeat(71)), 2);
  assert.equal(countSegments('信'.repeat(134)), 2);
  assert.equal(countSegments('信'.repeat(135)), 3);
});
