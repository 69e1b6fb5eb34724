import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { isAbsolute, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { MOST_TURNS } from '../carriers/admission.ts';
import type { Keyring } from '../platform/keyring.ts';
import {
  type DatabaseTarget,
  LEAST_POSTGRES_CONNECTIONS,
  MOST_POSTGRES_CONNECTIONS,
} from '../storage/connect.ts';

/** What the process is started for: the real line, the demo company, or one command of the CLI. */
export type Mode = 'production' | 'demo' | 'tool';
export type Environment = Readonly<Record<string, string | undefined>>;

/** Every setting there is; .env.example explains each. */
export const SETTINGS = [
  'PORT',
  'HOST',
  'PUBLIC_URL',
  'DATABASE_URL',
  'DATABASE_POOL',
  'ENCRYPTION_KEYS',
  'INDEX_KEY',
  'PIN_KEY',
  'TWILIO_ACCOUNT_SID',
  'TWILIO_AUTH_TOKEN',
  'TWILIO_MESSAGING_FROM',
  'TWILIO_API_BASE_URL',
  'DEMO_AUTH_TOKEN',
  'BANK_ADAPTER',
  'COMPANY_FILE',
  'POLICY_FILE',
  'FLOW_FILE',
  'PROMPTS_DIR',
  'OTEL_EXPORTER_OTLP_ENDPOINT',
  'LOG_LEVEL',
  'ARGON2_CONCURRENCY',
  'ARGON2_QUEUE',
  'UV_THREADPOOL_SIZE',
  'TURN_LIMIT',
  'FREEZE_JOURNAL',
] as const;
export type Setting = (typeof SETTINGS)[number];

/** The environment of this process, with what a file `.env` in the working folder adds to it. Only process entries ask for it. */
export function processEnvironment(): Environment {
  // Nothing in the environment is overwritten by the file.
  if (existsSync('.env')) process.loadEnvFile('.env');
  return process.env;
}

export const LOG_LEVELS = ['error', 'warn', 'info', 'debug', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** The carrier's REST API, for sending SMS. */
export interface TwilioConfig {
  readonly accountSid: string;
  /** The token the API is called with; webhooks may be signed with any of `webhookTokens`. */
  readonly authToken: string;
  readonly messagingFrom: string;
  /** A stand-in for the carrier's own address. */
  readonly apiBaseUrl: string | undefined;
}

/** Where the core-banking port comes from. */
export type BankChoice = { readonly kind: 'embedded' } | { readonly kind: 'module'; readonly file: string };

/** What every command needs. Files are absolute. */
export interface ToolConfig {
  readonly database: DatabaseTarget;
  /** Undefined when none is set: some commands work without. */
  readonly keyring: Keyring | undefined;
  readonly files: {
    readonly company: string;
    readonly policy: string;
    readonly flow: string;
    readonly prompts: string;
  };
  readonly logLevel: LogLevel;
  readonly argon2: { readonly concurrency: number; readonly queueLimit: number };
}

/** What the running service needs. */
export interface Config extends ToolConfig {
  readonly mode: 'production' | 'demo';
  readonly port: number;
  readonly host: string;
  /** Without a slash at the end; webhook signatures are checked over it, never over the Host header. */
  readonly publicUrl: string;
  readonly keyring: Keyring;
  /** Undefined: messages stay in the local inbox (demo only). */
  readonly twilio: TwilioConfig | undefined;
  /** Any of these may have signed a webhook; a second one while the token is being rotated. */
  readonly webhookTokens: readonly string[];
  readonly bank: BankChoice;
  readonly otlpEndpoint: string | undefined;
  /** Turns under way at once in this process. */
  readonly turnLimit: number;
  /** The folder that keeps freezes while the database is out; undefined: they are then not accepted (demo only). */
  readonly freezeJournal: string | undefined;
}

export type ConfigResult<Shape> =
  | { readonly ok: true; readonly config: Shape }
  | { readonly ok: false; readonly problems: readonly string[] };

const DEFAULT_PORT = 3000;
const PROJECT = fileURLToPath(new URL('../../', import.meta.url));
const FREEZE_JOURNAL = resolve(PROJECT, 'data/freeze-requests');
const KEY_BYTES = 32;
/** 32 random bytes hold about 30 different values; fewer than this was typed by a person. */
const LEAST_DIFFERENT_BYTES = 16;
/** One thread of libuv's four stays with files and name resolution. */
const MOST_DEFAULT_ARGON2_CONCURRENCY = 3;
/** At 40 ms each and one at a time the last of these waits 5 s: the carrier gives up after 15. */
const DEFAULT_ARGON2_QUEUE = 128;
const MOST_ARGON2_CONCURRENCY = 64;
const MOST_ARGON2_QUEUE = 1024;
/** Fewer leave a class of turns without room; more than this wait longer than the carrier does. */
const TURN_LIMITS = { least: 16, most: 4_096 };
/** libuv's own default. */
const DEFAULT_THREADS = 4;
const LEAST_TOKEN_LENGTH = 16;
const MAKE_KEYS = 'make one with `npm run -s hotline -- new-keys`';

/** One core stays with the thread that answers callers; PINs take the others. */
function defaultArgon2Concurrency(): number {
  return Math.min(Math.max(availableParallelism() - 1, 1), MOST_DEFAULT_ARGON2_CONCURRENCY);
}

/** DEMO ONLY. Signs the demo's webhooks; public, and refused in production. */
export const DEMO_AUTH_TOKEN = 'demo-auth-token-public-never-in-production';

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

/** Where DATABASE_URL points; empty means `defaultFile`. The problem never repeats the value, which may hold a password. */
export function databaseTarget(
  url: string | undefined,
  defaultFile: string,
): { readonly ok: true; readonly target: DatabaseTarget } | { readonly ok: false; readonly problem: string } {
  const text = url?.trim() ?? '';
  if (text === '') return { ok: true, target: { kind: 'sqlite', file: defaultFile } };
  const parsed = URL.canParse(text) ? new URL(text) : undefined;
  if (parsed?.protocol === 'postgres:' || parsed?.protocol === 'postgresql:')
    return { ok: true, target: { kind: 'postgres', url: text } };
  const file = /^sqlite:\/\/(\/[^?#]*[^/?#])$/.exec(text)?.[1];
  if (file !== undefined) return { ok: true, target: { kind: 'sqlite', file: decodeFile(file) } };
  return {
    ok: false,
    problem:
      'DATABASE_URL is not understood: leave it empty for a file under data/, or set it to sqlite:///absolute/path/file.sqlite or postgres://user:password@host:5432/database.',
  };
}

function decodeFile(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** Reads settings one by one and keeps every problem, so that all are reported at once. */
class Reader {
  readonly problems: string[] = [];
  readonly #environment: Environment;
  constructor(environment: Environment) {
    this.#environment = environment;
  }
  /** The setting as text; empty counts as not set. */
  text(name: Setting): string | undefined {
    const value = this.#environment[name]?.trim();
    return value === '' ? undefined : value;
  }
  /** The setting as `schema` reads it, or undefined. A problem is `problem`, never the library's text: that may repeat the value. */
  read<Value>(name: Setting, schema: z.ZodType<Value>, problem: string): Value | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const result = schema.safeParse(text);
    if (result.success) return result.data;
    this.problems.push(`${name} ${problem}.`);
    return undefined;
  }
  /** A problem when the setting is not set. */
  require(name: Setting, whatToDo: string): void {
    if (this.text(name) === undefined) this.problems.push(`${name} is not set: ${whatToDo}.`);
  }
}

const wholeNumber = (least: number, most: number) =>
  z.string().regex(/^\d+$/).transform(Number).pipe(z.int().min(least).max(most));

const isLoopback = (host: string) => host === 'localhost' || host === '127.0.0.1' || host === '[::1]';

/** A web address without credentials, query or fragment; the slash at its end is dropped. `http` only where allowed. */
const webAddress = (http: 'never' | 'loopback' | 'always') =>
  z
    .string()
    .refine((text) => {
      if (!URL.canParse(text)) return false;
      const url = new URL(text);
      const bare =
        url.username === '' &&
        url.password === '' &&
        url.search === '' &&
        url.hash === '' &&
        url.hostname !== '';
      if (!bare) return false;
      if (url.protocol === 'https:') return true;
      return (
        url.protocol === 'http:' && (http === 'always' || (http === 'loopback' && isLoopback(url.hostname)))
      );
    })
    .transform((text) => text.replace(/\/+$/, ''));

/** Bytes from base64 (either alphabet), or undefined when the text is not base64. */
function fromBase64(text: string): Buffer | undefined {
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(text)) return undefined;
  return Buffer.from(text, 'base64');
}

const isRandomLooking = (key: Buffer) => new Set(key).size >= LEAST_DIFFERENT_BYTES;

function readEncryptionKeys(reader: Reader): Keyring['encryption'] | undefined {
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

function readKey(reader: Reader, name: 'INDEX_KEY' | 'PIN_KEY'): Buffer | undefined {
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

function readKeys(reader: Reader, mode: 'production' | 'tool'): Keyring | undefined {
  const names = ['ENCRYPTION_KEYS', 'INDEX_KEY', 'PIN_KEY'] as const;
  const missing = names.filter((name) => reader.text(name) === undefined);
  if (mode === 'tool' && missing.length === names.length) return undefined;
  for (const name of missing)
    reader.problems.push(`${name} is not set: ${MAKE_KEYS} and keep it outside the database.`);
  const encryption = readEncryptionKeys(reader);
  const index = readKey(reader, 'INDEX_KEY');
  const pepper = readKey(reader, 'PIN_KEY');

  const named = [
    ...[...(encryption?.byId ?? [])].map(([id, key]) => ({ name: `ENCRYPTION_KEYS (${id})`, key })),
    ...(index ? [{ name: 'INDEX_KEY', key: index }] : []),
    ...(pepper ? [{ name: 'PIN_KEY', key: pepper }] : []),
  ];
  const demo = demoKeys();
  const demoBytes = [...demo.encryption.byId.values(), demo.index, demo.pepper];
  for (const [at, { name, key }] of named.entries()) {
    if (demoBytes.some((bytes) => bytes.equals(key)))
      reader.problems.push(`${name} is a key of the public demo: ${MAKE_KEYS}.`);
    const twin = named.slice(0, at).find((other) => other.key.equals(key));
    if (twin)
      reader.problems.push(`${name} is the same key as ${twin.name}: each use needs a key of its own.`);
  }
  return encryption && index && pepper ? { encryption, index, pepper } : undefined;
}

function readTool(reader: Reader, mode: Mode): ToolConfig | undefined {
  const defaultFile = resolve(PROJECT, mode === 'demo' ? 'data/demo.sqlite' : 'data/hotline.sqlite');
  const database = databaseTarget(reader.text('DATABASE_URL'), defaultFile);
  if (!database.ok) reader.problems.push(database.problem);
  const file = (name: Setting, standard: string) => {
    const text = reader.text(name);
    return text === undefined ? resolve(PROJECT, standard) : resolve(text);
  };
  const concurrency =
    reader.read(
      'ARGON2_CONCURRENCY',
      wholeNumber(1, MOST_ARGON2_CONCURRENCY),
      `must be a whole number from 1 to ${MOST_ARGON2_CONCURRENCY}`,
    ) ?? defaultArgon2Concurrency();
  const queueLimit =
    reader.read(
      'ARGON2_QUEUE',
      wholeNumber(0, MOST_ARGON2_QUEUE),
      `must be a whole number from 0 to ${MOST_ARGON2_QUEUE}`,
    ) ?? DEFAULT_ARGON2_QUEUE;
  const threads =
    reader.read('UV_THREADPOOL_SIZE', wholeNumber(1, 1024), 'must be a whole number from 1 to 1024') ??
    DEFAULT_THREADS;
  if (concurrency >= threads)
    reader.problems.push(
      `ARGON2_CONCURRENCY (${concurrency}) must be below UV_THREADPOOL_SIZE (${threads}): name resolution shares those threads; lower the one or raise the other.`,
    );
  const logLevel =
    reader.read('LOG_LEVEL', z.enum(LOG_LEVELS), `must be one of ${LOG_LEVELS.join(', ')}`) ?? 'info';
  const keyring = mode === 'demo' ? demoKeys() : readKeys(reader, mode);
  const connections = reader.read(
    'DATABASE_POOL',
    wholeNumber(LEAST_POSTGRES_CONNECTIONS, MOST_POSTGRES_CONNECTIONS),
    `must be a whole number from ${LEAST_POSTGRES_CONNECTIONS} to ${MOST_POSTGRES_CONNECTIONS}`,
  );
  if (!database.ok) return undefined;
  const { target } = database;
  return {
    database: target.kind === 'postgres' && connections !== undefined ? { ...target, connections } : target,
    keyring,
    files: {
      company: file('COMPANY_FILE', 'flows/company.yaml'),
      policy: file('POLICY_FILE', 'flows/policy/default.yaml'),
      flow: file('FLOW_FILE', 'flows/hotline.yaml'),
      prompts: file('PROMPTS_DIR', 'flows/prompts'),
    },
    logLevel,
    argon2: { concurrency, queueLimit },
  };
}

const authTokens = z
  .string()
  .transform((text) => text.split(',').map((token) => token.trim()))
  .pipe(z.array(z.string().min(LEAST_TOKEN_LENGTH)).min(1).max(2));

const sender = z.union([
  z.string().regex(/^\+[1-9]\d{6,14}$/),
  z.string().regex(/^MG[0-9a-fA-F]{32}$/),
  z.string().regex(/^(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}$/),
]);

function readTwilio(
  reader: Reader,
  mode: 'production' | 'demo',
): { readonly twilio: TwilioConfig | undefined; readonly tokens: readonly string[] } {
  // The demo's customers have numbers that may belong to strangers: without a stand-in it sends nothing.
  if (mode === 'demo' && reader.text('TWILIO_API_BASE_URL') === undefined)
    return { twilio: undefined, tokens: [] };
  const accountSid = reader.read(
    'TWILIO_ACCOUNT_SID',
    z.string().regex(/^AC[0-9a-fA-F]{32}$/),
    'must be AC and 32 hexadecimal digits: copy it from the Twilio console',
  );
  const tokens = reader.read(
    'TWILIO_AUTH_TOKEN',
    authTokens,
    `must be one token, or two with a comma between while it is being rotated, of at least ${LEAST_TOKEN_LENGTH} characters each: copy it from the Twilio console`,
  );
  const messagingFrom = reader.read(
    'TWILIO_MESSAGING_FROM',
    sender,
    'must be a number such as +8613800138000, a messaging service (MG and 32 hexadecimal digits) or a sender name of at most 11 letters and digits',
  );
  const apiBaseUrl = reader.read(
    'TWILIO_API_BASE_URL',
    webAddress('loopback'),
    'must be an https address (http only for this machine), or empty for the carrier itself',
  );
  const copy = 'copy it from the Twilio console';
  reader.require('TWILIO_ACCOUNT_SID', copy);
  reader.require('TWILIO_AUTH_TOKEN', copy);
  reader.require('TWILIO_MESSAGING_FROM', 'set the number or service that messages come from');
  const publicTokens = [DEMO_AUTH_TOKEN, reader.text('DEMO_AUTH_TOKEN')];
  if (mode === 'production' && tokens?.some((token) => publicTokens.includes(token)))
    reader.problems.push(`TWILIO_AUTH_TOKEN is the token of the demo: ${copy}.`);
  const authToken = tokens?.[0];
  if (!accountSid || !authToken || !messagingFrom) return { twilio: undefined, tokens: [] };
  return { twilio: { accountSid, authToken, messagingFrom, apiBaseUrl }, tokens: tokens ?? [] };
}

function readBank(reader: Reader, mode: 'production' | 'demo'): BankChoice | undefined {
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

/**
 * Reads the settings for one mode, or answers every problem with them at once, each a sentence that says what to
 * do and repeats no value that could be a secret. The only reader of the environment.
 */
export function readConfig(environment: Environment, mode: 'tool'): ConfigResult<ToolConfig>;
export function readConfig(environment: Environment, mode: 'production' | 'demo'): ConfigResult<Config>;
export function readConfig(environment: Environment, mode: Mode): ConfigResult<ToolConfig> {
  const reader = new Reader(environment);
  const tool = readTool(reader, mode);
  const config = mode === 'tool' ? tool : readService(environment, reader, mode, tool);
  if (reader.problems.length > 0 || !config) return { ok: false, problems: reader.problems };
  return { ok: true, config };
}

function readService(
  environment: Environment,
  reader: Reader,
  mode: 'production' | 'demo',
  tool: ToolConfig | undefined,
): Config | undefined {
  const demo = mode === 'demo';
  const port =
    reader.read('PORT', wholeNumber(1, 65_535), 'must be a whole number from 1 to 65535') ?? DEFAULT_PORT;
  const host =
    reader.read(
      'HOST',
      z.string().regex(/^[A-Za-z0-9.:_-]+$/),
      'must be a name or an address to listen on',
    ) ??
    // The demo's PINs are public: it listens to this machine unless told otherwise.
    (demo ? '127.0.0.1' : '0.0.0.0');
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
  const { twilio, tokens } = readTwilio(reader, mode);
  if (!demo && reader.text('DEMO_AUTH_TOKEN') !== undefined)
    reader.problems.push('DEMO_AUTH_TOKEN is for the demo only: remove it here.');
  // Read by Node, not by us, and past the log's allow-list.
  if (!demo && environment.NODE_DEBUG)
    reader.problems.push('NODE_DEBUG must be unset: it prints requests and answers with their secrets.');
  const bank = readBank(reader, mode);
  const otlpEndpoint = reader.read(
    'OTEL_EXPORTER_OTLP_ENDPOINT',
    webAddress('always'),
    'must be a web address such as http://localhost:4318, or empty for no telemetry',
  );
  const turnLimit =
    reader.read(
      'TURN_LIMIT',
      wholeNumber(TURN_LIMITS.least, TURN_LIMITS.most),
      `must be a whole number from ${TURN_LIMITS.least} to ${TURN_LIMITS.most}`,
    ) ?? MOST_TURNS;
  const folder = reader.text('FREEZE_JOURNAL');
  if (!tool?.keyring || !publicUrl || !bank || (!demo && !twilio)) return undefined;
  return {
    ...tool,
    mode,
    port,
    host,
    publicUrl,
    keyring: tool.keyring,
    twilio,
    webhookTokens: demo ? [reader.text('DEMO_AUTH_TOKEN') ?? DEMO_AUTH_TOKEN, ...tokens] : tokens,
    bank,
    otlpEndpoint,
    turnLimit,
    // Demos share this machine: what one of them has kept must not be carried out by another.
    freezeJournal: folder === undefined ? (demo ? undefined : FREEZE_JOURNAL) : resolve(folder),
  };
}
