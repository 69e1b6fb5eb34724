import { resolve } from 'node:path';
import type { Mode, SettingsReader, SettingsTable } from '../platform/settings.ts';

type FreezeSetting = 'FREEZE_JOURNAL';

export const FREEZE_SETTINGS: SettingsTable<FreezeSetting> = {
  heading: 'Freezes while the database is down',
  settings: [
    {
      name: 'FREEZE_JOURNAL',
      standard: '`data/freeze-requests`; demo none',
      what: 'folder for freezes asked for while the database is out; must survive the process',
      more: 'Several processes may share one.',
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
