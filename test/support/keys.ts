import type { Keyring } from '../../src/platform/keyring.ts';

/** Keys for tests that care only that there are some. */
export const TEST_KEYS: Keyring = {
  encryption: { currentId: 'k1', byId: new Map([['k1', Buffer.alloc(32, 1)]]) },
  index: Buffer.alloc(32, 2),
  pepper: Buffer.alloc(32, 3),
};
