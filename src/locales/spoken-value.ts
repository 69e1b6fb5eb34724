import type { Currency } from '../jurisdictions/currency.ts';

/** A value put into a prompt; how it is spoken depends on its kind and the language. Money is minor units, dates are YYYY-MM-DD. */
export type SpokenValue =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'digits'; readonly digits: string }
  | { readonly kind: 'money'; readonly minor: number; readonly currency: Currency }
  | { readonly kind: 'count'; readonly count: number }
  /** With `today`, a day close to it is said by that, and one of another year with its year. */
  | { readonly kind: 'date'; readonly date: string; readonly today?: string };
