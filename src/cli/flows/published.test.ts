import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { changed, shippedTexts } from '../../../test/support/shipped.ts';
import { DAY, ManualClock } from '../../platform/clock.ts';
import { seededRandom } from '../../platform/random.ts';
import { PROPERTIES } from '../../prover/properties/catalogue.ts';
import { publishForDemo } from '../../releases/activation.service.ts';
import { Publishing } from '../../releases/publishing.service.ts';
import { connect, type Knex } from '../../storage/connect.ts';
import { migrate } from '../../storage/migrate.ts';
import { runHotline } from '../hotline.ts';

const LI_AND_WANG = ['--proposed-by', 'Li Na', '--approved-by', 'Wang Wei'];

async function setUp(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'flows-cli-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'test.sqlite');
  const clock = new ManualClock();
  const withKnex = async <Result>(work: (knex: Knex) => Promise<Result>): Promise<Result> => {
    const knex = connect({ kind: 'sqlite', file });
    await migrate(knex);
    return work(knex).finally(() => knex.destroy());
  };
  const flows = async (...words: string[]) => {
    const [out, err]: [string[], string[]] = [[], []];
    const terminal = {
      environment: { DATABASE_URL: `sqlite://${file}` },
      clock,
      random: seededRandom('flows'),
      print: (text: string) => out.push(text),
    };
    const code = await runHotline(terminal, ['flows', ...words], (text) => err.push(text));
    return { code, out: out.join('\n'), err: err.join('\n') };
  };
  /** Writes a policy beside the database and answers the options that name it. */
  const policy = async (part: string, replacement: string) => {
    const path = join(folder, 'policy.yaml');
    writeFileSync(path, changed(await shippedTexts(), 'policy', part, replacement).policy);
    return ['--policy', path];
  };
  return { clock, withKnex, flows, policy, folder };
}

/** Publishes without a search, which has tests of its own. */
async function publishProved(knex: Knex, clock: ManualClock, edit?: readonly [string, string]) {
  const shipped = await shippedTexts();
  const verdicts = PROPERTIES.map((property) => ({ property, finding: undefined }));
  const publishing = new Publishing({
    knex,
    clock,
    prove: () => ({ verdicts, states: 1_234, transitions: 5_678, cutAt: undefined }),
  });
  const texts = edit ? changed(shipped, 'policy', ...edit) : shipped;
  const people = { proposedBy: 'Li Na', approvedBy: 'Wang Wei' };
  assert.equal((await publishing.publish(texts, people, 'production')).kind, 'published');
}

test('publish proves the shipped files and puts them in force; one person alone cannot (S3)', async (t) => {
  const { flows, withKnex } = await setUp(t);
  assert.match((await flows('publish', ...LI_AND_WANG)).err, /^There is no database at .* migrate/);
  await withKnex(async () => {});
  const alone = await flows('publish', '--proposed-by', 'Li Na', '--approved-by', 'li na');
  assert.deepEqual([alone.code, alone.out], [1, '']);
  assert.match(alone.err, /same person; they must be two \(S3\)/);
  assert.match((await flows('publish', '--proposed-by', 'Li')).err, /--approved-by NAME \(S3\)/);
  assert.match((await flows('publish')).err, /--proposed-by NAME/);
  const published = await flows('publish', ...LI_AND_WANG);
  assert.deepEqual([published.code, published.err], [0, '']);
  assert.match(published.out, /^All \d+ properties hold: \d+ states and \d+ transitions explored/);
  assert.match(published.out, /New calls begin with release 1 \([0-9a-f]{12}\) within seconds/);
  assert.match((await flows('publish', ...LI_AND_WANG)).err, /in force already/);
  assert.match((await flows('list')).out, /all \d+ properties held in \d+ states/);
});

test('publish refuses files that are no release, with every problem', async (t) => {
  const { flows, withKnex, policy } = await setUp(t);
  await withKnex(async () => {});
  const refused = await flows(
    'publish',
    ...LI_AND_WANG,
    ...(await policy('countries: [CN, VN]\n', 'countries: [CN]\n')),
  );
  assert.equal(refused.code, 1);
  assert.match(refused.err, /The release is refused:\n- policy: VN: code\.countries includes VN; .*\(V1: /);
  const missing = await flows('publish', ...LI_AND_WANG, '--policy', '/nowhere.yaml');
  assert.match(missing.err, /policy: the file \/nowhere\.yaml cannot be read \(ENOENT\)/);
});

test('diff says in words what the files change, and what another release did', async (t) => {
  const { flows, withKnex, clock, policy } = await setUp(t);
  assert.match(
    (await withKnex(async () => flows('diff'))).err,
    /^Nothing is published in this database yet\.$/,
  );
  await withKnex((knex) => publishProved(knex, clock));
  const same = await flows('diff');
  assert.match(same.out, /^From release 1 \([0-9a-f]{12}\) to the files:\nNothing changes for callers\.$/);
  const fewer = await flows('diff', '--files', ...(await policy('retriesShort: 4', 'retriesShort: 3')));
  assert.match(
    fewer.out,
    /Limits and levels\n- tries at a menu .*\(dialogue\.retriesShort\): 4 → 3 \[stricter\]$/,
  );
  await withKnex((knex) => publishProved(knex, clock, ['retriesShort: 4', 'retriesShort: 3']));
  assert.match((await flows('diff', '--from', '2', '--to', '1')).out, /3 → 4 \[looser\]/);
  assert.match((await flows('diff', '--from', 'active', '--to', '1')).out, /From release 2 .* to release 1 /);
  assert.match((await flows('diff', '--from', '7')).err, /There is no release 7/);
  const unfit = await flows('diff', ...(await policy('length: 6 # Z9', 'length: 4 # Z9')));
  assert.deepEqual([unfit.code, unfit.out], [1, '']);
  assert.match(unfit.err, /pin\.length is from 6 to 12 \(Z9/);
});

test('list and rollback: an earlier release comes back, and the history says who and when', async (t) => {
  const { flows, withKnex, clock } = await setUp(t);
  await withKnex(async (knex) => {
    await publishProved(knex, clock);
    clock.advance(DAY);
    await publishProved(knex, clock, ['retriesShort: 4', 'retriesShort: 3']);
    clock.advance(DAY);
  });
  const hash = /^ {2}1 {2}([0-9a-f]{12}) /m.exec((await flows('list')).out)?.[1] ?? '';
  const alone = await flows('rollback', hash, '--proposed-by', 'Li', '--approved-by', 'LI ');
  assert.match(alone.err, /same person/);
  const back = await flows('rollback', hash, '--proposed-by', 'Wang Wei', '--approved-by', 'Zhao Min');
  assert.equal(back.code, 0, back.err);
  assert.match(back.out, /^New calls begin with release 1 \(.*\) again within seconds/);
  const { out } = await flows('list');
  assert.equal(
    out.replaceAll(/[0-9a-f]{12}/g, 'HASH').replaceAll(/all \d+/g, 'all N'),
    [
      '  2  HASH  published 2026-01-16 02:00 UTC, proposed by Li Na, approved by Wang Wei',
      '     all N properties held in 1234 states and 5678 transitions, 0.0 s',
      '     in force from 2026-01-16 02:00 UTC until 2026-01-17 02:00 UTC',
      '* 1  HASH  published 2026-01-15 02:00 UTC, proposed by Li Na, approved by Wang Wei',
      '     all N properties held in 1234 states and 5678 transitions, 0.0 s',
      '     in force from 2026-01-15 02:00 UTC until 2026-01-16 02:00 UTC',
      '     in force from 2026-01-17 02:00 UTC until now (gone back to by Wang Wei and Zhao Min)',
    ].join('\n'),
  );
  assert.match((await flows('rollback', '1', ...LI_AND_WANG)).err, /in force already/);
  assert.match((await flows('rollback', 'abc', ...LI_AND_WANG)).err, /There is no release abc/);
});

test('one person is enough in a demo database, whatever the command was told, and in no other', async (t) => {
  const { flows, withKnex, clock } = await setUp(t);
  await withKnex(async (knex) => {
    await publishForDemo(knex, clock, await shippedTexts());
    await publishProved(knex, clock, ['retriesShort: 4', 'retriesShort: 3']);
  });
  const back = ['rollback', '1', '--proposed-by', 'Li', '--demo'];
  assert.match((await flows(...back)).err, /--approved-by NAME \(S3\)/);
  await withKnex((knex) => knex('settings').insert({ name: 'demo', value: 'yes' }));
  assert.equal((await flows(...back)).code, 0);
  assert.match((await flows('list', '--demo')).out, /not proved: published by the demo for itself/);
});

test('a release that was changed in the database is not compared and not put in force', async (t) => {
  const { flows, withKnex, clock } = await setUp(t);
  await withKnex(async (knex) => {
    await publishProved(knex, clock);
    await publishProved(knex, clock, ['retriesShort: 4', 'retriesShort: 3']);
    await knex.raw('DROP TRIGGER releases_no_update');
    await knex('releases').where({ number: 1 }).update({ document: '{}' });
  });
  for (const words of [
    ['diff', '--from', '1'],
    ['rollback', '1', ...LI_AND_WANG],
  ])
    assert.match(
      (await flows(...words)).err,
      /^This cannot be done now: the stored release .* was changed\.$/,
    );
});
