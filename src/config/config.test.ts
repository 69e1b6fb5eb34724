import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parseEnv } from 'node:util';
import fc from 'fast-check';
import { DEMO_ACCOUNT_SID, DEMO_AUTH_TOKEN } from '../carriers/twilio/twilio.settings.ts';
import { demoKeys } from '../platform/keyring.settings.ts';
import { seededRandom } from '../platform/random.ts';
import type { Environment } from '../platform/settings.ts';
import { databaseTarget } from '../storage/storage.settings.ts';
import { readConfig, SETTINGS_TABLES } from './config.ts';

const SETTINGS = SETTINGS_TABLES.flatMap(({ settings }) => settings.map(({ name }) => name));

const random = seededRandom('config');
const key = () => random.bytes(32).toString('base64');

const PRODUCTION: Environment = {
  PUBLIC_URL: 'https://hotline.example.com',
  ENCRYPTION_KEYS: `2026a:${key()},2025b:${key()}`,
  INDEX_KEY: key(),
  PIN_KEY: key(),
  TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`,
  TWILIO_AUTH_TOKEN: '0123456789abcdef0123456789abcdef',
  TWILIO_MESSAGING_FROM: '+8613800138000',
  BANK_ADAPTER: 'embedded',
};

function problemsOf(environment: Environment, mode: 'production' | 'demo' = 'production'): readonly string[] {
  const result = readConfig(environment, mode);
  return result.ok ? [] : result.problems;
}

function configOf(environment: Environment, mode: 'production' | 'demo') {
  const result = readConfig(environment, mode);
  assert.ok(result.ok, JSON.stringify(result));
  return result.config;
}

test('production starts with complete settings', () => {
  const config = configOf(PRODUCTION, 'production');
  assert.equal(config.port, 3000);
  assert.equal(config.publicUrl, 'https://hotline.example.com');
  assert.equal(config.keyring.encryption.currentId, '2026a');
  assert.deepEqual([...config.keyring.encryption.byId.keys()], ['2026a', '2025b']);
  assert.deepEqual(config.webhookTokens, ['0123456789abcdef0123456789abcdef']);
  assert.equal(config.database.kind, 'sqlite');
  assert.ok(config.files.flow.endsWith('flows/hotline.yaml'));
});

test('staff are called from the number said for it, else from that of the SMS, and talks are recorded unless told otherwise', () => {
  const twilioOf = (more: Environment) => configOf({ ...PRODUCTION, ...more }, 'production').twilio;
  const plain = twilioOf({});
  assert.deepEqual([plain?.callsFrom, plain?.talksRecorded], ['+8613800138000', true]);
  const own = twilioOf({ TWILIO_CALLS_FROM: '+861058880009', TALKS_RECORDED: 'no' });
  assert.deepEqual([own?.callsFrom, own?.talksRecorded], ['+861058880009', false]);
  const service = twilioOf({ TWILIO_MESSAGING_FROM: `MG${'a'.repeat(32)}` });
  assert.equal(service?.callsFrom, undefined, 'a messaging service calls nobody');
});

test('a desk is off in production until its address is set, and always on in the demo', () => {
  assert.equal(configOf(PRODUCTION, 'production').desk, undefined);
  const on = { ...PRODUCTION, DESK_URL: 'https://desk.example/', DESK_TIME_ZONE: 'Asia/Shanghai' };
  assert.deepEqual(configOf(on, 'production').desk, {
    url: 'https://desk.example',
    timeZone: 'Asia/Shanghai',
  });
  assert.match(
    problemsOf({ ...on, DESK_TIME_ZONE: 'Mars/Here' }).join(),
    /DESK_TIME_ZONE must be a time zone/,
  );
  assert.equal(configOf({ PORT: '3210' }, 'demo').desk?.url, 'http://localhost:3210');
  assert.equal(configOf({ PUBLIC_URL: 'https://x.example/prefix' }, 'demo').desk?.url, 'https://x.example');
});

test('an empty environment lists everything production needs, at once', () => {
  const problems = problemsOf({});
  for (const name of [
    'PUBLIC_URL',
    'ENCRYPTION_KEYS',
    'INDEX_KEY',
    'PIN_KEY',
    'TWILIO_ACCOUNT_SID',
    'TWILIO_AUTH_TOKEN',
    'TWILIO_MESSAGING_FROM',
    'BANK_ADAPTER',
  ])
    assert.equal(problems.filter((problem) => problem.startsWith(`${name} is not set: `)).length, 1, name);
  assert.equal(problems.length, 8);
});

test('the demo starts with nothing set, and says http on this machine', () => {
  const config = configOf({}, 'demo');
  assert.equal(config.publicUrl, 'http://localhost:3000');
  assert.equal(configOf({ PORT: '4000' }, 'demo').publicUrl, 'http://localhost:4000');
  assert.equal(config.host, '127.0.0.1');
  assert.deepEqual(config.webhookTokens, [DEMO_AUTH_TOKEN]);
  assert.deepEqual(configOf({ DEMO_AUTH_TOKEN: 'mine' }, 'demo').webhookTokens, ['mine']);
  assert.ok(config.database.kind === 'sqlite' && config.database.file.endsWith('data/demo.sqlite'));
});

test('the demo sends messages to a stand-in only', () => {
  assert.equal(configOf(PRODUCTION, 'demo').twilio, undefined);
  const standIn = { ...PRODUCTION, TWILIO_API_BASE_URL: 'http://127.0.0.1:4020' };
  assert.equal(configOf(standIn, 'demo').twilio?.apiBaseUrl, 'http://127.0.0.1:4020');
});

const demo = demoKeys();
const demoEncryption = demo.encryption.byId.get('demo')?.toString('base64');
const short = random.bytes(31).toString('base64');
const UNSAFE: readonly [string, Environment, RegExp][] = [
  ['a short encryption key', { ENCRYPTION_KEYS: `a:${short}` }, /^ENCRYPTION_KEYS, key 1 of 1, has 31 bytes/],
  [
    'an encryption key without id',
    { ENCRYPTION_KEYS: key() },
    /^ENCRYPTION_KEYS, key 1 of 1, is not written/,
  ],
  ['an id used twice', { ENCRYPTION_KEYS: `a:${key()},a:${key()}` }, /key 2 of 2, has an id used before/],
  ['an id with a dot', { ENCRYPTION_KEYS: `a.b:${key()}` }, /is not written id:base64/],
  ['a short index key', { INDEX_KEY: short }, /^INDEX_KEY has 31 bytes/],
  ['a PIN key that is no base64', { PIN_KEY: 'a b c !' }, /^PIN_KEY is not base64/],
  ['a typed key', { PIN_KEY: Buffer.alloc(32, 'a').toString('base64') }, /^PIN_KEY is not random/],
  ['one key for two uses', { PIN_KEY: PRODUCTION.INDEX_KEY }, /^PIN_KEY is the same key as INDEX_KEY/],
  [
    'the demo encryption key',
    { ENCRYPTION_KEYS: `a:${key()},b:${demoEncryption}` },
    /\(b\) is a key of the public/,
  ],
  [
    'the demo index key',
    { INDEX_KEY: demo.index.toString('base64') },
    /^INDEX_KEY is a key of the public demo/,
  ],
  [
    'the demo PIN key',
    { PIN_KEY: demo.pepper.toString('base64url') },
    /^PIN_KEY is a key of the public demo/,
  ],
  [
    'the demo auth token',
    { TWILIO_AUTH_TOKEN: DEMO_AUTH_TOKEN },
    /^TWILIO_AUTH_TOKEN is the token of the demo/,
  ],
  [
    'the demo auth token as the old one',
    { TWILIO_AUTH_TOKEN: `${PRODUCTION.TWILIO_AUTH_TOKEN},${DEMO_AUTH_TOKEN}` },
    /^TWILIO_AUTH_TOKEN is the token of the demo/,
  ],
  ['a demo setting', { DEMO_AUTH_TOKEN: 'x' }, /^DEMO_AUTH_TOKEN is for the demo only/],
  ['a short auth token', { TWILIO_AUTH_TOKEN: 'short' }, /^TWILIO_AUTH_TOKEN must be/],
  [
    'an empty second token',
    { TWILIO_AUTH_TOKEN: `${PRODUCTION.TWILIO_AUTH_TOKEN},` },
    /^TWILIO_AUTH_TOKEN must be/,
  ],
  ['plain http', { PUBLIC_URL: 'http://hotline.example.com' }, /^PUBLIC_URL must be an https address/],
  ['an address with a user', { PUBLIC_URL: 'https://a:b@example.com' }, /^PUBLIC_URL must be/],
  ['an address with a query', { PUBLIC_URL: 'https://example.com/?a=b' }, /^PUBLIC_URL must be/],
  ['no address at all', { PUBLIC_URL: 'hotline' }, /^PUBLIC_URL must be/],
  ['a far stand-in over http', { TWILIO_API_BASE_URL: 'http://example.com' }, /^TWILIO_API_BASE_URL must be/],
  [
    'the account of the simulated carrier',
    { TWILIO_ACCOUNT_SID: DEMO_ACCOUNT_SID },
    /^TWILIO_ACCOUNT_SID is the account of the demo/,
  ],
  ['a number to call staff from that is none', { TWILIO_CALLS_FROM: 'desk' }, /^TWILIO_CALLS_FROM must be/],
  ['recording by another word', { TALKS_RECORDED: 'true' }, /^TALKS_RECORDED must be yes or no/],
  ['a wrong account', { TWILIO_ACCOUNT_SID: 'AC1' }, /^TWILIO_ACCOUNT_SID must be/],
  ['a wrong sender', { TWILIO_MESSAGING_FROM: '138' }, /^TWILIO_MESSAGING_FROM must be/],
  ['a wrong port', { PORT: '70000' }, /^PORT must be/],
  ['a port that is no number', { PORT: '3000x' }, /^PORT must be/],
  ['another database', { DATABASE_URL: 'mysql://a:b@c/d' }, /^DATABASE_URL is not understood/],
  ['a pool too small for freezes', { DATABASE_POOL: '4' }, /^DATABASE_POOL must be/],
  ['an unknown driver', { SQLITE_DRIVER: 'better-sqlite3' }, /^SQLITE_DRIVER must be node or sqlite3/],
  ['an unknown log level', { LOG_LEVEL: 'loud' }, /^LOG_LEVEL must be one of/],
  ['all threads for PINs', { ARGON2_CONCURRENCY: '4' }, /^ARGON2_CONCURRENCY \(4\) must be below/],
  ['a negative queue', { ARGON2_QUEUE: '-1' }, /^ARGON2_QUEUE must be/],
];
for (const [what, settings, expected] of UNSAFE)
  test(`production refuses ${what}, alone and with a sentence`, () => {
    const problems = problemsOf({ ...PRODUCTION, ...settings });
    assert.equal(problems.length, 1, problems.join('\n'));
    assert.match(problems[0] ?? '', expected);
    assert.match(problems[0] ?? '', /\.$/);
  });

test('two auth tokens are taken while one is being rotated', () => {
  const config = configOf(
    { ...PRODUCTION, TWILIO_AUTH_TOKEN: 'new-token-0123456789, old-token-0123456789' },
    'production',
  );
  assert.equal(config.twilio?.authToken, 'new-token-0123456789');
  assert.deepEqual(config.webhookTokens, ['new-token-0123456789', 'old-token-0123456789']);
});

test('no problem ever repeats a secret', () => {
  const canary = fc.stringMatching(/^[A-Za-z0-9+/:,@.!-]{12,40}$/);
  fc.assert(
    fc.property(canary, fc.constantFrom(...SETTINGS), (value, name) => {
      const text = problemsOf({ ...PRODUCTION, [name]: value }).join('\n');
      assert.ok(!text.includes(value));
    }),
  );
});

test('DATABASE_URL is a file by default, an absolute file, or PostgreSQL', () => {
  const file = (path: string) => ({ ok: true, target: { kind: 'sqlite', file: path } });
  assert.deepEqual(databaseTarget(undefined, '/d.sqlite'), file('/d.sqlite'));
  assert.deepEqual(databaseTarget(' ', '/d.sqlite'), file('/d.sqlite'));
  assert.deepEqual(databaseTarget('sqlite:///srv/a%20b.sqlite', '/d'), file('/srv/a b.sqlite'));
  for (const url of ['postgres://u:p@h:5432/d', 'postgresql://h/d'])
    assert.deepEqual(databaseTarget(url, '/d'), { ok: true, target: { kind: 'postgres', url } });
  for (const url of [
    'sqlite://relative.sqlite',
    'sqlite:///',
    'data/x.sqlite',
    'http://a',
    'sqlite:///a?mode=ro',
  ]) {
    const result = databaseTarget(url, '/d');
    assert.ok(!result.ok && result.problem.startsWith('DATABASE_URL is not understood'), url);
  }
});

test('a tool needs no keys, but not half of them', () => {
  const result = readConfig({}, 'tool');
  assert.ok(result.ok && result.config.keyring === undefined);
  const half = readConfig({ INDEX_KEY: key() }, 'tool');
  assert.ok(!half.ok && half.problems.length === 2);
});

test('.env.example names every setting once, and nothing else', () => {
  const text = readFileSync(new URL('../../.env.example', import.meta.url), 'utf8');
  const named = [...text.matchAll(/^([A-Z0-9_]+)=(.*)$/gm)];
  assert.deepEqual(named.map((match) => match[1]).sort(), [...SETTINGS].sort());
  assert.ok(text.includes(DEMO_AUTH_TOKEN));
  const example = parseEnv(text);
  assert.deepEqual(problemsOf(example, 'demo'), []);
  assert.deepEqual(problemsOf(example), problemsOf({}));
});

test('every setting has one name and belongs to one room', () => {
  assert.equal(new Set(SETTINGS).size, SETTINGS.length);
  assert.ok(SETTINGS.length >= 25, 'the tables were composed');
});

test('only config.ts reads the environment: others hand it over whole', () => {
  const source = fileURLToPath(new URL('..', import.meta.url));
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' });
  assert.ok(files.includes('app.ts'), 'the source was read');
  const readers = files
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && file !== 'config/config.ts')
    .filter((file) => /process\.env\s*[.[?]|=\s*process\.env/.test(readFileSync(join(source, file), 'utf8')));
  assert.deepEqual(readers, []);
});
