import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Phone } from '../phone-sim/phone.ts';
import { firstBrokenEntry } from '../src/ledger/entry.ts';
import { entriesOfCall } from '../src/ledger/ledger.store.ts';
import {
  callerAtLastKey,
  carriedOut,
  comparedAndWrong,
  expectStep,
  identifiedCaller,
  key,
  sendAgain,
  TIMELESS,
  transferred,
  wrongPin,
} from './support/callers.ts';
import { startPostgres, type TestPostgres } from './support/postgres.ts';
import { demoCustomer, startWorld } from './support/world.ts';

const CUSTOMER = demoCustomer(({ id }) => id === 'demo-01');
let postgres: TestPostgres;

before(async () => {
  postgres = await startPostgres();
});
after(() => postgres.stop());

test('a whole transfer works the same on PostgreSQL, and its record is whole', async (t) => {
  const world = await startWorld({ postgresUrl: await postgres.newDatabase() });
  t.after(() => world.stop());
  const phone = await transferred(world, CUSTOMER, { amount: 500 });
  assert.deepEqual(
    (await carriedOut(world, CUSTOMER)).map((order) => order.amount_minor),
    [50_000],
  );
  assert.equal(firstBrokenEntry(await entriesOfCall(world.knex, phone.callSid)), undefined);
});

test('50 parallel calls with wrong PINs get at most the five comparisons there are (invariant 1)', async (t) => {
  const world = await startWorld({ postgresUrl: await postgres.newDatabase() });
  t.after(() => world.stop());
  const phones: Phone[] = [];
  for (let call = 0; call < 50; call++)
    phones.push(await identifiedCaller(world, CUSTOMER, { intent: 'enquiry', phone: TIMELESS }));
  await Promise.all(phones.map((phone, index) => key(phone, `${wrongPin(CUSTOMER, index)}#`)));
  for (const phone of phones) expectStep(phone, 'refused');
  assert.equal(await comparedAndWrong(world, CUSTOMER, 'pin.query'), 5);
});

test('the last key of a transfer, sent ten times at once, moves the money once and is answered alike (invariant 39)', async (t) => {
  const world = await startWorld({ postgresUrl: await postgres.newDatabase() });
  t.after(() => world.stop());
  const phone = await callerAtLastKey(world, CUSTOMER, { amount: 500 });
  await key(phone, '1');
  const last = phone.exchanges.at(-1);
  assert.ok(last?.outcome.kind === 'answered');
  const answers = await Promise.all(Array.from({ length: 10 }, () => sendAgain(world, last)));
  assert.deepEqual(new Set(answers), new Set([last.outcome.response.body]));
  assert.equal((await carriedOut(world, CUSTOMER)).length, 1);
});

test('three transfers at once from three calls cannot together pass the day line of V1 (invariant 26)', async (t) => {
  const world = await startWorld({ postgresUrl: await postgres.newDatabase() });
  t.after(() => world.stop());
  const customer = demoCustomer(
    ({ locale, payees, freeze, transactionPinVoid, simChangedHoursAgo, simUnknown, phone }) =>
      locale === 'vi-VN' &&
      payees.length > 0 &&
      !freeze &&
      !transactionPinVoid &&
      simChangedHoursAgo === undefined &&
      !simUnknown &&
      (phone?.registeredHoursAgo ?? 0) > 24,
  );
  const phones: Phone[] = [];
  for (let call = 0; call < 3; call++) {
    phones.push(await callerAtLastKey(world, customer, { amount: 8_000_000 }));
    // Three codes in ten minutes are the most a number gets; they are all still good.
    world.clock.advance(1_000);
  }
  await Promise.all(phones.map((phone) => key(phone, '1')));
  const moved = (await carriedOut(world, customer)).reduce(
    (sum, order) => sum + (order.amount_minor ?? 0),
    0,
  );
  assert.equal(moved, 16_000_000);
});
