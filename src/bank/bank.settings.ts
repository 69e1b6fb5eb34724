import { isAbsolute, resolve } from 'node:path';
import type { Mode, SettingsReader, SettingsTable } from '../platform/settings.ts';

type BankSetting = 'BANK_ADAPTER';

export const BANK_SETTINGS: SettingsTable<BankSetting> = {
  heading: "The bank's core system",
  settings: [
    {
      name: 'BANK_ADAPTER',
      standard: 'required; demo `embedded`',
      what: 'path of the module that connects the core, or `embedded` for the demo bank',
      more: 'The module exports createBank(); docs/core-banking-port.md says what it owes.',
    },
  ],
};

/** Where the core-banking port comes from. */
export type BankChoice = { readonly kind: 'embedded' } | { readonly kind: 'module'; readonly file: string };

/** Which bank to connect; undefined with a problem told to the reader. */
export function readBank(reader: SettingsReader<BankSetting>, mode: Mode): BankChoice | undefined {
  const text = reader.text('BANK_ADAPTER');
  if (text === 'embedded') return { kind: 'embedded' };
  if (text !== undefined) return { kind: 'module', file: isAbsolute(text) ? text : resolve(text) };
  if (mode === 'demo') return { kind: 'embedded' };
  reader.require(
    'BANK_ADAPTER',
    'set it to the path of a module that exports createBank(), or to embedded for the demo bank',
  );
  return undefined;
}
