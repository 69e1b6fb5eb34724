import assert from 'node:assert/strict';
import { allowChanges, storeTest } from '../../test/support/databases.ts';
import { withFormat } from '../flow/formats/record-format.ts';
import { sha256 } from '../platform/digest.ts';
import { isPostgres, type Knex } from '../storage/connect.ts';
import { NOT_PROVED_IN_DEMO, type PublishedRelease } from './release-record.ts';
import {
  activeRelease,
  insertActivation,
  insertRelease,
  listActivations,
  listReleases,
  storedTexts,
} from './releases.store.ts';

const NOW = Date.UTC(2026, 0, 15);
const TEXTS = { flow: 'f', policy: 'p', company: 'c', prompts: {}, sms: {} };
const PEOPLE = { proposedBy: 'Li Na', approvedBy: 'Wang Wei' };

function release(flow: string): Omit<PublishedRelease, 'number'> & { readonly document: string } {
  const document = JSON.stringify(withFormat({ ...TEXTS, flow }));
  return { hash: sha256(document), document, report: NOT_PROVED_IN_DEMO, ...PEOPLE, createdAt: NOW };
}

const insert = (knex: Knex, flow: string) =>
  knex.transaction((transaction) => insertRelease(transaction, release(flow)));
const activate = (knex: Knex, flow: string) =>
  insertActivation(knex, { release: release(flow).hash, kind: 'publish', ...PEOPLE, at: NOW });

storeTest('releases are numbered from 1 without gaps, and come back as they went in', async (knex) => {
  assert.equal(await activeRelease(knex), undefined);
  for (const [index, flow] of ['one', 'two', 'three'].entries())
    assert.equal(await insert(knex, flow), index + 1);
  const { document: _document, ...two } = release('two');
  assert.deepEqual((await listReleases(knex))[1], { ...two, number: 2 });
  assert.deepEqual(await storedTexts(knex, two.hash), { ...TEXTS, flow: 'two' });
  assert.equal(await storedTexts(knex, 'none'), undefined);
  assert.equal(await activeRelease(knex), undefined, 'stored is not in force');
});

storeTest('who approved is left open only where nobody did', async (knex) => {
  await insertRelease(knex, { ...release('one'), approvedBy: undefined });
  assert.equal((await listReleases(knex))[0]?.approvedBy, undefined);
});

storeTest('of the same release stored ten times at once one is written', async (knex) => {
  const numbers = await Promise.all(Array.from({ length: 10 }, () => insert(knex, 'one')));
  assert.deepEqual(
    numbers.filter((number) => number !== undefined),
    [1],
  );
  assert.equal((await listReleases(knex)).length, 1);
});

storeTest(
  'of different releases stored at once each number is given once, and who came too late is told',
  async (knex) => {
    const numbers = await Promise.all(Array.from({ length: 10 }, (_, n) => insert(knex, `flow ${n}`)));
    const given = numbers.filter((number) => number !== undefined).sort((a, b) => a - b);
    assert.ok(given.length >= 1);
    assert.deepEqual(
      given,
      given.map((_, index) => index + 1),
    );
    const listed = await listReleases(knex);
    assert.deepEqual(
      listed.map(({ number }) => number),
      given,
    );
    for (const [n, number] of numbers.entries())
      if (number !== undefined) assert.equal(listed[number - 1]?.hash, release(`flow ${n}`).hash);
  },
);

storeTest(
  'of activations at once each place is taken once, and the last place is what is in force',
  async (knex) => {
    const flows = ['one', 'two', 'three', 'four', 'five'];
    for (const flow of flows) await insert(knex, flow);
    const taken = await Promise.all(flows.map((flow) => activate(knex, flow)));
    const activations = await listActivations(knex);
    assert.equal(activations.length, taken.filter(Boolean).length);
    assert.deepEqual(
      activations.map(({ seq }) => seq),
      activations.map((_, index) => index + 1),
    );
    const won = flows.filter((_, index) => taken[index]).map((flow) => release(flow).hash);
    assert.deepEqual(activations.map(({ release: hash }) => hash).sort(), won.sort());
    assert.equal(await activeRelease(knex), activations.at(-1)?.release);
  },
);

storeTest('what was overtaken leaves its transaction usable', async (knex) => {
  await insert(knex, 'one');
  await knex.transaction(async (transaction) => {
    assert.equal(await insertRelease(transaction, release('one')), undefined);
    assert.equal((await listReleases(transaction)).length, 1);
  });
});

storeTest('nothing that is not stored can be in force', async (knex) => {
  await assert.rejects(activate(knex, 'never stored'));
  assert.deepEqual(await listActivations(knex), []);
});

storeTest('the database refuses to change, delete or empty what was published', async (knex) => {
  await insert(knex, 'one');
  await activate(knex, 'one');
  for (const table of ['releases', 'release_activations']) {
    await assert.rejects(knex(table).update({ proposed_by: 'somebody else' }), /append-only/);
    await assert.rejects(knex(table).delete(), /append-only/);
    if (isPostgres(knex)) await assert.rejects(knex.raw(`TRUNCATE ${table} CASCADE`), /append-only/);
  }
  assert.equal((await listReleases(knex))[0]?.proposedBy, 'Li Na');
  assert.equal((await listActivations(knex)).length, 1);
});

storeTest(
  'a document that was changed all the same is found by its hash, and a report by its shape',
  async (knex) => {
    await insert(knex, 'one');
    await allowChanges(knex, 'releases');
    await knex('releases').update({ document: JSON.stringify({ ...TEXTS, flow: 'another' }), report: '{}' });
    await assert.rejects(storedTexts(knex, release('one').hash), { name: 'Fault', message: /was changed/ });
    await assert.rejects(listReleases(knex), { name: 'Fault', message: /cannot be read/ });
  },
);

storeTest(
  'a stored document of an unknown format, or without the texts, is refused in words',
  async (knex) => {
    const stored = async (members: object): Promise<string> => {
      const document = JSON.stringify(members);
      const hash = sha256(document);
      await knex.transaction((transaction) =>
        insertRelease(transaction, { ...release('any'), hash, document }),
      );
      return hash;
    };
    await assert.rejects(storedTexts(knex, await stored({ ...TEXTS, format: 99 })), {
      name: 'Fault',
      message:
        /^this version of the program refuses the stored release \w+: the release is of format 99, and /,
    });
    await assert.rejects(storedTexts(knex, await stored({ flow: 'f' })), {
      name: 'Fault',
      message: /the document does not hold the texts of a release$/,
    });
  },
);
