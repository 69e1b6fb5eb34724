import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
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
  const wrong = (what: string, cause?: unknown) =>
    new Error(`BANK_ADAPTER ${modulePath}: ${what} (see docs/core-banking-port.md)`, { cause });
  let loaded: { readonly createBank?: unknown };
  try {
    loaded = await import(pathToFileURL(resolve(folder, modulePath)).href);
  } catch (cause) {
    throw wrong(
      `the module cannot be loaded: ${cause instanceof Error ? cause.message : String(cause)}`,
      cause,
    );
  }
  const { createBank } = loaded;
  if (typeof createBank !== 'function') throw wrong('the module must export a function createBank()');
  let bank: unknown;
  try {
    bank = await createBank();
  } catch (cause) {
    throw wrong(`createBank() failed: ${cause instanceof Error ? cause.message : String(cause)}`, cause);
  }
  const missing = METHODS.filter(
    (method) => typeof bank !== 'object' || bank === null || typeof Reflect.get(bank, method) !== 'function',
  );
  if (missing.length > 0) throw wrong(`createBank() must answer a bank with ${missing.join(', ')}`);
  return guardBank(bank as BankPort);
}
