import { cn } from './cn.ts';
import type { JurisdictionRules } from './jurisdiction.ts';
import { vn } from './vn.ts';

/** Whose rules can hold on a line and for a customer (ISO 3166): V1, V2. How to add one: docs/extending.md. */
export const JURISDICTION_RULES = { CN: cn, VN: vn } as const satisfies Readonly<
  Record<string, JurisdictionRules>
>;

export type Jurisdiction = keyof typeof JURISDICTION_RULES;
export const JURISDICTIONS = Object.keys(JURISDICTION_RULES) as readonly Jurisdiction[];

/** Whether a text is the code of a jurisdiction of the catalogue. */
export function isJurisdiction(text: string): text is Jurisdiction {
  return Object.hasOwn(JURISDICTION_RULES, text);
}
