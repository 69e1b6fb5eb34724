import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Phone } from '../phone-sim/phone.ts';
import { FreezeJournal } from '../src/freeze/freeze-journal.service.ts';
import { firstBrokenEntry } from '../src/ledger/entry.ts';
import { entriesOfCall } from '../src/ledger/ledger.store.ts';
import { seededRandom } from '../src/platform/random.ts';
import {
  calling,
  expectStep,
  heard,
  identifiedCaller,
  key,
  keyIdentity,
  registeredNumber,
  verifiedCaller,
} from './support/callers.ts';
import { startPostgres } from './support/postgres.ts';
import { startDatabaseProxy } from './support/proxy.ts';
import { demoCustomer, lineOf, startWorld, type World, type WorldOptions } from './support/world.ts';

const CUSTOMER = demoCustomer(({ id }) => id === 'demo-01');
const LINE = { line: 'en-US' } as const;

async function temporaryFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'freeze-in-outage-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A world that keeps freezes in a folder of its own. */
async function keepingWorld(t: TestContext, options: WorldOptions = {}) {
  const folder = join(await temporaryFolder(t), 'journal');
  const world = await startWorld({ ...options, environment: { FREEZE_JOURNAL: folder } });
  t.after(() => world.stop());
  return { world, folder };
}

/** Takes the calls table away: the first statement of a turn fails. */
const breakStore = (world: World) => world.knex.schema.renameTable('calls', 'calls_out_of_reach');
const mendStore = (world: World) => world.knex.schema.renameTable('calls_out_of_reach', 'calls');

const words = (world: World, prompt: string) => world.release.prompts.text({ prompt }, 'en-US');

/** The caller was told that the freeze is written down, and waits for a person. */
async function expectNoted(world: World, phone: Phone): Promise<void> {
  await phone.listen();
  assert.ok(heard(phone).includes(words(world, 'freeze.noted')), `last said: ${heard(phone).at(-1)}`);
  assert.equal(phone.queue, 'fraud');
}

async function freezeOf(world: World): Promise<string> {
  return (await world.knex('customers').where({ id: CUSTOMER.id }).first()).freeze;
}

const ticketsOf = (world: World, phone: Phone) =>
  world.knex('handoffs').where({ call_id: phone.callSid, reason: 'freeze_reported' });

test('a freeze keyed while the store is out is written down, told, and carried out when it is back (invariant 28)', async (t) => {
  const { world, folder } = await keepingWorld(t);
  const phone = await identifiedCaller(world, CUSTOMER, { intent: 'enquiry', ...LINE });
  await breakStore(world);
  const askedAt = world.clock.now();
  await key(phone, '**1234#');
  await expectNoted(world, phone);
  assert.deepEqual(await readdir(folder), [`${phone.callSid}.freeze`]);
  await assert.rejects(world.carryOutFreezes(), 'the store is still out');
  assert.equal(await freezeOf(world), 'none');

  await mendStore(world);
  await world.carryOutFreezes();
  assert.equal(await freezeOf(world), 'provisional');
  assert.deepEqual(await readdir(folder), []);
  const [ticket] = await ticketsOf(world, phone);
  assert.deepEqual(
    [ticket.queue, ticket.level, ticket.customer_id, ticket.step, ticket.state],
    ['fraud', 'L1', CUSTOMER.id, 'pin.entry', 'waiting'],
  );
  assert.equal((await world.messagesTo(registeredNumber(CUSTOMER))).length, 1);
  const entries = await entriesOfCall(world.knex, phone.callSid);
  assert.equal(firstBrokenEntry(entries), undefined);
  assert.deepEqual(entries.at(-1)?.data, {
    matched: true,
    why: 'asked_in_outage',
    customerId: CUSTOMER.id,
    freeze: 'provisional',
    level: 'L1',
    outcome: 'frozen',
    askedAt,
    core: 'untold',
  });
  // Nobody answered: the call goes on where it was, and its chain goes on, too.
  await phone.leaveQueue('queue-full');
  expectStep(phone, 'pin.entry');
  await key(phone, `${CUSTOMER.queryPin}#`);
  expectStep(phone, 'confirm.identity');
  assert.equal(firstBrokenEntry(await entriesOfCall(world.knex, phone.callSid)), undefined);
  assert.equal((await world.knex('attempts').where({ call_id: phone.callSid, status: 'failed' })).length, 0);
});

test('a request that was carried out by a process that died before it could say so is carried out once', async (t) => {
  const { world, folder } = await keepingWorld(t);
  const phone = await identifiedCaller(world, CUSTOMER, { intent: 'enquiry', ...LINE });
  await breakStore(world);
  await key(phone, '**#');
  const journal = new FreezeJournal(folder, world.config.keyring, seededRandom('journal'));
  const request = await journal.read(phone.callSid);
  assert.ok(request);
  await mendStore(world);
  for (let death = 0; death < 2; death++) {
    await journal.enqueue(request);
    await world.carryOutFreezes();
  }
  assert.equal((await ticketsOf(world, phone)).length, 1);
  assert.equal((await world.messagesTo(registeredNumber(CUSTOMER))).length, 1);
  assert.equal(
    (await entriesOfCall(world.knex, phone.callSid)).filter(({ type }) => type === 'account.freeze').length,
    1,
  );
});

test('another process carries out what one that is gone has written down', async (t) => {
  const file = join(await temporaryFolder(t), 'hotline.sqlite');
  const { world, folder } = await keepingWorld(t, { databaseFile: file });
  const phone = await identifiedCaller(world, CUSTOMER, { intent: 'enquiry', ...LINE });
  await breakStore(world);
  await key(phone, '**#');
  await expectNoted(world, phone);
  await mendStore(world);
  await world.stop();
  const next = await startWorld({ databaseFile: file, environment: { FREEZE_JOURNAL: folder } });
  t.after(() => next.stop());
  await next.carryOutFreezes();
  assert.equal(await freezeOf(next), 'provisional');
});

test('who hung up before the store was back is frozen all the same, also after a PIN', async (t) => {
  const { world } = await keepingWorld(t);
  const phone = await verifiedCaller(world, CUSTOMER, { intent: 'transfer', ...LINE });
  await breakStore(world);
  await key(phone, '*');
  // One star is no freeze yet: the outage words ask for both.
  assert.ok(heard(phone).at(-1) !== words(world, 'freeze.noted'));
  await phone.pressAll('**');
  await expectNoted(world, phone);
  await mendStore(world);
  await phone.hangUp();
  assert.equal((await world.knex('calls').where({ id: phone.callSid }).first()).status, 'ended');
  await world.carryOutFreezes();
  assert.equal(await freezeOf(world), 'provisional');
  assert.equal(firstBrokenEntry(await entriesOfCall(world.knex, phone.callSid)), undefined);
});

test('a caller the store has never seen is heard in the outage, gets a ticket, and freezes nobody by a number (24, 28)', async (t) => {
  const { world } = await keepingWorld(t);
  await breakStore(world);
  const phone = world.phone();
  await phone.dial({ from: registeredNumber(CUSTOMER), to: lineOf('en-US') });
  assert.equal(phone.state, 'prompting');
  await phone.pressAll('**');
  await expectNoted(world, phone);
  const silent = world.phone();
  await silent.dial({ from: registeredNumber(CUSTOMER), to: lineOf('en-US') });
  await silent.staySilent();
  await silent.listen();
  assert.equal(
    silent.queue,
    'verification',
    'who asks for nothing is put through without asking the service',
  );
  await mendStore(world);
  await world.carryOutFreezes();
  const [ticket] = await ticketsOf(world, phone);
  assert.deepEqual([ticket.level, ticket.customer_id, ticket.language], ['L0', null, 'en-US']);
  assert.equal(await freezeOf(world), 'none');
});

test('who is on the way to a freeze has asked for it: an outage at the ID writes it down', async (t) => {
  const { world } = await keepingWorld(t);
  const phone = await calling(world, CUSTOMER, LINE);
  await key(phone, '4');
  await breakStore(world);
  await key(phone, '13800001001#');
  await expectNoted(world, phone);
  await mendStore(world);
  await world.carryOutFreezes();
  const [ticket] = await ticketsOf(world, phone);
  assert.deepEqual([ticket.level, ticket.customer_id, ticket.step], ['L0', null, 'identity.phone']);
  await phone.leaveQueue('queue-full');
  await keyIdentity(phone, CUSTOMER);
  assert.equal(await freezeOf(world), 'provisional', 'and can still be done by the caller');
});

test('what is on the disk tells nobody who called, and nothing that was keyed', async (t) => {
  const { world, folder } = await keepingWorld(t);
  const phone = await identifiedCaller(world, CUSTOMER, { intent: 'enquiry', ...LINE });
  await breakStore(world);
  await key(phone, '918273****#');
  const file = join(folder, `${phone.callSid}.freeze`);
  const bytes = await readFile(file, 'utf8');
  assert.match(bytes, /^v1\.demo\.[\w-]+$/);
  const journal = new FreezeJournal(folder, world.config.keyring, seededRandom('journal'));
  assert.doesNotMatch(JSON.stringify(await journal.read(phone.callSid)), /918273/);
});

test('a request that no key opens is kept, and holds up no other', async (t) => {
  const { world, folder } = await keepingWorld(t);
  const unreadable = `CA${'0'.repeat(32)}.freeze`;
  const phone = await identifiedCaller(world, CUSTOMER, { intent: 'enquiry', ...LINE });
  await breakStore(world);
  await key(phone, '**#');
  await writeFile(join(folder, unreadable), 'v1.lost.AAAA');
  await mendStore(world);
  await world.carryOutFreezes();
  assert.equal(await freezeOf(world), 'provisional');
  assert.deepEqual(await readdir(folder), [unreadable]);
});

test('without a place to write it down nobody is told that it was', async (t) => {
  const { world, folder } = await keepingWorld(t);
  const phone = await identifiedCaller(world, CUSTOMER, { intent: 'enquiry', ...LINE });
  await breakStore(world);
  await rm(folder, { recursive: true });
  await key(phone, '**#');
  await phone.listenToWords();
  assert.ok(heard(phone).includes(words(world, 'common.outage')));
  assert.ok(!heard(phone).includes(words(world, 'freeze.noted')));
});

test('with PostgreSQL gone, connections and all, a freeze is written down and carried out when it is back', async (t) => {
  const postgres = await startPostgres({ withoutSyncing: true });
  t.after(() => postgres.stop());
  const url = new URL(await postgres.newMigratedDatabase());
  const port = Number(url.port);
  const proxy = await startDatabaseProxy(port);
  t.after(() => proxy.stop());
  url.port = String(proxy.port);
  const folder = await temporaryFolder(t);
  const world = await startWorld({ postgresUrl: url.href, environment: { FREEZE_JOURNAL: folder } });
  try {
    const phone = await identifiedCaller(world, CUSTOMER, { intent: 'enquiry', ...LINE });
    proxy.target = undefined;
    proxy.cutAll();
    await key(phone, '**#');
    await expectNoted(world, phone);
    await assert.rejects(world.carryOutFreezes());
    proxy.target = port;
    await world.carryOutFreezes();
    assert.equal(await freezeOf(world), 'provisional');
  } finally {
    await world.stop();
  }
});
