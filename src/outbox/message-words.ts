import { type Customer, languageOf } from '../customers/customer.ts';
import { type ByLanguage, byLanguage, type Language } from '../locales/catalogue.ts';
import { lineToCall } from '../speech/line-to-call.ts';
import type { SmsMessage, SmsValuesOf } from '../speech/sms-keys.ts';
import type { SmsTexts } from '../speech/sms-texts.ts';

/** What messages of one release are written with: its words, and the company's name at their head. */
export interface MessageWords {
  readonly company: ByLanguage<string>;
  /** The line to call, as its number is written. */
  readonly hotline: ByLanguage<string>;
  readonly sms: SmsTexts;
}

interface Line {
  readonly number: string;
  readonly language: Language;
}

/** The message words of a release. */
export function messageWords(release: {
  readonly company: { readonly name: ByLanguage<string>; readonly lines: readonly Line[] };
  readonly sms: SmsTexts;
}): MessageWords {
  const { name, lines } = release.company;
  return { company: name, hotline: byLanguage((language) => lineToCall(lines, language)), sms: release.sms };
}

/** Writes a message in the customer's language, chosen or registered, and not in the call's. */
export function writeTo<Message extends SmsMessage>(
  customer: Customer,
  { company, hotline, sms }: MessageWords,
  message: Message,
  values: Omit<SmsValuesOf<Message>, 'company' | 'hotline'>,
): string {
  const language = languageOf(customer);
  // `company` is left out of the values of every message, so that no message can go out in another name.
  return sms.write(message, language, {
    ...values,
    company: company[language],
    hotline: hotline[language],
  } as unknown as SmsValuesOf<Message>);
}
