import type { Language } from '../locales/catalogue.ts';
import { assert, assertNever } from '../platform/fault.ts';
import {
  doneKey,
  type SmsKey,
  type SmsMessage,
  type SmsValue,
  type SmsValuesOf,
  type SmsValueTypes,
} from './sms-keys.ts';
import { lastFourDigits, lifetimeWords, writeMoney, writeTime } from './sms-values.ts';
import { fillTemplate } from './template.ts';

/** The words of every message of one release, by language and key; `loadSms` has checked them. */
export class SmsTexts {
  readonly #byLanguage: ReadonlyMap<Language, ReadonlyMap<string, string>>;

  constructor(byLanguage: ReadonlyMap<Language, ReadonlyMap<string, string>>) {
    this.#byLanguage = byLanguage;
  }

  /** A whole message. Money is minor units, `lifetime` seconds. A text that is missing is an assertion. */
  write<Message extends SmsMessage>(
    message: Message,
    language: Language,
    values: SmsValuesOf<Message>,
  ): string {
    return this.#write(message, language, values);
  }

  /** A text as the file has it, its values in braces; empty where a release does not have it. */
  template(key: string, language: Language): string {
    return this.#byLanguage.get(language)?.get(key) ?? '';
  }

  #write(key: SmsKey, language: Language, values: Partial<SmsValueTypes>): string {
    const template = this.#byLanguage.get(language)?.get(key);
    assert(template !== undefined, `message ${key} exists in ${language}`);
    return fillTemplate(template, (name) => this.#value(name as SmsValue, language, values));
  }

  #value(name: SmsValue, language: Language, given: Partial<SmsValueTypes>): string {
    switch (name) {
      case 'company':
      case 'code':
      case 'hotline':
        return present(given[name], name);
      // A release from before what is done had words of its own names purpose and receipt.
      case 'receipt':
        return present(given.receipt ?? given.done?.receipt, name);
      case 'done': {
        const { purpose, receipt } = present(given.done, name);
        const key = doneKey(purpose);
        assert(key !== undefined, 'what is done has words');
        return this.#write(key, language, { ...purpose.values, receipt });
      }
      case 'count':
        return String(present(given.count, name));
      case 'lastFour':
        return lastFourDigits(present(given.lastFour, name));
      case 'money': {
        const { minor, currency } = present(given.money, name);
        return writeMoney(minor, currency, language);
      }
      case 'time': {
        const { at, timeZone } = present(given.time, name);
        return writeTime(at, timeZone, language);
      }
      case 'lifetime': {
        const { key, count } = lifetimeWords(present(given.lifetime, name));
        return this.#write(key, language, { count });
      }
      case 'purpose': {
        const { key, values } = present(given.purpose ?? given.done?.purpose, name);
        return this.#write(key, language, values);
      }
      case 'factor':
        return this.#write(`factor.${present(given.factor, name)}`, language, {});
      default:
        return assertNever(name, 'value of a message');
    }
  }
}

function present<Value>(value: Value | undefined, name: string): Value {
  assert(value !== undefined, `the message is given its value ${name}`);
  return value;
}
