import { createHash } from 'node:crypto';
import type { Keyring } from './keyring.ts';
import type { Mode, SettingsReader, SettingsTable } from './settings.ts';

type KeySetting = 'ENCRYPTION_KEYS' | 'INDEX_KEY' | 'PIN_KEY';

export const KEY_SETTINGS: SettingsTable<KeySetting> = {
  heading: 'Keys',
  preface:
    'Print fresh ones with `npm run -s hotline -- new-keys`. Keep them in a secret store, apart from the database and its backups: who has both has everything, and who loses PIN_KEY or INDEX_KEY has to enrol every customer again. The demo has public keys of its own and ignores these.',
  settings: [
    {
      name: 'ENCRYPTION_KEYS',
      standard: 'required',
      what: 'seals personal data: `id:base64,id:base64` of 32 bytes each; the first seals, all of them open',
      more: 'To rotate, put a new key in front, restart, run `npm run -s hotline -- rotate-keys`, then drop the old one once no sealed call data under it is kept.',
    },
    {
      name: 'INDEX_KEY',
      standard: 'required',
      what: 'keys the look-up of phone numbers and national IDs; base64 of at least 32 bytes',
    },
    {
      name: 'PIN_KEY',
      standard: 'required',
      what: 'the secret of the PIN verifiers and code digests; base64 of at least 32 bytes',
    },
  ],
};

const KEY_BYTES = 32;
/** 32 random bytes hold about 30 different values; fewer than this was typed by a person. */
const LEAST_DIFFERENT_BYTES = 16;
const MAKE_KEYS = 'make one with `npm run -s hotline -- new-keys`';

const demoKey = (use: string) =>
  createHash('sha256').update(`verification hotline, public demo key, never in production: ${use}`).digest();

/** DEMO ONLY. The keys of the demo company: worked out from public text, worth nothing, and refused in production. */
export function demoKeys(): Keyring {
  return {
    encryption: { currentId: 'demo', byId: new Map([['demo', demoKey('encryption')]]) },
    index: demoKey('index'),
    pepper: demoKey('pin'),
  };
}

/** Bytes from base64 (either alphabet), or undefined when the text is not base64. */
function fromBase64(text: string): Buffer | undefined {
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(text)) return undefined;
  return Buffer.from(text, 'base64');
}

const isRandomLooking = (key: Buffer) => new Set(key).size >= LEAST_DIFFERENT_BYTES;

/** The keys of a process; undefined with problems told to the reader, or where a tool runs without any. */
export function readKeyring(reader: SettingsReader<KeySetting>, mode: Mode): Keyring | undefined {
  if (mode === 'demo') return demoKeys();
  const names = KEY_SETTINGS.settings.map(({ name }) => name);
  const missing = names.filter((name) => reader.text(name) === undefined);
  if (mode === 'tool' && missing.length === names.length) return undefined;
  for (const name of missing)
    reader.problems.push(`${name} is not set: ${MAKE_KEYS} and keep it outside the database.`);
  const encryption = readEncryptionKeys(reader);
  const index = readKey(reader, 'INDEX_KEY');
  const pepper = readKey(reader, 'PIN_KEY');
  refuseSharedKeys(reader, [
    ...[...(encryption?.byId ?? [])].map(([id, key]) => ({ name: `ENCRYPTION_KEYS (${id})`, key })),
    ...(index ? [{ name: 'INDEX_KEY', key: index }] : []),
    ...(pepper ? [{ name: 'PIN_KEY', key: pepper }] : []),
  ]);
  return encryption && index && pepper ? { encryption, index, pepper } : undefined;
}

function readEncryptionKeys(reader: SettingsReader<KeySetting>): Keyring['encryption'] | undefined {
  const text = reader.text('ENCRYPTION_KEYS');
  if (text === undefined) return undefined;
  const before = reader.problems.length;
  const byId = new Map<string, Buffer>();
  const parts = text.split(',').map((part) => part.trim());
  for (const [index, part] of parts.entries()) {
    const where = `ENCRYPTION_KEYS, key ${index + 1} of ${parts.length}`;
    const [, id, encoded] = /^([A-Za-z0-9_-]{1,32}):(.*)$/.exec(part) ?? [];
    const key = encoded === undefined ? undefined : fromBase64(encoded);
    if (id === undefined || key === undefined)
      reader.problems.push(
        `${where}, is not written id:base64 (id of letters, digits, - and _): ${MAKE_KEYS}.`,
      );
    else if (key.length !== KEY_BYTES)
      reader.problems.push(`${where}, has ${key.length} bytes and needs exactly ${KEY_BYTES}: ${MAKE_KEYS}.`);
    else if (!isRandomLooking(key)) reader.problems.push(`${where}, is not random: ${MAKE_KEYS}.`);
    else if (byId.has(id))
      reader.problems.push(`${where}, has an id used before: give every key its own id.`);
    else byId.set(id, key);
  }
  const currentId = byId.keys().next().value;
  return reader.problems.length === before && currentId !== undefined ? { currentId, byId } : undefined;
}

function readKey(reader: SettingsReader<KeySetting>, name: 'INDEX_KEY' | 'PIN_KEY'): Buffer | undefined {
  const text = reader.text(name);
  if (text === undefined) return undefined;
  const key = fromBase64(text);
  if (key === undefined) reader.problems.push(`${name} is not base64: ${MAKE_KEYS}.`);
  else if (key.length < KEY_BYTES)
    reader.problems.push(`${name} has ${key.length} bytes and needs at least ${KEY_BYTES}: ${MAKE_KEYS}.`);
  else if (!isRandomLooking(key)) reader.problems.push(`${name} is not random: ${MAKE_KEYS}.`);
  else return key;
  return undefined;
}

/** Refuses the demo's keys, and one key for two uses. */
function refuseSharedKeys(
  { problems }: SettingsReader<KeySetting>,
  named: readonly { readonly name: string; readonly key: Buffer }[],
): void {
  const demo = demoKeys();
  const demoBytes = [...demo.encryption.byId.values(), demo.index, demo.pepper];
  for (const [at, { name, key }] of named.entries()) {
    if (demoBytes.some((bytes) => bytes.equals(key)))
      problems.push(`${name} is a key of the public demo: ${MAKE_KEYS}.`);
    const twin = named.slice(0, at).find((other) => other.key.equals(key));
    if (twin) problems.push(`${name} is the same key as ${twin.name}: each use needs a key of its own.`);
  }
}
