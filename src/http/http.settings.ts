import { z } from 'zod';
import { type Mode, type SettingsReader, type SettingsTable, webAddress } from '../platform/settings.ts';

type HttpSetting = 'PORT' | 'HOST' | 'PUBLIC_URL';

const DEFAULT_PORT = 3000;
const MOST_PORT = 65_535;

export const HTTP_SETTINGS: SettingsTable<HttpSetting> = {
  heading: 'Where it listens',
  settings: [
    { name: 'PORT', standard: String(DEFAULT_PORT), what: 'port to listen on' },
    {
      name: 'HOST',
      standard: '0.0.0.0',
      what: 'address to listen on',
      more: 'The demo ignores it: its PINs are public, so it listens to this machine unless `npm run demo -- --host ADDRESS` says otherwise.',
    },
    {
      name: 'PUBLIC_URL',
      standard: 'required; demo `http://localhost:PORT`',
      what: 'https address the carrier calls',
      more: 'Webhook signatures are checked over it, never over the Host header.',
    },
  ],
};

/** Where the service listens, and by which address the carrier knows it (no slash at its end; undefined with a problem). */
interface Listening {
  readonly port: number;
  readonly host: string;
  readonly publicUrl: string | undefined;
}

/** Reads where to listen. */
export function readListening(reader: SettingsReader<HttpSetting>, mode: Mode): Listening {
  const demo = mode === 'demo';
  const port = reader.whole('PORT', 1, MOST_PORT) ?? DEFAULT_PORT;
  const host =
    reader.read(
      'HOST',
      z.string().regex(/^[A-Za-z0-9.:_-]+$/),
      'must be a name or an address to listen on',
    ) ?? (demo ? '127.0.0.1' : '0.0.0.0');
  const publicUrl =
    reader.read(
      'PUBLIC_URL',
      webAddress(demo ? 'always' : 'never'),
      demo
        ? 'must be a web address such as http://localhost:3000, without user, query or fragment'
        : 'must be an https address such as https://hotline.example.com, without user, query or fragment',
    ) ?? (demo ? `http://localhost:${port}` : undefined);
  if (!demo)
    reader.require('PUBLIC_URL', 'set the https address the carrier calls; signatures are checked over it');
  return { port, host, publicUrl };
}
