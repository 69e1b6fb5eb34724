import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { firstBrokenEntry } from '../src/ledger/entry.ts';
import { entriesOfCall } from '../src/ledger/ledger.store.ts';
import { seededRandom } from '../src/platform/random.ts';
import { connect, type DatabaseTarget, type Knex } from '../src/storage/connect.ts';
import { type Migrations, migrate, schemaState } from '../src/storage/migrate.ts';
import { silentLog } from '../src/telemetry/logger.ts';
import { memoryTelemetry } from '../src/telemetry/memory.ts';
import {
  callerAtLastKey,
  calling,
  carriedOut,
  confirmIdentity,
  expectStep,
  identifiedCaller,
  key,
} from './support/callers.ts';
import { startPostgres, type TestPostgres } from './support/postgres.ts';
import { demoCustomer, startWorld, type World } from './support/world.ts';

const PROJECT = resolve(import.meta.dirname, '..');
const MIGRATIONS = join(PROJECT, 'db/migrations');
const CUSTOMER = demoCustomer(({ id }) => id === 'demo-01');
const OTHER = demoCustomer(({ id }) => id === 'demo-02');

let postgres: TestPostgres;
before(async () => {
  postgres = await startPostgres({ withoutSyncing: true });
});
after(() => postgres.stop());

async function temporaryFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'rolling-upgrade-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

// ---- two releases of the program at work -----------------------------------------------------------------------

/** What this test uses of another release of the program. */
interface Program {
  readonly serving: typeof import('../src/service-process.ts');
  readonly migrating: typeof import('../src/storage/migrate.ts');
  readonly connecting: typeof import('../src/storage/connect.ts');
  readonly loading: typeof import('../src/flow/release-files.service.ts');
  readonly releases: typeof import('../src/releases/static-releases.service.ts');
}

const NEXT_MIGRATION = `
export async function up(knex) {
  await knex.schema.alterTable('calls', (t) => void t.text('one_more').notNullable().defaultTo('new'));
  await knex.schema.createTable('one_more', (t) => void t.text('id').primary());
}
export async function down() {}
`;

/** The next release: a copy of the program in a folder of its own, with one migration that adds. */
async function nextRelease(t: TestContext): Promise<Program> {
  const folder = await temporaryFolder(t);
  for (const part of ['src', 'db', 'flows', 'package.json'])
    await cp(join(PROJECT, part), join(folder, part), { recursive: true });
  await symlink(join(PROJECT, 'node_modules'), join(folder, 'node_modules'));
  await writeFile(join(folder, 'db/migrations/9001_one_more.ts'), NEXT_MIGRATION);
  const load = (path: string) => import(pathToFileURL(join(folder, 'src', path)).href);
  return {
    serving: await load('service-process.ts'),
    migrating: await load('storage/migrate.ts'),
    connecting: await load('storage/connect.ts'),
    loading: await load('flow/release-files.service.ts'),
    releases: await load('releases/static-releases.service.ts'),
  };
}

/** Starts the next release beside the world, on its database and known to the carrier by the same address. */
async function startBeside(t: TestContext, program: Program, world: World, url: string): Promise<string> {
  const { serving, connecting, loading, releases } = program;
  const loaded = await loading.loadRelease(world.config.files);
  assert.ok(loaded.ok);
  const policy = world.release.policy;
  const server = await serving.listen(0, '127.0.0.1');
  const service = await serving.run(server, {
    config: world.config,
    releases: new releases.StaticReleases({ ...loaded.release, policy }),
    knex: connecting.connect({ kind: 'postgres', url }),
    clock: world.clock,
    random: seededRandom('the next release'),
    log: silentLog,
    telemetry: memoryTelemetry(),
  });
  t.after(() => service.stop());
  return `http://127.0.0.1:${service.port}`;
}

/** A load balancer that sends each webhook to the next of its services; answers how many each has had. */
async function startBalancer(t: TestContext, services: readonly string[]) {
  const taken: number[] = [];
  let next = 0;
  const balancer: Server = createServer((incoming, outgoing) => {
    const chosen = next++ % services.length;
    taken[chosen] = (taken[chosen] ?? 0) + 1;
    const onward = request(
      `${services[chosen]}${incoming.url}`,
      { method: incoming.method ?? 'POST', headers: incoming.headers },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      },
    );
    incoming.pipe(onward);
  });
  await new Promise<void>((listening) => balancer.listen(0, '127.0.0.1', listening));
  t.after(() => {
    balancer.close();
    balancer.closeAllConnections();
  });
  return { url: `http://127.0.0.1:${(balancer.address() as AddressInfo).port}`, taken };
}

const readiness = async (url: string) => (await fetch(`${url}/readyz`)).status;

test('calls go on between an old and a new release while the new one migrates, and end well (S1, S2)', async (t) => {
  const program = await nextRelease(t);
  const url = await postgres.newMigratedDatabase();
  const world = await startWorld({ postgresUrl: url });
  t.after(() => world.stop());
  const services = [world.url];
  const balancer = await startBalancer(t, services);
  const next = await startBeside(t, program, world, url);
  // The new process listens before it has migrated: it gets no calls yet.
  assert.deepEqual(await Promise.all([world.url, next].map(readiness)), [200, 503]);

  const throughBalancer = { phone: { baseUrl: balancer.url, publicUrl: world.url } };
  const enquiring = await identifiedCaller(world, CUSTOMER, { intent: 'enquiry', ...throughBalancer });
  const paying = await callerAtLastKey(world, OTHER, { amount: 500, ...throughBalancer });

  const turn = key(enquiring, `${CUSTOMER.queryPin}#`);
  assert.deepEqual(await program.migrating.migrate(world.knex), ['9001_one_more.ts']);
  await turn;
  assert.deepEqual(await Promise.all([world.url, next].map(readiness)), [200, 200]);

  // From here on the carrier's requests meet the one and the other in turn.
  services.push(next);
  await confirmIdentity(enquiring);
  expectStep(enquiring, 'more');
  await key(paying, '1');
  expectStep(paying, 'more');
  assert.equal((await carriedOut(world, OTHER)).length, 1);
  const begun = await calling(world, CUSTOMER, throughBalancer);
  await key(begun, '**');
  expectStep(begun, 'identity.phone');
  for (const phone of [enquiring, paying, begun]) {
    assert.equal(firstBrokenEntry(await entriesOfCall(world.knex, phone.callSid)), undefined);
    await phone.hangUp();
  }
  assert.ok(
    balancer.taken.length === 2 && balancer.taken.every((count) => count > 2),
    `both have taken turns: ${balancer.taken}`,
  );
  // The old release starts again on what the new one has added: a release can be taken back.
  assert.deepEqual(await migrate(world.knex), []);
  assert.deepEqual(await schemaState(world.knex), { pending: [], tooNew: [] });
});

// ---- killed, and several at once -------------------------------------------------------------------------------

/** Starts a process that stands in the middle of a migration, holding its locks. */
async function startMigrating(t: TestContext, target: DatabaseTarget) {
  const child = spawn(
    process.execPath,
    [join(PROJECT, 'test/support/migrating.process.ts'), JSON.stringify(target)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  t.after(() => child.kill('SIGKILL'));
  const [said] = await once(child.stdout, 'data');
  assert.equal(String(said), 'in the middle\n');
  return child;
}

const ONE_MORE: Migrations = {
  getMigrations: async () => ['9001_one_more.ts'],
  getMigration: async () => ({
    up: (knex) => knex.schema.createTable('one_more', (column) => void column.text('id').primary()),
    down: async () => {},
  }),
};

for (const kind of ['sqlite', 'postgres'] as const) {
  const newTarget = async (t: TestContext): Promise<DatabaseTarget> =>
    kind === 'sqlite'
      ? { kind, file: join(await temporaryFolder(t), 'hotline.sqlite') }
      : { kind, url: await postgres.newDatabase() };

  test(`a process killed while it migrates leaves no lock and nothing half done, on ${kind}`, async (t) => {
    const target = await newTarget(t);
    const knex = connect(target);
    t.after(() => knex.destroy());
    const child = await startMigrating(t, target);
    // A second process waits for the first, and takes over when that dies.
    const waiting = migrate(knex, ONE_MORE);
    child.kill('SIGKILL');
    assert.deepEqual(await waiting, ['9001_one_more.ts']);
    assert.deepEqual(await schemaState(knex, ONE_MORE), { pending: [], tooNew: [] });
  });

  test(`of several processes that migrate at once each migration runs in one, on ${kind}`, async (t) => {
    const target = await newTarget(t);
    const connections = Array.from({ length: 4 }, () => connect(target));
    t.after(() => Promise.all(connections.map((knex) => knex.destroy())));
    const ran = (await Promise.all(connections.map((knex) => migrate(knex)))).flat();
    assert.deepEqual(ran.sort(), (await readdir(MIGRATIONS)).filter((file) => file.endsWith('.ts')).sort());
  });
}

// ---- the rule of db/migrations/README.md -----------------------------------------------------------------------

interface Shape {
  /** By table and column: what old programs write must still fit. */
  readonly columns: ReadonlyMap<string, { readonly type: string; readonly demands: boolean }>;
  /** Triggers and unique indexes, by table: each can refuse what was taken before. */
  readonly guards: ReadonlyMap<string, string>;
  readonly tables: ReadonlySet<string>;
}

/** What a program can notice of the schema (SQLite's: the files are the same on both databases). */
async function shapeOf(knex: Knex): Promise<Shape> {
  const tables: { name: string }[] = await knex('sqlite_master').where({ type: 'table' }).select('name');
  const columns = new Map<string, { type: string; demands: boolean }>();
  const guards = new Map<string, string>();
  for (const { name } of tables) {
    for (const column of await knex.raw('SELECT * FROM pragma_table_info(?)', [name]))
      columns.set(`${name}.${column.name}`, {
        type: column.type,
        demands: column.notnull === 1 && column.dflt_value === null,
      });
    for (const index of await knex.raw('SELECT * FROM pragma_index_list(?)', [name]))
      if (index.unique === 1) guards.set(`${index.name}`, name);
    for (const trigger of await knex('sqlite_master')
      .where({ type: 'trigger', tbl_name: name })
      .select('name'))
      guards.set(trigger.name, name);
  }
  return { columns, guards, tables: new Set(tables.map(({ name }) => name)) };
}

/** What a program written for the shape before would stumble over. */
function lostBetween(old: Shape, now: Shape): readonly string[] {
  const lost: string[] = [];
  for (const [name, { type, demands }] of old.columns) {
    const column = now.columns.get(name);
    if (!column) lost.push(`${name} is gone`);
    else if (column.type !== type) lost.push(`${name} was ${type} and is ${column.type}`);
    else if (column.demands && !demands) lost.push(`${name} must be given`);
  }
  for (const [name, { demands }] of now.columns) {
    const [table = ''] = name.split('.');
    if (demands && old.tables.has(table) && !old.columns.has(name))
      lost.push(`${name} is new and must be given`);
  }
  for (const [name, table] of now.guards)
    if (old.tables.has(table) && !old.guards.has(name)) lost.push(`${table} is guarded by ${name}`);
  return lost;
}

/** Runs migrations one by one, and answers what each of them takes from programs before it. */
async function lostByEach(migrations: Migrations): Promise<readonly string[]> {
  const knex = connect({ kind: 'sqlite', file: ':memory:' });
  const lost: string[] = [];
  try {
    const names = await migrations.getMigrations([]);
    for (const [index, name] of names.entries()) {
      const old = await shapeOf(knex);
      await migrate(knex, { ...migrations, getMigrations: async () => names.slice(0, index + 1) });
      if (name.includes('_contract_')) continue;
      lost.push(...lostBetween(old, await shapeOf(knex)).map((what) => `${name}: ${what}`));
    }
  } finally {
    await knex.destroy();
  }
  return lost;
}

test('every migration only adds, so that processes of the release before work on', async () => {
  const names = (await readdir(MIGRATIONS)).filter((file) => file.endsWith('.ts')).sort();
  const shipped: Migrations = {
    getMigrations: async () => names,
    getMigration: (name) => import(pathToFileURL(join(MIGRATIONS, name)).href),
  };
  assert.ok(names.length >= 4);
  assert.deepEqual(await lostByEach(shipped), []);
});

test('what old processes would stumble over is noticed', async () => {
  const steps: { readonly [name: string]: (knex: Knex) => Promise<unknown> } = {
    '0001_first.ts': (knex) =>
      knex.schema.createTable('people', (t) => {
        t.text('id').primary();
        t.text('name');
        t.text('town');
      }),
    '0002_fine.ts': (knex) =>
      knex.schema.alterTable('people', (t) => void t.text('language').notNullable().defaultTo('en')),
    '0003_renamed.ts': (knex) =>
      knex.schema.alterTable('people', (t) => void t.renameColumn('name', 'called')),
    '0004_unique.ts': (knex) => knex.schema.alterTable('people', (t) => void t.unique(['town'])),
    '0005_demanded.ts': (knex) =>
      knex.schema.alterTable('people', (t) => void t.text('town').notNullable().alter()),
    '0006_contract_0005_gone.ts': (knex) =>
      knex.schema.alterTable('people', (t) => void t.dropColumn('town')),
    '0007_table_gone.ts': (knex) => knex.schema.dropTable('people'),
  };
  const lost = await lostByEach({
    getMigrations: async () => Object.keys(steps),
    getMigration: async (name) => ({
      up: async (knex) => void (await steps[name]?.(knex)),
      down: async () => {},
    }),
  });
  assert.deepEqual(lost, [
    '0003_renamed.ts: people.name is gone',
    '0004_unique.ts: people is guarded by people_town_unique',
    '0005_demanded.ts: people.town must be given',
    '0007_table_gone.ts: people.id is gone',
    '0007_table_gone.ts: people.called is gone',
    '0007_table_gone.ts: people.language is gone',
  ]);
});
