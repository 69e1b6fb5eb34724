import type { Instant } from '../../src/platform/clock.ts';

export type CallerLine = 'own' | 'other';

/** The failures of one factor of one customer, by the line they came from. */
export interface Count {
  /** When the first, second … of the failures that count now was reserved. */
  own: Instant[];
  other: Instant[];
}

/** One comparison of a PIN, reported by the place that makes it. */
export interface Comparison {
  readonly call: string;
  readonly token: string;
  readonly customer: string;
  readonly factor: string;
  readonly pin: string;
  readonly matched: boolean;
}

/** An attempt as it was committed last. */
export interface Attempt {
  readonly id: string;
  readonly factor: string;
  readonly customer: string | null;
  readonly line: CallerLine;
  readonly status: string;
  readonly reservedAt: Instant;
  /** The PIN that was compared under this reservation. */
  pin?: string;
  matched?: boolean;
}

/** Whether it is the identity that was keyed, for whatever errand: it is compared with no secret. */
export function isIdentity(factor: string): boolean {
  return factor === 'identity' || factor === 'identity.freeze';
}
