import type { SettingsReader, SettingsTable } from '../platform/settings.ts';
import { MOST_TURNS } from './admission.service.ts';

type CarriersSetting = 'TURN_LIMIT';

/** Fewer leave a class of turns without room; more than this wait longer than the carrier does. */
const TURN_LIMITS = { least: 16, most: 4_096 };

export const CARRIERS_SETTINGS: SettingsTable<CarriersSetting> = {
  heading: 'Load',
  settings: [
    {
      name: 'TURN_LIMIT',
      standard: String(MOST_TURNS),
      what: `turns under way at once in this process, ${TURN_LIMITS.least} to ${TURN_LIMITS.most}`,
      more: 'Above it callers hold: new calls first, then calls in progress, freezes last.',
    },
  ],
};

/** Turns under way at once in this process. */
export function readTurnLimit(reader: SettingsReader<CarriersSetting>): number {
  return reader.whole('TURN_LIMIT', TURN_LIMITS.least, TURN_LIMITS.most) ?? MOST_TURNS;
}
