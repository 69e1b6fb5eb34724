import type { Carrier } from './carrier.ts';
import { twilio } from './twilio/twilio.ts';

/** The carriers a line can be with. How to add one: docs/extending.md "A carrier". */
export const CARRIERS = { twilio } as const satisfies { readonly [name: string]: Carrier };

export type CarrierName = keyof typeof CARRIERS;
