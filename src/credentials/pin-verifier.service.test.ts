import assert from 'node:assert/strict';
import { test } from 'node:test';
import argon2 from 'argon2';
import { Fault } from '../platform/fault.ts';
import type { Keyring } from '../platform/keyring.ts';
import { seededRandom } from '../platform/random.ts';
import { hashPin, PinVerifiers } from './pin-verifier.service.ts';

const keysWith = (pepper: number): Keyring => ({
  encryption: { currentId: 'a', byId: new Map([['a', Buffer.alloc(32, 1)]]) },
  index: Buffer.alloc(32, 2),
  pepper: Buffer.alloc(32, pepper),
});
const keyring = keysWith(3);
const random = seededRandom('pin');
/** The least argon2 takes: these tests are about what is bound and counted, not about cost. */
const cheap = { memoryKib: 8, passes: 1, lanes: 1 };
const li = { customerId: 'li', kind: 'query' } as const;
const open = (own = keyring, concurrency = 2, queueLimit = 10) =>
  new PinVerifiers({ keyring: own, random, parameters: cheap, concurrency, queueLimit });

test('the right PIN matches and a wrong one does not', async () => {
  const verifier = await hashPin(keyring, random, cheap, li, '271936');
  assert.equal(await open().verify({ ...li, verifier, pin: '271936' }), 'match');
  assert.equal(await open().verify({ ...li, verifier, pin: '271937' }), 'mismatch');
  assert.doesNotMatch(verifier, /271936|data=/);
});

test('a database dump without the key verifies no PIN', async () => {
  const verifier = await hashPin(keyring, random, cheap, li, '271936');
  assert.equal(await open(keysWith(4)).verify({ ...li, verifier, pin: '271936' }), 'mismatch');
  assert.equal(await argon2.verify(verifier, '271936'), false);
});

test('a verifier moved to another customer, or to the other PIN, verifies nothing', async () => {
  const verifier = await hashPin(keyring, random, cheap, li, '271936');
  const pin = '271936';
  assert.equal(await open().verify({ verifier, customerId: 'wang', kind: 'query', pin }), 'mismatch');
  assert.equal(await open().verify({ verifier, customerId: 'li', kind: 'transaction', pin }), 'mismatch');
});

test('equal PINs have unequal verifiers', async () => {
  const make = () => hashPin(keyring, random, cheap, li, '271936');
  assert.notEqual(await make(), await make());
});

test('no verifier, no customer or neither is a mismatch after the same work', async () => {
  const slow = { memoryKib: 19_456, passes: 2, lanes: 1 };
  const pins = new PinVerifiers({ keyring, random, parameters: slow, concurrency: 1, queueLimit: 10 });
  const verifier = await hashPin(keyring, random, slow, li, '271936');
  const seconds = async (entry: Parameters<PinVerifiers['verify']>[0]) => {
    let best = Number.POSITIVE_INFINITY;
    for (let round = 0; round < 5; round++) {
      const begin = process.hrtime.bigint();
      assert.equal(await pins.verify(entry), 'mismatch');
      best = Math.min(best, Number(process.hrtime.bigint() - begin) / 1e9);
    }
    return best;
  };
  const known = await seconds({ ...li, verifier, pin: '000001' });
  const unknown = await seconds({ verifier: undefined, customerId: undefined, kind: 'query', pin: '000001' });
  const withoutPin = await seconds({ verifier: undefined, customerId: 'li', kind: 'query', pin: '000001' });
  await seconds({ verifier, customerId: undefined, kind: 'query', pin: '271936' });
  // A wide bound, since the machine is shared; skipping the work would be a thousand times faster.
  assert.ok(unknown > known / 3 && withoutPin > known / 3, `${known} ${unknown} ${withoutPin}`);
});

test('a full queue is busy, the others are answered, and their places are freed', async () => {
  const pins = open(keyring, 2, 3);
  const verifier = await hashPin(keyring, random, cheap, li, '271936');
  const burst = async () =>
    Promise.all(Array.from({ length: 9 }, () => pins.verify({ ...li, verifier, pin: '271936' })));
  for (let round = 0; round < 2; round++) {
    const answers = await burst();
    assert.equal(answers.filter((answer) => answer === 'match').length, 5);
    assert.equal(answers.filter((answer) => answer === 'busy').length, 4);
  }
});

test('a verifier that cannot be read is a fault, not a wrong PIN, and blocks nobody after it', async () => {
  const pins = open(keyring, 1, 1);
  const isFault = (error: unknown) => error instanceof Fault && error.kind === 'crypto_unavailable';
  await assert.rejects(pins.verify({ ...li, verifier: 'broken', pin: '271936' }), isFault);
  await assert.rejects(pins.verify({ ...li, verifier: '$argon2id$v=19$m=0,t=0,p=0$$', pin: '1' }), isFault);
  const verifier = await hashPin(keyring, random, cheap, li, '271936');
  assert.equal(await pins.verify({ ...li, verifier, pin: '271936' }), 'match');
});
