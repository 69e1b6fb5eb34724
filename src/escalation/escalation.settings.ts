import { z } from 'zod';
import type { SettingsReader, SettingsTable } from '../platform/settings.ts';

type EscalationSetting = 'DESK';

export const ESCALATION_SETTINGS: SettingsTable<EscalationSetting> = {
  heading: 'The desk',
  settings: [
    {
      name: 'DESK',
      standard: '`off`',
      what: '`on`: staff take calls at the desk of this service; `off`: at the queues of the carrier',
      more: 'Needs a number that staff may be called from (`TWILIO_CALLS_FROM`).',
    },
  ],
};

/** Whether staff take calls at a desk of this service. */
export function readTakesCalls(reader: SettingsReader<EscalationSetting>): boolean {
  return reader.read('DESK', z.enum(['on', 'off']), 'must be on or off') === 'on';
}
