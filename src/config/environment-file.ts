import { readFileSync, statSync } from 'node:fs';
import { parseEnv } from 'node:util';
import type { Environment } from '../platform/settings.ts';

const FILE = '.env';
const READABLE_BY_OTHERS = 0o077;
/** What makes a file worth stealing. */
const SECRETS = ['ENCRYPTION_KEYS', 'INDEX_KEY', 'PIN_KEY', 'TWILIO_AUTH_TOKEN', 'DATABASE_URL'];

/** The file `.env` of the working folder: what it sets, and why it must not be used as it is. */
interface EnvironmentFile {
  readonly settings: Environment;
  readonly problems: readonly string[];
}

/** Reads `.env`; sets nothing where there is none. A mark at its beginning, which some editors write, is no part of it. */
export function readEnvironmentFile(): EnvironmentFile {
  let bytes: Buffer;
  let mode: number;
  try {
    bytes = readFileSync(FILE);
    mode = statSync(FILE).mode;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
    if (code === 'ENOENT') return { settings: {}, problems: [] };
    return {
      settings: {},
      problems: [`${FILE} cannot be read (${code}): make it a file that this user can read.`],
    };
  }
  if (bytes.includes(0))
    return {
      settings: {},
      problems: [`${FILE} is not text in UTF-8, so nothing of it is set: save it as UTF-8.`],
    };
  const settings = parseEnv(bytes.toString('utf8').replace(/^\ufeff/, ''));
  const holdsSecrets = SECRETS.some((name) => (settings[name] ?? '') !== '');
  return {
    settings,
    problems:
      holdsSecrets && (mode & READABLE_BY_OTHERS) !== 0
        ? [`${FILE} holds keys and others on this machine can read it: chmod 600 ${FILE}.`]
        : [],
  };
}
