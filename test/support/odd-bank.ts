import type { BankAccount, BankFreezeState, BankLoan, BankPayee, BankPort } from '../../src/bank/bank.ts';

/** What the core has, as the test that runs says; a test changes it between calls. */
export const told: {
  accounts: readonly BankAccount[];
  loans: readonly BankLoan[];
  payees: readonly BankPayee[];
} = { accounts: [], loans: [], payees: [] };

/** A core behind BANK_ADAPTER that does whatever it is asked and calls things as a test tells it to. */
export function createBank(): BankPort {
  const open = async (): Promise<BankFreezeState> => ({ frozen: false });
  return {
    accounts: async () => told.accounts,
    loans: async () => told.loans,
    payees: async () => told.payees,
    transactions: async () => [],
    paidOutMinor: async () => 0,
    preview: async () => undefined,
    carryOut: async () => ({ kind: 'done', balanceMinor: 1 }),
    freeze: async ({ askedAt }) => ({ frozen: true, since: askedAt }),
    unfreeze: open,
    freezeState: open,
  };
}
