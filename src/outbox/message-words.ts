import type { Customer } from '../customers/customer.ts';
import type { ByLanguage } from '../locales/catalogue.ts';
import type { SmsMessage, SmsValuesOf } from '../speech/sms-keys.ts';
import type { SmsTexts } from '../speech/sms-texts.ts';

/** What messages of one release are written with: its words, and the company's name at their head. */
export interface MessageWords {
  readonly company: ByLanguage<string>;
  readonly sms: SmsTexts;
}

/** The message words of a release. */
export function messageWords(release: {
  readonly company: { readonly name: ByLanguage<string> };
  readonly sms: SmsTexts;
}): MessageWords {
  return { company: release.company.name, sms: release.sms };
}

/** Writes a message in the customer's registered language, not the call's. */
export function writeTo<Message extends SmsMessage>(
  customer: Customer,
  { company, sms }: MessageWords,
  message: Message,
  values: Omit<SmsValuesOf<Message>, 'company'>,
): string {
  const { locale } = customer;
  // `company` is left out of the values of every message, so that no message can go out in another name.
  return sms.write(message, locale, {
    ...values,
    company: company[locale],
  } as unknown as SmsValuesOf<Message>);
}
