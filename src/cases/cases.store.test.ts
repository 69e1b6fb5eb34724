import assert from 'node:assert/strict';
import { storeTest } from '../../test/support/databases.ts';
import { HOUR } from '../platform/clock.ts';
import { seededRandom } from '../platform/random.ts';
import {
  caseOfHandoff,
  closeAnswered,
  closeCase,
  openCase,
  openCases,
  ownCase,
  ownsCaseAbout,
} from './cases.store.ts';

const wanted = {
  kind: 'nobody_on_duty',
  queue: 'verification',
  language: 'en-US',
  callId: 'CA1',
  handoffId: 'h1',
  customerId: 'c1',
  callsBack: false,
  placeAt: 5,
} as const;

storeTest(
  'one hand-off has one case, with a number and a clock; a wish to be called back is added to it',
  async (knex) => {
    const random = seededRandom('cases');
    const first = await openCase(knex, random, wanted, 10);
    assert.equal(first.isNew, true);
    assert.match(first.case.number, /^\d{8}$/);
    assert.equal(first.case.dueAt, 10 + 4 * HOUR);
    const second = await openCase(knex, random, { ...wanted, kind: 'callback', callsBack: true }, 20);
    assert.deepEqual(
      [second.isNew, second.case.number, second.case.callsBack],
      [false, first.case.number, true],
    );
    assert.equal((await caseOfHandoff(knex, 'h1'))?.callsBack, true);
    assert.equal(await caseOfHandoff(knex, 'h2'), undefined);
  },
);

storeTest('one person owns a case, sees its customer while it is open, and closes it', async (knex) => {
  const random = seededRandom('cases');
  const { case: opened } = await openCase(knex, random, wanted, 10);
  const owned = await Promise.all(
    ['anna', 'ben'].map((id) => knex.transaction((trx) => ownCase(trx, opened.id, id))),
  );
  assert.equal(owned.filter(Boolean).length, 1);
  const [owner, other] = owned[0] ? ['anna', 'ben'] : ['ben', 'anna'];
  assert.ok(owner && other);
  assert.equal(await ownsCaseAbout(knex, owner, 'c1'), true);
  assert.equal(await ownsCaseAbout(knex, other, 'c1'), false);
  assert.equal(await ownsCaseAbout(knex, owner, 'c2'), false);
  await closeAnswered(knex, 'h1', 30);
  assert.equal((await openCases(knex, 9)).length, 1, 'its owner closes it');
  assert.equal(await closeCase(knex, opened.id, other, 'done', 30), false);
  assert.equal(await closeCase(knex, opened.id, owner, 'called_back', 30), true);
  assert.equal(await ownsCaseAbout(knex, owner, 'c1'), false);
  assert.deepEqual(await openCases(knex, 9), []);
});

storeTest('a case nobody owns is closed when its caller was answered after all', async (knex) => {
  await openCase(knex, seededRandom('cases'), wanted, 10);
  await closeAnswered(knex, 'h1', 30);
  const closed = await caseOfHandoff(knex, 'h1');
  assert.deepEqual([closed?.state, closed?.outcome, closed?.closedAt], ['closed', 'answered', 30]);
});
