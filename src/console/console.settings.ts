import { z } from 'zod';
import { type Mode, type SettingsReader, type SettingsTable, webAddress } from '../platform/settings.ts';

type ConsoleSetting = 'DESK_URL' | 'DESK_TIME_ZONE';

export const CONSOLE_SETTINGS: SettingsTable<ConsoleSetting> = {
  heading: 'Desk',
  settings: [
    {
      name: 'DESK_URL',
      standard: 'the desk is off; demo `PUBLIC_URL`',
      what: 'https address people open the desk at, without a path: `https://desk.example.com`',
      more: 'It may be that of PUBLIC_URL. With it set, `npm start` refuses accounts of the demo and accounts without a second factor (docs/desk.md).',
    },
    {
      name: 'DESK_TIME_ZONE',
      standard: 'that of the machine',
      what: 'in which the desk shows moments, such as `Asia/Shanghai`',
    },
  ],
};

/** Where and how the desk is served. */
export interface DeskSettings {
  /** An origin: https outside the demo, no path. */
  readonly url: string;
  /** IANA time zone. */
  readonly timeZone: string;
}

/** Reads where the desk is served; undefined where it is off. `publicUrl`: where the demo serves it unless told otherwise. */
export function readDesk(
  reader: SettingsReader<ConsoleSetting>,
  mode: Mode,
  publicUrl: string | undefined,
): DeskSettings | undefined {
  const demo = mode === 'demo';
  const origin = webAddress(demo ? 'always' : 'never').refine((text) => new URL(text).origin === text);
  const own =
    reader.read(
      'DESK_URL',
      origin,
      demo
        ? 'must be a web address without a path, such as http://localhost:3000'
        : 'must be an https address without a path, such as https://desk.example.com: passwords and cookies go over it',
    ) ?? (demo && publicUrl !== undefined ? new URL(publicUrl).origin : undefined);
  const timeZone =
    reader.read(
      'DESK_TIME_ZONE',
      z.string().refine(isTimeZone),
      'must be a time zone such as Asia/Shanghai',
    ) ?? new Intl.DateTimeFormat().resolvedOptions().timeZone;
  return own === undefined ? undefined : { url: own, timeZone };
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
