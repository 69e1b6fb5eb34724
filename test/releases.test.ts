import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, type TestContext, test } from 'node:test';
import type { Phone } from '../phone-sim/phone.ts';
import type { ReleaseTexts } from '../src/flow/load-release.ts';
import { entriesOfCall } from '../src/ledger/ledger.store.ts';
import { SECOND } from '../src/platform/clock.ts';
import { publishForDemo } from '../src/releases/activation.service.ts';
import { PublishedReleases } from '../src/releases/published-releases.service.ts';
import { connect } from '../src/storage/connect.ts';
import { actionIn, calling, expectStep, heard, key, postTo, worldOf } from './support/callers.ts';
import { changed, shippedTexts } from './support/shipped.ts';
import { demoCustomer, lineOf, type World, type WorldOptions } from './support/world.ts';

const customer = demoCustomer(({ id }) => id === 'demo-01');
const NEW_WORDS = '归还贷款的新说法，请按';
let first: ReleaseTexts;
let second: ReleaseTexts;

before(async () => {
  first = await shippedTexts();
  const words = /^ {4}repayment: (.*)$/m.exec(first.prompts['zh-CN'] ?? '')?.[1];
  assert.ok(words, 'what repaying is offered with');
  second = changed(first, 'zh-CN', words, `"${NEW_WORDS}{number}。"`);
});

/** A hotline on a file, which another process may use as well, that serves what is published there. */
async function publishedWorld(
  t: TestContext,
  file: string,
  texts?: ReleaseTexts,
  options?: WorldOptions,
): Promise<World> {
  const failed = (error: unknown) => assert.fail(String(error));
  return worldOf(t, {
    ...options,
    databaseFile: file,
    releasesOf: async (knex, clock) => {
      if (texts) await publishForDemo(knex, clock, texts);
      return new PublishedReleases({ knex, clock, failed });
    },
  });
}

function databaseFile(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'releases-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'hotline.sqlite');
}

async function publishElsewhere(world: World, file: string, texts: ReleaseTexts): Promise<string> {
  const knex = connect({ kind: 'sqlite', file });
  const { hash } = await publishForDemo(knex, world.clock, texts);
  await knex.destroy();
  world.clock.advance(2 * SECOND);
  return hash;
}

const hearsNewWords = (phone: Phone) => heard(phone).some((words) => words.includes(NEW_WORDS));

async function releasesDeciding(world: World, phone: Phone): Promise<readonly string[]> {
  const entries = await entriesOfCall(world.knex, phone.callSid);
  return [...new Set(entries.map(({ release }) => release ?? ''))];
}

test('a publication reaches new calls of a running process, and calls in progress keep words and rules', async (t) => {
  const file = databaseFile(t);
  const world = await publishedWorld(t, file, first);
  const firstHash = (await world.knex('releases').first('hash')).hash;
  const old = await calling(world, customer);
  const secondHash = await publishElsewhere(world, file, second);
  const young = await calling(world, customer);
  for (const phone of [old, young]) {
    await key(phone, '2');
    expectStep(phone, 'menu.money');
  }
  assert.deepEqual([hearsNewWords(old), hearsNewWords(young)], [false, true]);
  assert.deepEqual(await releasesDeciding(world, old), [firstHash]);
  assert.deepEqual(await releasesDeciding(world, young), [secondHash]);
  await publishElsewhere(world, file, first);
  const afterwards = await calling(world, customer);
  await key(afterwards, '2');
  assert.equal(hearsNewWords(afterwards), false);
  assert.deepEqual(await releasesDeciding(world, afterwards), [firstHash]);
});

test('a call in progress keeps its release when every process is another one than it began with', async (t) => {
  const file = databaseFile(t);
  const world = await publishedWorld(t, file, first);
  const phone = await calling(world, customer);
  const answered = phone.exchanges.at(-1)?.outcome;
  assert.ok(answered?.kind === 'answered');
  const { pathname, search } = new URL(actionIn(answered.response.body));
  await publishElsewhere(world, file, second);
  await world.stop();

  const later = await publishedWorld(t, file, undefined, { seed: 'another process' });
  const identity = [
    ['CallSid', phone.callSid],
    ['From', customer.phone?.e164 ?? ''],
    ['To', lineOf(customer.locale)],
    ['CallStatus', 'in-progress'],
  ] as const;
  const answer = await postTo(later, `${later.url}${pathname}${search}`, [...identity, ['Digits', '2']]);
  assert.ok(!answer.includes(NEW_WORDS), answer);
  assert.match(actionIn(answer), /step=menu\.money/);
  assert.equal((await releasesDeciding(later, phone)).length, 1);

  const young = await calling(later, customer);
  await key(young, '2');
  assert.ok(hearsNewWords(young));
});

test('a call whose release is gone is told of an outage and decided by no other', async (t) => {
  const world = await publishedWorld(t, databaseFile(t), first);
  const phone = await calling(world, customer);
  const other = await publishForDemo(world.knex, world.clock, second);
  await world
    .knex('calls')
    .where({ id: phone.callSid })
    .update({ release: '0'.repeat(64) });
  await key(phone, '2');
  await phone.listen();
  assert.equal(phone.queue, 'verification');
  const entries = await entriesOfCall(world.knex, phone.callSid);
  assert.ok(entries.every(({ release }) => release !== other.hash));
});

test('a process that cannot use what is in force says so to the load balancer, and serves on', async (t) => {
  const failures: unknown[] = [];
  const world = await worldOf(t, {
    releasesOf: async (knex, clock) => {
      await publishForDemo(knex, clock, first);
      return new PublishedReleases({ knex, clock, failed: (error) => failures.push(error) });
    },
  });
  const ready = async () => (await fetch(`${world.url}/readyz`)).json();
  assert.deepEqual(await ready(), { status: 'ready' });
  const { hash } = await publishForDemo(world.knex, world.clock, second);
  await world.knex.raw('DROP TRIGGER releases_no_update');
  await world.knex('releases').where({ hash }).update({ document: '{}' });
  world.clock.advance(2 * SECOND);
  assert.deepEqual(await ready(), { status: 'not ready', reasons: ['release_unusable'] });
  const phone = await calling(world, customer);
  await key(phone, '2');
  assert.equal(hearsNewWords(phone), false);
  assert.equal(failures.length, 1);
});
