import assert from 'node:assert/strict';
import { before, type TestContext, test } from 'node:test';
import { changed, releaseOf, shippedTexts } from '../../test/support/shipped.ts';
import { documentOf, makeRelease, type ReleaseTexts } from '../flow/load-release.ts';
import { entriesOf } from '../ledger/ledger.store.ts';
import { DAY, ManualClock } from '../platform/clock.ts';
import { PROPERTIES } from '../prover/properties/catalogue.ts';
import { type Proof, prove } from '../prover/prove.ts';
import { connect } from '../storage/connect.ts';
import { migrate } from '../storage/migrate.ts';
import { publishForDemo, storeAndActivate } from './activation.service.ts';
import { Publishing } from './publishing.service.ts';
import {
  activeRelease,
  listActivations,
  listReleases,
  storedRelease,
  storedTexts,
} from './releases.store.ts';

let shipped: ReleaseTexts;
let changedTexts: ReleaseTexts;

before(async () => {
  shipped = await shippedTexts();
  changedTexts = changed(shipped, 'policy', 'retriesShort: 4', 'retriesShort: 3');
});

/** What a finished search without a finding says; the search itself has tests of its own. */
const ALL_HOLD: Proof = {
  verdicts: PROPERTIES.map((property) => ({ property, finding: undefined })),
  states: 7,
  transitions: 9,
  cutAt: undefined,
};
const LI_AND_WANG = { proposedBy: ' Li Na', approvedBy: 'Wang Wei' };

async function setUp(t: TestContext, proof: Proof = ALL_HOLD) {
  const knex = connect({ kind: 'sqlite', file: ':memory:' });
  t.after(() => knex.destroy());
  await migrate(knex);
  const clock = new ManualClock();
  const asked: string[] = [];
  const publishing = new Publishing({
    knex,
    clock,
    prove: (release) => {
      asked.push(release.hash);
      return proof;
    },
  });
  return { knex, clock, publishing, asked };
}

test('what is proved is stored as it is, with the report and who stands for it, and is in force', async (t) => {
  const { knex, clock, publishing } = await setUp(t);
  const published = await publishing.publish(shipped, LI_AND_WANG, 'production');
  assert.ok(published.kind === 'published');
  const { hash } = releaseOf(shipped);
  assert.deepEqual([published.hash, published.number], [hash, 1]);
  assert.equal(await activeRelease(knex), hash);
  assert.deepEqual(await storedTexts(knex, hash), shipped);
  assert.equal((await storedRelease(knex, hash))?.hash, hash);
  const [release] = await listReleases(knex);
  assert.ok(release?.report.proved);
  assert.deepEqual([release.report.states, release.report.transitions, release.report.seconds], [7, 9, 0]);
  assert.deepEqual(
    release.report.verdicts.map(({ id }) => id),
    PROPERTIES.map(({ id }) => id),
  );
  assert.deepEqual(
    [release.proposedBy, release.approvedBy, release.createdAt],
    ['Li Na', 'Wang Wei', clock.now()],
  );
});

test('files that are no release are refused with every problem, and nothing is searched or stored', async (t) => {
  const { knex, publishing, asked } = await setUp(t);
  const unfit = changed(
    changed(shipped, 'policy', 'countries: [CN, VN]\n', 'countries: [CN]\n'),
    'flow',
    "KEY.5: '#hotline.menu.other'",
    "KEY.5: '#hotline.menu.nowhere'",
  );
  const refused = await publishing.publish(unfit, LI_AND_WANG, 'production');
  assert.ok(refused.kind === 'refused' && refused.reason === 'unfit');
  assert.match(refused.problems.join('\n'), /there is no state #hotline\.menu\.nowhere/);
  assert.match(refused.problems.join('\n'), /VN: code\.countries includes VN.*V1/);
  assert.deepEqual([asked, await listReleases(knex)], [[], []]);
});

test('what nobody asked a jurisdiction about is not published', async (t) => {
  const { publishing } = await setUp(t);
  const { packs: _packs, ...unasked } = shipped;
  const refused = await publishing.publish(unasked, LI_AND_WANG, 'production');
  assert.ok(refused.kind === 'refused' && refused.reason === 'unfit');
  assert.match(refused.problems.join('\n'), /CN: what this jurisdiction asks is not there/);
});

test('a flow the prover finds something in is refused, and so is a search that was cut', async (t) => {
  const { knex, clock } = await setUp(t);
  // The code is skipped: a caller who has keyed the PIN confirms and is served.
  const broken = changed(shipped, 'flow', "STEP_UP: '#hotline.code'", "STEP_UP: '#hotline.confirm'");
  const publishing = new Publishing({
    knex,
    clock,
    prove: (release) => prove(release, { statesLimit: 200 }),
  });
  for (const texts of [broken, shipped]) {
    const refused = await publishing.publish(texts, LI_AND_WANG, 'production');
    assert.ok(refused.kind === 'refused' && refused.reason === 'not_proved');
    assert.equal(refused.proof.cutAt, 200);
  }
  const [property] = PROPERTIES;
  assert.ok(property);
  const verdicts = ALL_HOLD.verdicts.map((verdict) =>
    verdict.property === property ? { ...verdict, finding: { says: 'a transfer without a code' } } : verdict,
  );
  for (const proof of [
    { ...ALL_HOLD, verdicts },
    { ...ALL_HOLD, cutAt: 2_000_000 },
  ]) {
    const other = new Publishing({ knex, clock, prove: () => proof });
    const refused = await other.publish(shipped, LI_AND_WANG, 'production');
    assert.ok(refused.kind === 'refused' && refused.reason === 'not_proved');
    assert.equal(refused.proof, proof);
  }
  assert.deepEqual([await listReleases(knex), await activeRelease(knex)], [[], undefined]);
});

test('one person alone puts nothing in force and takes nothing back (S3)', async (t) => {
  const { knex, publishing, asked } = await setUp(t);
  const alone = [
    [{ proposedBy: 'Li', approvedBy: undefined }, 'approver_missing'],
    [{ proposedBy: 'Li', approvedBy: ' LI ' }, 'same_person'],
    [{ proposedBy: '', approvedBy: 'Wang' }, 'proposer_missing'],
  ] as const;
  for (const [people, reason] of alone)
    assert.deepEqual(await publishing.publish(shipped, people, 'production'), { kind: 'refused', reason });
  assert.deepEqual([asked, await listReleases(knex)], [[], []]);
  const first = await publishing.publish(shipped, LI_AND_WANG, 'production');
  assert.ok(first.kind === 'published');
  assert.equal((await publishing.publish(changedTexts, LI_AND_WANG, 'production')).kind, 'published');
  for (const [people, reason] of alone)
    assert.deepEqual(await publishing.rollBack(first.hash, people, 'production'), {
      kind: 'refused',
      reason,
    });
  assert.equal((await listActivations(knex)).length, 2);
});

test('people who are found only after the proof are held to the same: none, or one twice, puts nothing in force (S3)', async (t) => {
  const { knex, publishing, asked } = await setUp(t);
  for (const [people, reason] of [
    [{ proposedBy: undefined, approvedBy: undefined }, 'proposer_missing'],
    [{ proposedBy: 'Li Na', approvedBy: 'li na' }, 'same_person'],
  ] as const)
    assert.deepEqual(await publishing.publish(shipped, async () => people, 'production'), {
      kind: 'refused',
      reason,
    });
  assert.equal(asked.length, 2, 'they are looked for once everything else is right');
  assert.equal(await activeRelease(knex), undefined);
});

test('in the demo one person is enough', async (t) => {
  const { publishing } = await setUp(t);
  const published = await publishing.publish(shipped, { proposedBy: 'Li', approvedBy: undefined }, 'demo');
  assert.equal(published.kind, 'published');
});

test('a release whose entry cannot be written is not published (invariant 35)', async (t) => {
  const { knex, publishing } = await setUp(t);
  await knex.raw(
    "create trigger broken before insert on ledger_entries begin select raise(abort, 'the disk is full'); end",
  );
  await assert.rejects(publishing.publish(shipped, LI_AND_WANG, 'production'), /the disk is full/);
  assert.equal(await activeRelease(knex), undefined);
  assert.deepEqual(await listReleases(knex), []);
});

test('going back puts an earlier release in force again, keeps every release and tells who and when', async (t) => {
  const { knex, clock, publishing } = await setUp(t);
  const first = await publishing.publish(shipped, LI_AND_WANG, 'production');
  clock.advance(DAY);
  const second = await publishing.publish(changedTexts, LI_AND_WANG, 'production');
  clock.advance(DAY);
  assert.ok(first.kind === 'published' && second.kind === 'published');
  const people = { proposedBy: 'Wang Wei', approvedBy: 'Zhao Min' };
  const back = await publishing.rollBack(first.hash, people, 'production');
  assert.ok(back.kind === 'rolled_back' && back.release.number === 1);
  assert.equal(await activeRelease(knex), first.hash);
  assert.deepEqual(
    (await listReleases(knex)).map(({ number, hash }) => [number, hash]),
    [
      [1, first.hash],
      [2, second.hash],
    ],
  );
  assert.deepEqual(
    (await listActivations(knex)).map(({ seq, release, kind, proposedBy, at }) => [
      seq,
      release,
      kind,
      proposedBy,
      clock.now() - at,
    ]),
    [
      [1, first.hash, 'publish', 'Li Na', 2 * DAY],
      [2, second.hash, 'publish', 'Li Na', DAY],
      [3, first.hash, 'rollback', 'Wang Wei', 0],
    ],
  );
  const recorded = async (hash: string) =>
    (await entriesOf(knex, { kind: 'release', id: hash })).map(({ type, data }) => [
      type,
      data.person,
      data.approver,
    ]);
  assert.deepEqual(await recorded(first.hash), [
    ['release.published', 'Li Na', 'Wang Wei'],
    ['release.activated', 'Wang Wei', 'Zhao Min'],
  ]);
  assert.deepEqual(await recorded(second.hash), [['release.published', 'Li Na', 'Wang Wei']]);
});

test('what is in force, was published before or is not known is refused, and says which', async (t) => {
  const { publishing, asked } = await setUp(t);
  const first = await publishing.publish(shipped, LI_AND_WANG, 'production');
  assert.ok(first.kind === 'published');
  const reasonOf = (result: { readonly kind: string; readonly reason?: string }) => result.reason;
  assert.equal(reasonOf(await publishing.publish(shipped, LI_AND_WANG, 'production')), 'already_active');
  assert.equal(reasonOf(await publishing.rollBack(first.hash, LI_AND_WANG, 'production')), 'already_active');
  assert.equal(reasonOf(await publishing.rollBack('00', LI_AND_WANG, 'production')), 'unknown_release');
  await publishing.publish(changedTexts, LI_AND_WANG, 'production');
  assert.deepEqual(await publishing.publish(shipped, LI_AND_WANG, 'production'), {
    kind: 'refused',
    reason: 'published_before',
    number: 1,
  });
  assert.equal(asked.length, 2, 'nothing was searched in vain');
});

test('of two who publish at the same moment one is told', async (t) => {
  const { knex, publishing } = await setUp(t);
  const results = await Promise.allSettled([
    publishing.publish(shipped, LI_AND_WANG, 'production'),
    publishing.publish(shipped, LI_AND_WANG, 'production'),
  ]);
  const fulfilled = results.filter(({ status }) => status === 'fulfilled');
  const rejected = results.find((result) => result.status === 'rejected');
  assert.equal(fulfilled.length, 1);
  assert.match(String(rejected?.reason), /somebody else published at the same moment/);
  assert.equal((await listReleases(knex)).length, 1);
  assert.equal((await listActivations(knex)).length, 1);
});

test('the database refuses to change or delete a release or its history', async (t) => {
  const { knex, publishing } = await setUp(t);
  await publishing.publish(shipped, LI_AND_WANG, 'production');
  const attempts = [
    () => knex('releases').update({ document: '{}' }),
    () => knex('releases').update({ approved_by: 'somebody else' }),
    () => knex('releases').delete(),
    () => knex('release_activations').update({ at: 0 }),
    () => knex('release_activations').where({ seq: 1 }).delete(),
  ];
  for (const attempt of attempts) await assert.rejects(attempt(), /append-only/);
  assert.deepEqual(await storedTexts(knex, releaseOf(shipped).hash), shipped);
});

test('a release that was changed all the same decides nothing', async (t) => {
  const { knex, publishing } = await setUp(t);
  const published = await publishing.publish(shipped, LI_AND_WANG, 'production');
  assert.ok(published.kind === 'published');
  await publishing.publish(changedTexts, LI_AND_WANG, 'production');
  await knex.raw('DROP TRIGGER releases_no_update');
  const weaker = JSON.stringify({ ...shipped, policy: shipped.policy.replace('length: 6', 'length: 7') });
  await knex('releases').where({ hash: published.hash }).update({ document: weaker });
  const changedFault = { name: 'Fault', kind: 'conflict', message: /was changed/ };
  await assert.rejects(storedRelease(knex, published.hash), changedFault);
  await assert.rejects(publishing.rollBack(published.hash, LI_AND_WANG, 'production'), changedFault);
});

test('the demo publishes its files at every start, and goes back to ones it had before', async (t) => {
  const { knex, clock } = await setUp(t);
  const first = await publishForDemo(knex, clock, shipped);
  await publishForDemo(knex, clock, shipped);
  assert.equal((await listActivations(knex)).length, 1);
  const second = await publishForDemo(knex, clock, changedTexts);
  assert.equal(await activeRelease(knex), second.hash);
  await publishForDemo(knex, clock, shipped);
  assert.equal(await activeRelease(knex), first.hash);
  assert.deepEqual(
    (await listReleases(knex)).map(({ report }) => report.proved),
    [false, false],
  );
});

test('a release from before a bound still decides its calls, and is not put in force again (R7.1)', async (t) => {
  const { knex, clock, publishing } = await setUp(t);
  const before = changed(
    shipped,
    'policy',
    'largeLoanFrom: { CNY: 5000000',
    'largeLoanFrom: { CNY: 900000000',
  );
  const made = makeRelease(before, 'stored');
  assert.ok(made.ok);
  const { hash } = made.release;
  const report = { proved: true as const, states: 1, transitions: 1, seconds: 0, verdicts: [] };
  await storeAndActivate(knex, clock, { hash, document: documentOf(before), report }, LI_AND_WANG);
  assert.equal((await storedRelease(knex, hash))?.policy.amounts.largeLoanFrom.CNY, 900_000_000);
  assert.equal((await publishing.publish(shipped, LI_AND_WANG, 'production')).kind, 'published');
  const again = await publishing.rollBack(hash, LI_AND_WANG, 'production');
  assert.ok(again.kind === 'refused' && again.reason === 'unfit');
  assert.match(again.problems.join(), /largeLoanFrom.*R7\.1/);
  assert.notEqual(await activeRelease(knex), hash);
});
