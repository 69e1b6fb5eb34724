import type { Currency } from '../jurisdictions/currency.ts';

/** A minute on somebody's clock; `time` is HH:MM, `date` and `today` are YYYY-MM-DD. */
export interface SpokenMoment {
  readonly time: string;
  readonly date: string;
  readonly today: string;
}

/** A value put into a prompt; how it is spoken depends on its kind and the language. Money is minor units, dates are YYYY-MM-DD. */
export type SpokenValue =
  /** `otherwise`: digits that are said instead of a name no voice can say. */
  | { readonly kind: 'text'; readonly text: string; readonly otherwise?: string }
  /** A whole number somebody keyed, in E.164. */
  | { readonly kind: 'phone'; readonly e164: string }
  | { readonly kind: 'digits'; readonly digits: string }
  | { readonly kind: 'money'; readonly minor: number; readonly currency: Currency }
  | { readonly kind: 'count'; readonly count: number }
  /** With `today`, a day close to it is said by that, and one of another year with its year. */
  | { readonly kind: 'date'; readonly date: string; readonly today?: string }
  /** Of today by its time alone, of another day with the day. */
  | ({ readonly kind: 'moment' } & SpokenMoment);
