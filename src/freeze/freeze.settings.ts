import { resolve } from 'node:path';
import type { Mode, SettingsReader, SettingsTable } from '../platform/settings.ts';

type FreezeSetting = 'FREEZE_JOURNAL' | 'FREEZE_ALARM_SECONDS';

/** A minute of a core that is restarted alarms nobody; more than ten is money lost while nobody knows. */
const ALARM_SECONDS = { least: 10, standard: 60, most: 600 } as const;

export const FREEZE_SETTINGS: SettingsTable<FreezeSetting> = {
  heading: 'Freezes',
  settings: [
    {
      name: 'FREEZE_JOURNAL',
      standard: '`data/freeze-requests`; demo none',
      what: 'folder for freezes asked for while the database is out; must survive the process',
      more: 'Several processes may share one.',
    },
    {
      name: 'FREEZE_ALARM_SECONDS',
      standard: `\`${ALARM_SECONDS.standard}\``,
      what: 'how long the core may leave a freeze unanswered before the alarm `freeze_untold`',
      more: `From ${ALARM_SECONDS.least} to ${ALARM_SECONDS.most}. The freeze is repeated without end all the same.`,
    },
  ],
};

/** The absolute path of the folder that queues freezes while the database is out; undefined: none are accepted (demo only). */
export function readFreezeJournal(
  reader: SettingsReader<FreezeSetting>,
  mode: Mode,
  project: string,
): string | undefined {
  const folder = reader.text('FREEZE_JOURNAL');
  if (folder !== undefined) return resolve(folder);
  // Demos share this machine: one must not carry out what another has queued.
  return mode === 'demo' ? undefined : resolve(project, 'data/freeze-requests');
}

/** After how many seconds without an answer of the core people are told. */
export function readFreezeAlarmSeconds(reader: SettingsReader<FreezeSetting>): number {
  const { least, standard, most } = ALARM_SECONDS;
  return reader.whole('FREEZE_ALARM_SECONDS', least, most) ?? standard;
}
