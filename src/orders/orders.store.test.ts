import assert from 'node:assert/strict';
import { storeTest } from '../../test/support/databases.ts';
import { type Keyring, open } from '../platform/keyring.ts';
import { seededRandom } from '../platform/random.ts';
import { type CarriedOrder, insertCarriedOrder, isReceiptTaken } from './orders.store.ts';

const keyring: Keyring = {
  encryption: { currentId: 'a', byId: new Map([['a', Buffer.alloc(32, 1)]]) },
  index: Buffer.alloc(32, 2),
  pepper: Buffer.alloc(32, 3),
};
const random = seededRandom('orders');
const CARRIED: CarriedOrder = {
  key: 'call-1:1',
  receipt: '4711',
  callId: 'call-1',
  customerId: 'wang',
  order: {
    action: 'transfer',
    revision: 1,
    accountId: 'a1',
    payeeId: 'p1',
    amountMinor: 5_000,
    currency: 'CNY',
  },
  level: 'L2',
  at: 1_000,
};

storeTest('a carried order keeps what it was, its details sealed', async (knex) => {
  await insertCarriedOrder(knex, keyring, random, CARRIED);
  const row = await knex('carried_orders').first();
  assert.equal(row.action, 'transfer');
  assert.equal(row.amount_minor, 5_000);
  assert.doesNotMatch(row.order_sealed, /p1/);
  const order = JSON.parse(open(keyring, `carried_orders.order:${CARRIED.key}`, row.order_sealed));
  assert.deepEqual(order, CARRIED.order);
});

storeTest('no order is noted twice, and no receipt is given out twice', async (knex) => {
  assert.equal(await isReceiptTaken(knex, CARRIED.receipt), false);
  await insertCarriedOrder(knex, keyring, random, CARRIED);
  assert.equal(await isReceiptTaken(knex, CARRIED.receipt), true);
  await assert.rejects(insertCarriedOrder(knex, keyring, random, { ...CARRIED, receipt: '4712' }));
  await assert.rejects(insertCarriedOrder(knex, keyring, random, { ...CARRIED, key: 'call-1:2' }));
});
