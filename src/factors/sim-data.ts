import type { SimFinding } from '../customers/sim/ask-sim.service.ts';
import type { EntryData } from '../ledger/entry.ts';
import { defined } from '../platform/defined.ts';

/** What the record keeps of a SIM with every authentication (V3.2): the dates and who knew them, never the number. */
export function simData(
  { standing, source, changedAt, knownAt, failure }: SimFinding,
  factor: string,
  customerId: string,
): EntryData {
  return {
    factor,
    customerId,
    outcome: standing,
    source,
    ...defined({ reason: failure, simChangedAt: changedAt, simKnownAt: knownAt }),
  };
}
