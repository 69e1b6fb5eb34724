import assert from 'node:assert/strict';
import { DEMO_CUSTOMERS } from '../../db/seeds/demo-customers.ts';

/** Every PIN and national ID of the demo: digits that no screen, stream or record may have (invariants 15, 34). */
export const CANARIES: readonly string[] = DEMO_CUSTOMERS.flatMap(
  ({ queryPin, transactionPin, nationalId }) => [queryPin, transactionPin, nationalId],
);

/** Fails where a text has one of them. */
export function expectNoCanary(text: string): void {
  assert.deepEqual(
    CANARIES.filter((canary) => text.includes(canary)),
    [],
  );
}
