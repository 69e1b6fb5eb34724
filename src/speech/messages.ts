import type { PinKind } from '../actions/requirement.ts';
import type { Currency } from '../jurisdictions/currency.ts';
import type { Language } from '../locales/catalogue.ts';
import { type Instant, MINUTE, SECOND } from '../platform/clock.ts';
import { assert, assertNever } from '../platform/fault.ts';

/** Longer names push the longest message over three SMS. */
export const COMPANY_NAME_LENGTH = 30;

/** What every message needs: whose it is, and in which language. */
export interface Letterhead {
  readonly language: Language;
  /** At most COMPANY_NAME_LENGTH characters, and nothing in it that a phone makes a link of. */
  readonly company: string;
}

/** Money in minor units. Accounts and numbers may be given whole; only their last four digits are written. */
export type CodePurpose =
  | {
      readonly action: 'transfer';
      readonly amountMinor: number;
      readonly currency: Currency;
      readonly payeeAccount: string;
    }
  | {
      readonly action: 'repayment';
      readonly amountMinor: number;
      readonly currency: Currency;
      readonly loanNumber: string;
    }
  | { readonly action: 'loan_application'; readonly amountMinor: number; readonly currency: Currency }
  | { readonly action: 'contact_change'; readonly newNumber: string };

/** What can be seen as an address; messages hold none (V10), so that customers learn to distrust those that do. */
export const LINK = /(?:https?:|www\.|:\/\/|\b[\p{L}\d-]+\.(?:[a-z]{2,})\b)/iu;

/** Whether a name may stand at the head of messages; for whoever reads the settings. */
export function isCompanyName(name: string): boolean {
  return name.length > 0 && name.length <= COMPANY_NAME_LENGTH && !LINK.test(name);
}

/** An amount as it is written in messages, with its currency; never six digits in a row, so that it is not taken for the code. */
export function writeMoney(amountMinor: number, currency: Currency, language: Language): string {
  assert(Number.isSafeInteger(amountMinor) && amountMinor >= 0, 'money is whole minor units');
  const decimals = { CNY: 2, VND: 0 }[currency];
  const [group, point] = language === 'vi-VN' ? ['.', ','] : [',', '.'];
  const digits = String(amountMinor).padStart(decimals + 1, '0');
  const whole = digits.slice(0, digits.length - decimals).replace(/\B(?=(\d{3})+$)/g, group);
  const fraction = decimals === 0 ? '' : `${point}${digits.slice(-decimals)}`;
  const number = `${whole}${fraction}`;
  switch (language) {
    case 'zh-CN':
      return currency === 'CNY' ? `人民币${number}元` : `${number}越南盾`;
    case 'vi-VN':
      return `${number} ${currency}`;
    case 'en-US':
      return `${currency} ${number}`;
    default:
      return assertNever(language, 'language');
  }
}

/** The one-time code: what it is for, amount and payee, how long it is valid, and never to tell it (V10, E2). `lifetimeSeconds` is rounded down. */
export function codeMessage(
  head: Letterhead,
  purpose: CodePurpose,
  code: string,
  lifetimeSeconds: number,
): string {
  const valid = writeLifetime(lifetimeSeconds, head.language);
  const what = writeCodePurpose(purpose, head.language);
  switch (head.language) {
    case 'zh-CN':
      return `【${head.company}】您正在电话中办理：${what}。验证码${code}，${valid}内有效。请仅在电话上按键输入，切勿告诉任何人，工作人员绝不会索要。`;
    case 'vi-VN':
      return `${head.company}: ${what}. Mã ${code}, hạn ${valid}. Bấm mã trên máy, đừng nói ai. Nhân viên không hỏi mã.`;
    case 'en-US':
      return `${head.company}: ${what}. Code ${code}, valid ${valid}. Key it in on the phone only. Never tell anyone, staff never ask for it.`;
    default:
      return assertNever(head.language, 'language');
  }
}

/** Tells the customer that a factor is locked until a moment or void, and what to do (RTS art. 4(4), V11). */
export function lockMessage(
  head: Letterhead,
  factor: PinKind | 'code',
  end: { readonly until: Instant; readonly timeZone: string } | 'void',
): string {
  const names: { readonly [language in Language]: { readonly [factor in PinKind | 'code']: string } } = {
    'zh-CN': { query: '查询密码', transaction: '交易密码', code: '短信验证码' },
    'vi-VN': { query: 'PIN tra cứu', transaction: 'PIN giao dịch', code: 'Mã SMS' },
    'en-US': { query: 'query PIN', transaction: 'transaction PIN', code: 'one-time code' },
  };
  const name = names[head.language][factor];
  switch (head.language) {
    case 'zh-CN': {
      const state =
        end === 'void'
          ? '已失效，请携带身份证到网点重新设置'
          : `已锁定至${writeTime(end.until, end.timeZone, head.language)}`;
      return `【${head.company}】您的电话${name}因连续输错${state}。如非本人操作，请立即拨打客服热线按**冻结账户。工作人员绝不会索要密码或验证码。`;
    }
    case 'vi-VN': {
      const state =
        end === 'void'
          ? 'bị hủy, đặt lại ở chi nhánh,'
          : `bị khóa đến ${writeTime(end.until, end.timeZone, head.language)}`;
      return `${head.company}: ${name} ${state} vì nhập sai. Không phải bạn? Gọi hotline bấm ** để đóng băng. Giữ kín mã.`;
    }
    case 'en-US': {
      const state =
        end === 'void'
          ? 'is void after wrong entries. Come to a branch with your ID'
          : `is locked until ${writeTime(end.until, end.timeZone, head.language)} after wrong entries`;
      return `${head.company}: your ${name} ${state}. Not you? Call the hotline, press ** to freeze. Staff never ask for a PIN or code.`;
    }
    default:
      return assertNever(head.language, 'language');
  }
}

/** Tells the customer that the account is frozen, and how that ends (V8, R18.2). */
export function freezeMessage(head: Letterhead, at: Instant, timeZone: string): string {
  const time = writeTime(at, timeZone, head.language);
  switch (head.language) {
    case 'zh-CN':
      return `【${head.company}】您的账户已于${time}按电话请求冻结，资金无法转出。解冻须本人携带身份证到网点办理，电话不能解冻。如非本人请求，请尽快联系网点。`;
    case 'vi-VN':
      return `${head.company}: tài khoản đã đóng băng qua điện thoại lúc ${time}, không thể chuyển tiền. Mở lại: mang giấy tờ đến chi nhánh.`;
    case 'en-US':
      return `${head.company}: your account was frozen by phone at ${time}, no money can leave it. To lift this, come to a branch with your ID. If you did not ask for it, contact a branch.`;
    default:
      return assertNever(head.language, 'language');
  }
}

/** Tells that the contact number was changed; goes to the registered phone, never to the new number alone. */
export function contactChangeMessage(head: Letterhead, newNumber: string, receipt: string): string {
  const last = lastFour(newNumber);
  switch (head.language) {
    case 'zh-CN':
      return `【${head.company}】您的联系电话已改为尾号${last}的号码，回执号${receipt}。如非本人操作，请立即拨打客服热线按**冻结账户。`;
    case 'vi-VN':
      return `${head.company}: số liên hệ đã đổi thành số đuôi ${last}, biên nhận ${receipt}. Không phải bạn? Gọi hotline, bấm ** để đóng băng.`;
    case 'en-US':
      return `${head.company}: your contact number was changed to one ending ${last}, receipt ${receipt}. If this was not you, call the hotline at once and press ** to freeze.`;
    default:
      return assertNever(head.language, 'language');
  }
}

/** Tells that an order was carried out, with amount, payee and receipt (V4, E3). */
export function actionMessage(
  head: Letterhead,
  done: Exclude<CodePurpose, { action: 'contact_change' }>,
  receipt: string,
): string {
  const what = writeCodePurpose(done, head.language);
  switch (head.language) {
    case 'zh-CN':
      return `【${head.company}】已受理：${what}，回执号${receipt}。如非本人操作，请立即拨打客服热线按**冻结账户。`;
    case 'vi-VN':
      return `${head.company}: đã nhận: ${what}, biên nhận ${receipt}. Không phải bạn? Gọi hotline, bấm ** để đóng băng.`;
    case 'en-US':
      return `${head.company}: done by phone: ${what}, receipt ${receipt}. If this was not you, call the hotline at once and press ** to freeze.`;
    default:
      return assertNever(head.language, 'language');
  }
}

function writeCodePurpose(purpose: CodePurpose, language: Language): string {
  switch (purpose.action) {
    case 'transfer': {
      const money = writeMoney(purpose.amountMinor, purpose.currency, language);
      const last = lastFour(purpose.payeeAccount);
      return {
        'zh-CN': `转账${money}至尾号${last}的账户`,
        'vi-VN': `chuyển ${money} đến TK đuôi ${last}`,
        'en-US': `transfer ${money} to account ending ${last}`,
      }[language];
    }
    case 'repayment': {
      const money = writeMoney(purpose.amountMinor, purpose.currency, language);
      const last = lastFour(purpose.loanNumber);
      return {
        'zh-CN': `还款${money}至尾号${last}的贷款`,
        'vi-VN': `trả nợ ${money} cho khoản vay đuôi ${last}`,
        'en-US': `repayment of ${money} to loan ending ${last}`,
      }[language];
    }
    case 'loan_application': {
      const money = writeMoney(purpose.amountMinor, purpose.currency, language);
      return {
        'zh-CN': `申请贷款${money}`,
        'vi-VN': `xin vay ${money}`,
        'en-US': `loan application for ${money}`,
      }[language];
    }
    case 'contact_change': {
      const last = lastFour(purpose.newNumber);
      return {
        'zh-CN': `将联系电话改为尾号${last}的号码`,
        'vi-VN': `đổi số liên hệ thành số đuôi ${last}`,
        'en-US': `change of contact number to one ending ${last}`,
      }[language];
    }
    default:
      return assertNever(purpose, 'purpose');
  }
}

/** Minutes where the lifetime has any; rounded down, so that nothing is promised that does not hold. */
function writeLifetime(seconds: number, language: Language): string {
  const minutes = Math.floor((seconds * SECOND) / MINUTE);
  return minutes > 0
    ? { 'zh-CN': `${minutes}分钟`, 'vi-VN': `${minutes} phút`, 'en-US': `${minutes} min` }[language]
    : { 'zh-CN': `${seconds}秒`, 'vi-VN': `${seconds} giây`, 'en-US': `${seconds} s` }[language];
}

function writeTime(at: Instant, timeZone: string, language: Language): string {
  const parts = new Map(
    new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      month: 'numeric',
      day: 'numeric',
      hour: '2-digit',
      minute: '2-digit',
    })
      .formatToParts(at)
      .map((part) => [part.type, part.value]),
  );
  const [month, day] = [parts.get('month'), parts.get('day')];
  const time = `${parts.get('hour')}:${parts.get('minute')}`;
  switch (language) {
    case 'zh-CN':
      return `${month}月${day}日${time}`;
    case 'vi-VN':
      return `${time} ngày ${day}/${month}`;
    case 'en-US':
      return `${time} on ${MONTHS[Number(month) - 1]} ${day}`;
    default:
      return assertNever(language, 'language');
  }
}
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

function lastFour(number: string): string {
  return number.slice(-4);
}
