import type { Currency } from '../jurisdictions/currency.ts';

interface Money {
  readonly minor: number;
  readonly currency: Currency;
}

/**
 * What a message says a code or an action is for (V10): the key of its words (flows/locales/<tag>/sms.yaml) and their
 * values. An account or a number may be given whole; only its last four digits are written.
 */
export type Purpose =
  | {
      readonly key: 'purpose.transfer' | 'purpose.repayment';
      readonly values: { readonly money: Money; readonly lastFour: string };
    }
  | { readonly key: 'purpose.loan_application'; readonly values: { readonly money: Money } }
  | { readonly key: 'purpose.contact_change'; readonly values: { readonly lastFour: string } };
