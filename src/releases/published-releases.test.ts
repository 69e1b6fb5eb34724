import assert from 'node:assert/strict';
import { before, type TestContext, test } from 'node:test';
import { changed, shippedTexts } from '../../test/support/shipped.ts';
import type { ReleaseTexts } from '../flow/load-release.ts';
import { ManualClock, SECOND } from '../platform/clock.ts';
import { connect, type Knex } from '../storage/connect.ts';
import { migrate } from '../storage/migrate.ts';
import { publishForDemo } from './activation.service.ts';
import { PublishedReleases } from './published-releases.service.ts';

let shipped: ReleaseTexts;
let newer: ReleaseTexts;

before(async () => {
  shipped = await shippedTexts();
  newer = changed(shipped, 'policy', 'retriesShort: 4', 'retriesShort: 3');
});

async function setUp(t: TestContext) {
  const knex = connect({ kind: 'sqlite', file: ':memory:' });
  t.after(() => knex.destroy());
  await migrate(knex);
  const clock = new ManualClock();
  const failures: unknown[] = [];
  const open = () => new PublishedReleases({ knex, clock, failed: (error) => failures.push(error) });
  return { knex, clock, failures, open };
}

async function changeStored(knex: Knex, hash: string) {
  await knex.raw('DROP TRIGGER releases_no_update');
  await knex('releases').where({ hash }).update({ document: '{}' });
}

test('what another process publishes is in force within seconds, and calls in progress keep theirs', async (t) => {
  const { knex, clock, open } = await setUp(t);
  const first = await publishForDemo(knex, clock, shipped);
  const releases = open();
  assert.equal((await releases.current()).hash, first.hash);
  const second = await publishForDemo(knex, clock, newer);
  assert.equal((await releases.current()).hash, first.hash);
  clock.advance(2 * SECOND);
  assert.equal((await releases.current()).hash, second.hash);
  assert.equal(releases.latest().hash, second.hash);
  assert.equal((await releases.withHash(first.hash)).policy.dialogue.retriesShort, 4);
});

test('a process that starts later finds the release of an older call', async (t) => {
  const { knex, clock, open } = await setUp(t);
  const first = await publishForDemo(knex, clock, shipped);
  await publishForDemo(knex, clock, newer);
  assert.equal((await open().withHash(first.hash)).hash, first.hash);
});

test('a release is read once, however many calls ask for it at once', async (t) => {
  const { knex, clock, open } = await setUp(t);
  await publishForDemo(knex, clock, shipped);
  let statements = 0;
  knex.on('query', () => {
    statements += 1;
  });
  const releases = open();
  const found = await Promise.all(Array.from({ length: 20 }, () => releases.current()));
  assert.equal(new Set(found).size, 1);
  assert.equal(statements, 2, 'which one, and its texts');
});

test('only the releases in use are kept, and one that went is read again', async (t) => {
  const { knex, clock, open } = await setUp(t);
  const hashes: string[] = [];
  for (let n = 0; n < 10; n++)
    hashes.push((await publishForDemo(knex, clock, { ...shipped, flow: `${shipped.flow}# ${n}\n` })).hash);
  const releases = open();
  const [first = '', ...others] = hashes;
  const before = await releases.withHash(first);
  assert.equal(await releases.withHash(first), before);
  for (const hash of others) await releases.withHash(hash);
  const again = await releases.withHash(first);
  assert.notEqual(again, before);
  assert.equal(again.hash, first);
});

test('without a published release, and for one that is not stored, there is a Fault', async (t) => {
  const { open } = await setUp(t);
  await assert.rejects(open().current(), { name: 'Fault', message: /no release is published/ });
  await assert.rejects(open().withHash('00'), { name: 'Fault', message: /not stored/ });
  assert.throws(() => open().latest(), /assertion failed/);
});

test('a changed release is refused at the start', async (t) => {
  const { knex, clock, open } = await setUp(t);
  await changeStored(knex, (await publishForDemo(knex, clock, shipped)).hash);
  await assert.rejects(open().current(), { name: 'Fault', message: /was changed/ });
});

test('a process stays on the release before one it cannot use, says so once, and comes back when it can', async (t) => {
  const { knex, clock, open, failures } = await setUp(t);
  const first = await publishForDemo(knex, clock, shipped);
  const releases = open();
  await releases.current();
  const second = await publishForDemo(knex, clock, newer);
  await changeStored(knex, second.hash);
  for (let look = 0; look < 3; look++) {
    clock.advance(2 * SECOND);
    assert.equal((await releases.current()).hash, first.hash);
    assert.equal(releases.isBehind(), true);
  }
  assert.equal(failures.length, 1);
  await assert.rejects(releases.withHash(second.hash), /was changed/);
  await publishForDemo(knex, clock, shipped);
  clock.advance(2 * SECOND);
  assert.equal((await releases.current()).hash, first.hash);
  assert.equal(releases.isBehind(), false);
});

test('a database that cannot be asked is an outage, not a release that cannot be used', async (t) => {
  const { knex, clock, open, failures } = await setUp(t);
  const first = await publishForDemo(knex, clock, shipped);
  const releases = open();
  await releases.current();
  await knex.schema.renameTable('release_activations', 'away');
  clock.advance(2 * SECOND);
  await assert.rejects(releases.current());
  assert.deepEqual([failures, releases.isBehind(), releases.latest().hash], [[], false, first.hash]);
  await knex.schema.renameTable('away', 'release_activations');
  assert.equal((await releases.current()).hash, first.hash);
});
