import assert from 'node:assert/strict';
import { storeTest } from '../../test/support/databases.ts';
import { insertPinVerifiers, pinVerifierOf } from './pin-verifiers.store.ts';

const NOW = Date.UTC(2026, 0, 15);

storeTest('a verifier is found by customer and kind, and nowhere else', async (knex) => {
  await knex('customers').insert({
    id: 'wang',
    locale: 'zh-CN',
    jurisdiction: 'CN',
    name_sealed: 's',
    national_id_sealed: 's',
    national_id_index: 'i',
    freeze: 'none',
    created_at: NOW,
  });
  await insertPinVerifiers(knex, 'wang', { query: 'verifier' }, NOW);
  assert.equal(await pinVerifierOf(knex, 'wang', 'query'), 'verifier');
  assert.equal(await pinVerifierOf(knex, 'wang', 'transaction'), undefined);
  assert.equal(await pinVerifierOf(knex, 'li', 'query'), undefined);
  assert.equal(await pinVerifierOf(knex, undefined, 'query'), undefined);
});
