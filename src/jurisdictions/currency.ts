/** The currencies money is held and spoken in; ISO 4217. */
export const CURRENCIES = ['CNY', 'VND'] as const;
export type Currency = (typeof CURRENCIES)[number];
