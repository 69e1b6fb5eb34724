import type { Policy } from '../policy/policy.ts';

/** A freeze that was carried out: whose, and from which calling number (keyed digest) or, where that is hidden, of the call. */
interface FreezeFrom {
  readonly customerId: string;
  readonly sourceIndex: string;
}

/** Customers frozen from one source. */
interface Freezing {
  /** Of the source with the most. */
  readonly customers: number;
  /** Sources with as many as the policy finds odd, or more. */
  readonly sources: number;
  readonly failures: 0;
  readonly windowSeconds: number;
}

/**
 * Whether one source freezes many different customers (R18.1): a nuisance that people undo, and that locks nobody out of
 * freezing (invariant 41). The same customer again counts once. Pure.
 */
export function findFreezing(freezes: readonly FreezeFrom[], { freezing }: Policy): Freezing | undefined {
  const bySource = new Map<string, Set<string>>();
  for (const { customerId, sourceIndex } of freezes) {
    const customers = bySource.get(sourceIndex) ?? new Set();
    bySource.set(sourceIndex, customers.add(customerId));
  }
  const many = [...bySource.values()]
    .map(({ size }) => size)
    .filter((customers) => customers >= freezing.customers);
  if (many.length === 0) return undefined;
  const windowSeconds = freezing.seconds;
  return { customers: Math.max(...many), sources: many.length, failures: 0, windowSeconds };
}
