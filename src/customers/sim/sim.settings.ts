import { isAbsolute, resolve } from 'node:path';
import type { Mode, SettingsReader, SettingsTable } from '../../platform/settings.ts';

type SimSetting = 'SIM_DATES_ADAPTER';

export const SIM_SETTINGS: SettingsTable<SimSetting> = {
  heading: "The operator's feed of SIM changes",
  settings: [
    {
      name: 'SIM_DATES_ADAPTER',
      standard: '`none`; demo `embedded`',
      what: 'path of the module that asks an operator when a SIM last changed, `none`, or, in a demo only, `embedded`',
      more: 'The module exports createSimDates(); docs/sim-dates.md says what it owes.',
    },
  ],
};

/** Where it is asked when a SIM last changed. */
export type SimDatesChoice =
  | { readonly kind: 'none' }
  | { readonly kind: 'embedded' }
  | { readonly kind: 'module'; readonly file: string };

/** Which feed to connect; a problem is told to the reader. */
export function readSimDates(reader: SettingsReader<SimSetting>, mode: Mode): SimDatesChoice {
  const text = reader.text('SIM_DATES_ADAPTER') ?? (mode === 'demo' ? 'embedded' : 'none');
  if (text === 'none') return { kind: 'none' };
  if (text !== 'embedded') return { kind: 'module', file: isAbsolute(text) ? text : resolve(text) };
  // It says of every number that its SIM never changed, which is true of invented people only.
  if (mode !== 'demo')
    reader.problems.push(
      "SIM_DATES_ADAPTER must not be embedded: that is the demo's operator, which knows nothing of real SIMs. Set it to the path of a module that exports createSimDates(), or to none.",
    );
  return { kind: 'embedded' };
}
