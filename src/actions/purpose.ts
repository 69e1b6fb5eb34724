import type { Currency } from '../jurisdictions/currency.ts';

/** What messages say a code or an action is for: the keys of the words (flows/locales/<tag>/sms.yaml) with their values. */
export const PURPOSE_VALUES = {
  'purpose.transfer': ['money', 'lastFour'],
  'purpose.repayment': ['money', 'lastFour'],
  'purpose.loan_application': ['money'],
  'purpose.contact_change': ['lastFour'],
} as const satisfies { readonly [key: string]: readonly (keyof PurposeValueTypes)[] };

/** What each value is given as. */
export interface PurposeValueTypes {
  /** An account or a number, which may be given whole: only its last four digits are written. */
  readonly lastFour: string;
  readonly money: { readonly minor: number; readonly currency: Currency };
}

/** What a code or an action is for (V10), with the values of its words. */
export type Purpose = {
  readonly [Key in keyof typeof PURPOSE_VALUES]: {
    readonly key: Key;
    readonly values: {
      readonly [Name in (typeof PURPOSE_VALUES)[Key][number]]: PurposeValueTypes[Name];
    };
  };
}[keyof typeof PURPOSE_VALUES];
