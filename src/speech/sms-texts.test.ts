import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Purpose } from '../actions/purpose.ts';
import { SMS_0_1_0 } from '../flow/formats/sms-of-format-1.ts';
import type { Currency } from '../jurisdictions/currency.ts';
import { byLanguage, LANGUAGES, type Language } from '../locales/catalogue.ts';
import { loadSms } from './load-sms.ts';
import type { SmsFactor } from './sms-keys.ts';
import type { SmsTexts } from './sms-texts.ts';
import { writeMoney } from './sms-values.ts';

const shipped = (language: Language) =>
  readFileSync(new URL(`../../flows/locales/${language}/sms.yaml`, import.meta.url), 'utf8');
function textsOf(texts: Parameters<typeof loadSms>[0], origin: 'files' | 'stored'): SmsTexts {
  const loaded = loadSms(texts, origin);
  assert.ok(loaded.ok, JSON.stringify(loaded));
  return loaded.sms;
}
const SMS = textsOf(byLanguage(shipped), 'files');
/** The words of a release that version 0.1.0 published. */
const SMS_OF_0_1_0 = textsOf(SMS_0_1_0, 'stored');
const hotline = '010 5888 0001';

/** A message as version 0.1.0 wrote it, whose words stood in the program. */
interface Recorded {
  readonly language: Language;
  readonly company: string;
  readonly message: 'code' | 'lock.until' | 'lock.void' | 'contact_change' | 'action_done';
  readonly purpose?: {
    readonly action: 'transfer' | 'repayment' | 'loan_application' | 'contact_change';
    readonly amountMinor: number;
    readonly currency: Currency;
    readonly payeeAccount: string;
    readonly loanNumber: string;
    readonly newNumber: string;
  };
  readonly code?: string;
  readonly seconds?: number;
  readonly factor?: SmsFactor;
  readonly at?: number;
  readonly timeZone?: string;
  readonly newNumber?: string;
  readonly receipt?: string;
  readonly text: string;
}

function purposeOf(purpose: NonNullable<Recorded['purpose']>): Purpose {
  const money = { minor: purpose.amountMinor, currency: purpose.currency };
  switch (purpose.action) {
    case 'transfer':
      return { key: 'purpose.transfer', values: { money, lastFour: purpose.payeeAccount } };
    case 'repayment':
      return { key: 'purpose.repayment', values: { money, lastFour: purpose.loanNumber } };
    case 'loan_application':
      return { key: 'purpose.loan_application', values: { money } };
    case 'contact_change':
      return { key: 'purpose.contact_change', values: { lastFour: purpose.newNumber } };
  }
}

function writeAgain(recorded: Recorded): string {
  const { language, company, message, code = '', seconds = 0, factor = 'query', receipt = '' } = recorded;
  const time = { at: recorded.at ?? 0, timeZone: recorded.timeZone ?? '' };
  const purpose = () => {
    assert.ok(recorded.purpose);
    return purposeOf(recorded.purpose);
  };
  switch (message) {
    case 'code':
      return SMS_OF_0_1_0.write(message, language, { company, purpose: purpose(), code, lifetime: seconds });
    case 'lock.until':
      return SMS_OF_0_1_0.write(message, language, { company, factor, time, hotline });
    case 'lock.void':
      return SMS_OF_0_1_0.write(message, language, { company, factor, hotline });
    case 'contact_change':
      return SMS_OF_0_1_0.write(message, language, {
        company,
        lastFour: recorded.newNumber ?? '',
        receipt,
        hotline,
      });
    case 'action_done':
      return SMS_OF_0_1_0.write(message, language, {
        company,
        done: { purpose: purpose(), receipt },
        hotline,
      });
  }
}

test('every message is written byte for byte as version 0.1.0 wrote it', () => {
  const file = readFileSync(new URL('../../test/recorded/sms-texts.jsonl', import.meta.url), 'utf8');
  const recorded = file
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Recorded | { readonly message: 'freeze' })
    // It said that no money can leave, of one line: what is stopped is now said in texts of their own.
    .filter((one): one is Recorded => one.message !== 'freeze');
  assert.equal(recorded.length, 159);
  assert.equal(new Set(recorded.map(({ language, message }) => `${language} ${message}`)).size, 3 * 5);
  for (const message of recorded) assert.equal(writeAgain(message), message.text);
});

test('a lifetime is never said to be longer than it is', () => {
  const write = (lifetime: number) =>
    SMS.write('code', 'en-US', {
      company: 'D',
      purpose: { key: 'purpose.contact_change', values: { lastFour: '5678' } },
      code: '111222',
      lifetime,
    });
  assert.match(write(179), /valid 2 min\./);
  assert.match(write(45), /valid 45 s\./);
});

test('of a number that is given whole only the last four digits are written', () => {
  for (const language of LANGUAGES) {
    const text = SMS.write('contact_change', language, {
      company: 'D',
      lastFour: '+8613812345678',
      receipt: '97531864',
      hotline,
    });
    assert.match(text, /(?<!\d)5678(?!\d)/);
    assert.doesNotMatch(text, /1234/);
  }
});

test('braces in a value stay what they are', () => {
  const text = SMS.write('lock.void', 'en-US', { company: '{time}', factor: 'code', hotline });
  assert.match(text, /^\{time\}: your one-time code/);
});

test('money is written exactly, in the manner of the language', () => {
  assert.equal(writeMoney(123_456_789, 'CNY', 'zh-CN'), '人民币1,234,567.89元');
  assert.equal(writeMoney(5, 'CNY', 'en-US'), 'CNY 0.05');
  assert.equal(writeMoney(100_000, 'CNY', 'vi-VN'), '1.000,00 CNY');
  assert.equal(writeMoney(999, 'VND', 'vi-VN'), '999 VND');
  assert.equal(writeMoney(1_000, 'VND', 'zh-CN'), '1,000越南盾');
  assert.equal(writeMoney(20_000_000, 'VND', 'en-US'), 'VND 20,000,000');
  assert.throws(() => writeMoney(0.5, 'VND', 'en-US'), /minor units/);
  assert.throws(() => writeMoney(-1, 'VND', 'en-US'), /negative/);
});
