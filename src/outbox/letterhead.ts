import type { Customer } from '../customers/customer.ts';
import type { Language } from '../locales/catalogue.ts';
import type { Letterhead } from '../speech/messages.ts';

/** The company's name in every language a customer can be registered with. */
export type CompanyNames = { readonly [locale in Language]: string };

/** The head of a message: in the language the customer is registered with, whatever the call is held in. */
export function letterheadFor(names: CompanyNames, customer: Customer): Letterhead {
  return { language: customer.locale, company: names[customer.locale] };
}
