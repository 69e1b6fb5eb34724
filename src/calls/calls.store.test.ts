import assert from 'node:assert/strict';
import { getsThrough, storeTest } from '../../test/support/databases.ts';
import { TEST_KEYS as keys } from '../../test/support/keys.ts';
import { MINUTE } from '../platform/clock.ts';
import { seal } from '../platform/keyring.ts';
import { seededRandom } from '../platform/random.ts';
import { isPostgres, type Knex } from '../storage/connect.ts';
import { type Journal, newCall } from './call.ts';
import {
  callsSince,
  findCall,
  findTurn,
  insertCall,
  insertTurn,
  lockCallForUpdate,
  type StoredCall,
  turnsOfCall,
  updateCall,
} from './calls.store.ts';
import { countLiveCalls } from './live-calls.store.ts';

const NOW = Date.UTC(2026, 0, 15);
const random = seededRandom('calls store');
const JOURNAL: Journal = { now: NOW, steps: [{ event: { type: 'ANSWERED' }, facts: { pauseSeconds: 2 } }] };

function call(id = 'CA1', over: Partial<StoredCall> = {}): StoredCall {
  return {
    state: newCall(id, 'menu.main', { language: 'vi-VN', currency: 'VND' }, NOW),
    release: 'r1',
    line: '+842873000001',
    source: '+84912345678',
    sourceIndex: 'source',
    attestation: undefined,
    token: 'token-1',
    version: 1,
    head: { length: 2, lastHash: 'h1' },
    updatedAt: NOW,
    ...over,
  };
}

const insert = (knex: Knex, stored: StoredCall) =>
  knex.transaction((transaction) => insertCall(transaction, keys, random, stored));
const update = (knex: Knex, stored: StoredCall, endedBy?: string) =>
  knex.transaction((transaction) => updateCall(transaction, keys, random, stored, endedBy));

/** The call one turn later. */
function moved(before: StoredCall, step: string): StoredCall {
  return {
    ...before,
    state: { ...before.state, step },
    token: `token-${before.version + 1}`,
    version: before.version + 1,
    head: { length: before.head.length + 3, lastHash: `h${before.version + 1}` },
    updatedAt: before.updatedAt + MINUTE,
  };
}

storeTest(
  'a call is found as it was written, and its caller’s number is not in the table in clear',
  async (knex) => {
    for (const stored of [call('CA1'), call('CA2', { attestation: 'TN-Validation-Passed-A' })]) {
      assert.equal(await insert(knex, stored), true);
      assert.deepEqual(await findCall(knex, keys, stored.state.id), stored);
    }
    assert.equal(await findCall(knex, keys, 'CA3'), undefined);
    assert.doesNotMatch(JSON.stringify(await knex('calls')), /912345678/);
  },
);

storeTest('a call announced ten times at once is written once, as one of them', async (knex) => {
  const written = await Promise.all(
    Array.from({ length: 10 }, (_, n) => insert(knex, call('CA1', { token: `token-${n}` }))),
  );
  assert.equal(written.filter(Boolean).length, 1);
  assert.equal((await findCall(knex, keys, 'CA1'))?.token, `token-${written.indexOf(true)}`);
});

storeTest('a call that is there already leaves its transaction usable', async (knex) => {
  await insert(knex, call());
  await knex.transaction(async (transaction) => {
    assert.equal(await insertCall(transaction, keys, random, call('CA1', { token: 'late' })), false);
    assert.equal((await findCall(transaction, keys, 'CA1'))?.token, 'token-1');
  });
});

storeTest(
  'of turns on the same version one is written over it, in any order of asking (invariant 40)',
  async (knex) => {
    const before = call();
    await insert(knex, before);
    const written = await Promise.all(
      Array.from({ length: 10 }, (_, n) => update(knex, moved(before, `step-${n}`))),
    );
    assert.equal(written.filter(Boolean).length, 1);
    assert.deepEqual(await findCall(knex, keys, 'CA1'), moved(before, `step-${written.indexOf(true)}`));
    assert.equal(await update(knex, moved(before, 'late')), false);
    assert.equal(await update(knex, moved(moved(before, 'ahead'), 'ahead')), true);
    assert.equal(await update(knex, moved(call('CA9'), 'nobody')), false);
  },
);

storeTest(
  'a turn that holds a call keeps the others waiting, and they then find it has moved',
  async (knex) => {
    const before = call();
    await insert(knex, before);
    const turns = await Promise.all(
      Array.from({ length: 10 }, (_, n) =>
        knex.transaction(async (transaction) => {
          const held = await lockCallForUpdate(transaction, keys, 'CA1');
          if (held?.version !== before.version) return false;
          // Whatever a turn does while it holds the call is done once.
          await transaction('settings').insert({ name: `turn-${n}`, value: '' });
          return updateCall(transaction, keys, random, moved(before, 'next'), undefined);
        }),
      ),
    );
    assert.equal(turns.filter(Boolean).length, 1);
    assert.equal((await knex('settings')).length, 1);
  },
);

storeTest('a turn waits for the turn of its call before it, not for those of other calls', async (knex) => {
  const before = call();
  await insert(knex, before);
  await insert(knex, call('CA2'));
  const lock = (id: string) => (transaction: Knex) => lockCallForUpdate(transaction, keys, id);
  assert.equal(await getsThrough(knex, lock('CA1'), lock('CA2')), isPostgres(knex));
  let seen: StoredCall | undefined;
  const through = await getsThrough(
    knex,
    async (transaction) => {
      await lock('CA1')(transaction);
      await updateCall(transaction, keys, random, moved(before, 'next'), undefined);
    },
    async (transaction) => {
      seen = await lock('CA1')(transaction);
    },
  );
  assert.equal(through, false);
  assert.deepEqual(seen, moved(before, 'next'), 'a turn that waited sees what was done meanwhile');
  assert.equal(await getsThrough(knex, lock('CA1'), lock('CA1')), false);
});

storeTest('holding a call changes nothing', async (knex) => {
  await insert(knex, call());
  const before = await knex('calls');
  assert.deepEqual(
    await knex.transaction((transaction) => lockCallForUpdate(transaction, keys, 'CA1')),
    call(),
  );
  assert.equal(
    await knex.transaction((transaction) => lockCallForUpdate(transaction, keys, 'CA2')),
    undefined,
  );
  assert.deepEqual(await knex('calls'), before);
});

storeTest('a turn that is rolled back leaves the call and its turns as they were', async (knex) => {
  const before = call();
  await insert(knex, before);
  await assert.rejects(
    knex.transaction(async (transaction) => {
      await updateCall(transaction, keys, random, moved(before, 'next'), undefined);
      await insertTurn(transaction, keys, random, turn('token-1', 2));
      throw new Error('the turn failed');
    }),
    /the turn failed/,
  );
  assert.deepEqual(await findCall(knex, keys, 'CA1'), before);
  assert.equal(await findTurn(knex, keys, 'CA1', 'token-1'), undefined);
});

storeTest(
  'who was identified is kept when a later turn knows nobody, and an end is told once it came',
  async (knex) => {
    const before = call();
    await insert(knex, before);
    const identified = moved(before, 'pin.entry');
    const known = { ...identified, state: { ...identified.state, proofs: { customerId: 'wang', pins: {} } } };
    assert.equal(await update(knex, known), true);
    const over = moved(identified, 'ended');
    assert.equal(await update(knex, { ...over, state: { ...over.state, status: 'ended' } }, 'caller'), true);
    const { status, customer_id, started_at, updated_at, ended_at, ended_by } = await knex('calls').first();
    assert.deepEqual(
      { status, customer_id, started_at, updated_at, ended_at, ended_by },
      {
        status: 'ended',
        customer_id: 'wang',
        started_at: NOW,
        updated_at: NOW + 2 * MINUTE,
        ended_at: NOW + 2 * MINUTE,
        ended_by: 'caller',
      },
    );
  },
);

storeTest('live calls are counted, ended ones not', async (knex) => {
  assert.equal(await countLiveCalls(knex), 0);
  for (const id of ['CA1', 'CA2', 'CA3']) await insert(knex, call(id));
  const over = moved(call('CA2'), 'ended');
  await update(knex, { ...over, state: { ...over.state, status: 'ended' } }, 'caller');
  assert.equal(await countLiveCalls(knex), 2);
});

function turn(token: string, seq: number, answer = '<Response>你好\r\n</Response>') {
  return {
    callId: 'CA1',
    token,
    seq,
    requestDigest: `digest-${seq}`,
    answer,
    nextToken: `after-${token}`,
    journal: JOURNAL,
    at: NOW + seq,
  };
}

storeTest(
  'a turn gives its answer again, byte for byte, and neither it nor the journal is there in clear',
  async (knex) => {
    const { journal: _journal, callId: _call, token: _token, nextToken: _next, ...kept } = turn('answer', 1);
    await knex.transaction((transaction) => insertTurn(transaction, keys, random, turn('answer', 1)));
    assert.deepEqual(await findTurn(knex, keys, 'CA1', 'answer'), kept);
    assert.equal(await findTurn(knex, keys, 'CA1', 'token-1'), undefined);
    assert.equal(await findTurn(knex, keys, 'CA2', 'answer'), undefined);
    assert.doesNotMatch(JSON.stringify(await knex('turns')), /Response|ANSWERED/);
  },
);

storeTest(
  'a step token is answered once: of turns at once one is written, and the others’ transactions with nothing',
  async (knex) => {
    const turns = await Promise.allSettled(
      Array.from({ length: 10 }, (_, n) =>
        knex.transaction(async (transaction) => {
          await transaction('settings').insert({ name: `turn-${n}`, value: '' });
          await insertTurn(transaction, keys, random, turn('token-1', n));
        }),
      ),
    );
    const first = turns.findIndex(({ status }) => status === 'fulfilled');
    assert.equal(turns.filter(({ status }) => status === 'fulfilled').length, 1);
    assert.equal((await findTurn(knex, keys, 'CA1', 'token-1'))?.seq, first);
    assert.deepEqual(await knex('settings').select('name'), [{ name: `turn-${first}` }]);
  },
);

storeTest('the turns of a call come in order with what they were decided on', async (knex) => {
  for (const seq of [10, 2, 1])
    await insertTurn(knex, keys, random, turn(`token-${seq}`, seq, `answer ${seq}`));
  await insertTurn(knex, keys, random, { ...turn('token-1', 1), callId: 'CA2' });
  assert.deepEqual(
    await turnsOfCall(knex, keys, 'CA1'),
    [1, 2, 10].map((seq) => ({
      seq,
      token: `token-${seq}`,
      answer: `answer ${seq}`,
      nextToken: `after-token-${seq}`,
      journal: JOURNAL,
    })),
  );
});

storeTest('a journal of an unknown format is refused in words', async (knex) => {
  await insertTurn(knex, keys, random, turn('token-1', 1));
  const newer = seal(keys, random, 'turns.journal:CA1:token-1', JSON.stringify({ ...JOURNAL, format: 99 }));
  await knex('turns').update({ journal_sealed: newer });
  await assert.rejects(turnsOfCall(knex, keys, 'CA1'), {
    name: 'Fault',
    message: /^the journal is of format 99, and this version of the program reads /,
  });
});

storeTest('calls are listed from the millisecond they began, oldest first', async (knex) => {
  const at = (id: string, startedAt: number) => {
    const stored = call(id);
    return insert(knex, { ...stored, state: { ...stored.state, startedAt } });
  };
  for (const [id, startedAt] of [
    ['CA4', NOW + 1],
    ['CA2', NOW],
    ['CA1', NOW - 1],
    ['CA3', NOW],
  ] as const)
    await at(id, startedAt);
  assert.deepEqual(await callsSince(knex, NOW), ['CA2', 'CA3', 'CA4']);
});
