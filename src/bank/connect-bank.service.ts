import { SECOND } from '../platform/clock.ts';
import type { Keyring } from '../platform/keyring.ts';
import type { BankChoice } from './bank.settings.ts';
import type { BankPort } from './bank.ts';
import { DemoBank } from './demo-bank.store.ts';
import { guardBank } from './guarded-bank.service.ts';
import { loadBankAdapter } from './load-adapter.service.ts';

/** A caller who freezes hears an answer at once; a core that takes longer is told by the worker. */
const FREEZE_IN_TURN_MILLISECONDS = 2 * SECOND;

/** The core system, and its freeze within the time that a caller's turn has for it. */
export interface Core {
  readonly bank: BankPort;
  readonly inTurn: Pick<BankPort, 'freeze'>;
}

/** Connects the bank that was chosen, or takes one that is there. Throws an Error that says what to mend. */
export async function connectBank(chosen: BankChoice | BankPort, keyring: Keyring): Promise<Core> {
  if ('kind' in chosen && chosen.kind === 'embedded') {
    // It takes part in the turn's transaction, which cannot go on beside a statement that was given up.
    const bank = new DemoBank(keyring);
    return { bank, inTurn: bank };
  }
  const bank = 'kind' in chosen ? await loadBankAdapter(chosen.file, process.cwd()) : guardBank(chosen);
  return { bank, inTurn: guardBank(bank, FREEZE_IN_TURN_MILLISECONDS) };
}
