import { loadAdapter } from '../platform/load-adapter.service.ts';
import type { BankPort } from './bank.ts';
import { guardBank } from './guarded-bank.service.ts';

const METHODS = [
  'accounts',
  'loans',
  'payees',
  'transactions',
  'paidOutMinor',
  'preview',
  'carryOut',
  'freeze',
  'unfreeze',
  'freezeState',
] as const satisfies readonly (keyof BankPort)[];

/**
 * Loads the module that BANK_ADAPTER names (a path, from `folder` when relative), which exports `createBank()`,
 * and holds its bank to the port. Throws an Error that says what to mend; meant for the start of the process.
 */
export async function loadBankAdapter(modulePath: string, folder: string): Promise<BankPort> {
  const bank = await loadAdapter(modulePath, folder, {
    ...{ setting: 'BANK_ADAPTER', factory: 'createBank', answers: 'a bank', methods: METHODS },
    document: 'docs/core-banking-port.md',
  });
  return guardBank(bank as BankPort);
}
