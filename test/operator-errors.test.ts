import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, type TestContext, test } from 'node:test';
import { connect } from '../src/storage/connect.ts';
import { databaseTrouble } from '../src/storage/database-trouble.ts';
import { migrate } from '../src/storage/migrate.ts';
import { startPostgres, type TestPostgres } from './support/postgres.ts';
import { freePort, productionSettings, refusedStart, type Settings } from './support/production.ts';

/**
 * Ordinary mistakes of an operator are told in a sentence that says what to do, never as a bug or a stack. Each is made
 * for real where this machine can make it; the rest by the codes that systems give.
 */

type ProductionSettings = Settings & { readonly folder: string };

/** Starts production as an operator would who made this mistake. */
async function assertTold(
  t: TestContext,
  mistake: (settings: ProductionSettings) => Settings | Promise<Settings>,
  sentence: RegExp,
): Promise<void> {
  const settings = await productionSettings(t);
  const { end, said } = await refusedStart(t, { ...settings, ...(await mistake(settings)) });
  assert.equal(end, 1, said);
  // Lines of the log are JSON; what is written for people is not.
  const told = said.split('\n').filter((line) => !/^\{|^Warning: /.test(line));
  assert.equal(told[0], 'The hotline does not start:', said);
  assert.match(told[1] ?? '', sentence);
  assert.doesNotMatch(said, /\n\s+at |node:internal|bug/i);
}

const sqlite = (path: string): Settings => ({ DATABASE_URL: `sqlite://${path}` });

describe('mistakes with a file, a folder or a port', () => {
  const table: readonly (readonly [
    what: string,
    mistake: (settings: ProductionSettings, t: TestContext) => Settings | Promise<Settings>,
    sentence: RegExp,
  ])[] = [
    [
      'the database is a folder',
      ({ folder }) => {
        mkdirSync(join(folder, 'data.sqlite'));
        return sqlite(join(folder, 'data.sqlite'));
      },
      /data\.sqlite cannot be used: it cannot be made or opened there: name a file/,
    ],
    [
      'its folder is a file',
      ({ folder }) => {
        writeFileSync(join(folder, 'file'), '');
        return sqlite(join(folder, 'file', 'data.sqlite'));
      },
      /cannot be used: it cannot be made or opened there: name a file in a folder of an ordinary disk/,
    ],
    [
      'its folder cannot be made',
      () => sqlite('/proc/x/data.sqlite'),
      /cannot be made or opened there.*\(ENOENT\)/,
    ],
    [
      'the file is no database',
      ({ folder }) => {
        writeFileSync(join(folder, 'letter.txt'), 'Dear customer, '.repeat(100));
        return sqlite(join(folder, 'letter.txt'));
      },
      /it is no SQLite database: name another file in DATABASE_URL \(SQLITE_NOTADB\)/,
    ],
    [
      'nothing is published',
      async ({ folder }) => {
        const file = join(folder, 'unpublished.sqlite');
        const knex = connect({ kind: 'sqlite', file });
        await migrate(knex);
        await knex.destroy();
        return sqlite(file);
      },
      /Nothing is published in this database: npm run flows -- publish/,
    ],
    [
      'the port is in use',
      async ({ PORT = '' }, t) => {
        const other = createServer().listen(Number(PORT), '127.0.0.1');
        t.after(() => other.close());
        return {};
      },
      /Port \d+ of 127\.0\.0\.1 cannot be listened on: another program uses it.*choose another PORT \(EADDRINUSE\)/,
    ],
    ['HOST is no address of this machine', () => ({ HOST: '203.0.113.7' }), /no such address: correct HOST/],
    [
      'HOST is no name',
      () => ({ HOST: 'no-such-host.invalid' }),
      /no-such-host\.invalid cannot be listened on: .*HOST/,
    ],
    [
      'the adapter is missing',
      () => ({ BANK_ADAPTER: '/no/such/bank.ts' }),
      /BANK_ADAPTER .*cannot be loaded/,
    ],
    ['the adapter exports nothing', () => ({ BANK_ADAPTER: 'nothing.mjs' }), /BANK_ADAPTER/],
  ];
  for (const [what, mistake, sentence] of table)
    test(what, (t) => assertTold(t, (settings) => mistake(settings, t), sentence));
});

describe('mistakes with PostgreSQL', () => {
  let postgres: TestPostgres;
  before(async () => {
    postgres = await startPostgres({ withoutSyncing: true });
  });
  after(() => postgres.stop());

  const withUrl = (url: string, change: (url: URL) => void): Settings => {
    const changed = new URL(url);
    change(changed);
    return { DATABASE_URL: changed.href };
  };
  const admin = async (statements: readonly string[]) => {
    const url = await postgres.newDatabase();
    const knex = connect({ kind: 'postgres', url });
    for (const statement of statements) await knex.raw(statement);
    await knex.destroy();
    return url;
  };

  const table: readonly (readonly [what: string, mistake: () => Promise<Settings>, sentence: RegExp])[] = [
    [
      'the password is wrong',
      async () =>
        withUrl(await postgres.newDatabase(), (url) => {
          url.password = 'wrong';
        }),
      /refuses the user or password: check both in DATABASE_URL.*\(28P01\)/,
    ],
    [
      'the password is missing',
      async () =>
        withUrl(await postgres.newDatabase(), (url) => {
          url.password = '';
        }),
      /refuses the user or password/,
    ],
    [
      'the database does not exist',
      async () =>
        withUrl(await postgres.newDatabase(), (url) => {
          url.pathname = '/no_such_database';
        }),
      /does not exist: createdb --encoding=UTF8.*\(3D000\)/,
    ],
    [
      'the user has no rights on the schema',
      async () =>
        withUrl(
          await admin(['DROP ROLE IF EXISTS clerk', "CREATE ROLE clerk LOGIN PASSWORD 'clerk'"]),
          (url) => {
            url.username = 'clerk';
            url.password = 'clerk';
          },
        ),
      /lacks the rights: GRANT USAGE, CREATE ON SCHEMA public.*\(42501\)/,
    ],
    [
      'the database keeps no Chinese letters',
      async () => {
        const url = await admin([
          "CREATE DATABASE latin ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0",
        ]);
        return withUrl(url, (changed) => {
          changed.pathname = '/latin';
        });
      },
      /has the encoding LATIN1 and must have UTF8: createdb --encoding=UTF8/,
    ],
    [
      'it is read-only, as a standby is',
      async () => {
        const url = await postgres.newDatabase();
        const knex = connect({ kind: 'postgres', url });
        await knex.raw(
          `ALTER DATABASE ${new URL(url).pathname.slice(1)} SET default_transaction_read_only = on`,
        );
        await knex.destroy();
        return { DATABASE_URL: url };
      },
      /read-only, as a standby is: name the primary.*\(25006\)/,
    ],
    [
      'there is no schema',
      async () => ({ DATABASE_URL: await admin(['DROP SCHEMA public CASCADE']) }),
      /there is no schema to create tables in.*\(3F000\)/,
    ],
    [
      'nothing listens there',
      async () => ({ DATABASE_URL: `postgres://u:p@127.0.0.1:${await freePort()}/hotline` }),
      /nothing listens there: start the server.*\(ECONNREFUSED\)/,
    ],
    [
      'the host is not known',
      async () => ({ DATABASE_URL: 'postgres://u:p@no-such-host.invalid:5432/hotline' }),
      /its host is not known: correct the host.*\((?:ENOTFOUND|EAI_AGAIN)\)/,
    ],
  ];
  for (const [what, mistake, sentence] of table) test(what, (t) => assertTold(t, mistake, sentence));
});

test('what no test can bring about here has a sentence as well, and none of the driver’s words', () => {
  const coded = (code: string) => Object.assign(new Error('value 135790 of +8613800138000'), { code });
  const file = { kind: 'sqlite', file: '/data/hotline.sqlite' } as const;
  const server = { kind: 'postgres', url: 'postgres://u:secret@h/d' } as const;
  for (const [target, code, sentence] of [
    [file, 'SQLITE_FULL', /its disk is full: make room/],
    [file, 'ENOSPC', /its disk is full: make room/],
    [file, 'SQLITE_READONLY', /may not write to it or its folder: change their owner or rights/],
    [file, 'EACCES', /may not write to it or its folder/],
    [file, 'EROFS', /may not write/],
    [file, 'SQLITE_BUSY', /another process holds it/],
    [file, 'SQLITE_CORRUPT', /damaged: stop every process and restore/],
    [file, 'SQLITE_IOERR', /its disk fails or is full/],
    [server, '53300', /no connection left: raise max_connections, or lower DATABASE_POOL/],
    [server, '53100', /disk is full/],
    [server, '57P03', /starting or stopping/],
    [server, 'ETIMEDOUT', /does not answer: check host, port and firewall/],
    [server, 'DEPTH_ZERO_SELF_SIGNED_CERT', /certificate is not trusted/],
    [server, 'XX000', /cannot be used \(XX000\)/],
  ] as const) {
    const told = databaseTrouble(coded(code), target) ?? '';
    assert.match(told, sentence, code);
    assert.match(told, /\.$/);
    assert.doesNotMatch(told, /135790|1380013|secret/);
  }
  assert.equal(databaseTrouble(new TypeError('x is not a function'), file), undefined);
});

test('a Node that cannot run it is told of before it is tried', () => {
  const { scripts } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    scripts: { prestart: string };
  };
  const code = /^node -e "(.*)"$/.exec(scripts.prestart)?.[1];
  assert.ok(code);
  const run = new Function('process', 'console', code) as (process: object, console: object) => void;
  const startOn = (version: string) => {
    const told: string[] = [];
    let exit: number | undefined;
    run(
      {
        version: `v${version}`,
        versions: { node: version },
        exit: (code: number) => {
          exit = code;
        },
      },
      { error: (text: string) => void told.push(text) },
    );
    return { told: told.join('\n'), exit };
  };
  assert.deepEqual(startOn('26.10.0'), { told: '', exit: undefined });
  for (const old of ['20.19.0', '22.1.0']) {
    const { told, exit } = startOn(old);
    assert.equal(exit, 1);
    assert.match(told, /run npm ci in this folder, then npm start\./);
  }
});
