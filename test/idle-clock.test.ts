import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Phone } from '../phone-sim/phone.ts';
import { LANGUAGES, type Language } from '../src/locales/catalogue.ts';
import { SECOND } from '../src/platform/clock.ts';
import { open } from '../src/platform/keyring.ts';
import { expectStep, handoffReason, key, verifiedCaller, worldOf } from './support/callers.ts';
import { demoCustomer, type World } from './support/world.ts';

const CHEN = demoCustomer(({ id }) => id === 'demo-02');
const IDLE = 120 * SECOND;
/** Longer than a turn takes by far, so that it tells when the time began to run. */
const LONG = 20 * SECOND;
/** Accounts and loans that are all told at once. */
const TOLD = 5;

async function giveMany({ knex }: World): Promise<void> {
  await knex('bank_accounts').where({ customer_id: CHEN.id }).delete();
  await knex('bank_loans').where({ customer_id: CHEN.id }).delete();
  for (let n = 1; n <= TOLD; n++) {
    const own = { customer_id: CHEN.id, currency: 'CNY' };
    const account = { balance_minor: 12_345_678 + n, daily_limit_minor: 50_000_000 };
    await knex('bank_accounts').insert({
      ...own,
      ...account,
      id: `a-${n}`,
      number: `620000000000${1000 + n}`,
    });
    const loan = { outstanding_minor: 98_765_432 + n, due_minor: 1_234_567 + n, due_on: `2026-02-0${n}` };
    await knex('bank_loans').insert({ ...own, ...loan, id: `l-${n}`, number: `CL${20_240_200 + n}` });
  }
}

/** A caller with five accounts and five loans, of which the first are being read aloud. */
async function whileTold(world: World, language: Language) {
  await giveMany(world);
  const phone = await verifiedCaller(world, CHEN, { intent: 'enquiry', line: language });
  await key(phone, '1');
  expectStep(phone, 'more');
  return phone;
}

/** When the service takes its own words to be over. */
async function spokenUntil({ knex, config }: World, { callSid }: Phone): Promise<number> {
  const { snapshot_sealed } = await knex('calls').where({ id: callSid }).first();
  const { speaksUntil } = JSON.parse(open(config.keyring, `calls.snapshot:${callSid}`, snapshot_sealed));
  assert.equal(typeof speaksUntil, 'number');
  return speaksUntil;
}

describe('the time without a key runs from the end of our own words, however long they are (R3, invariant 41)', () => {
  for (const language of LANGUAGES) {
    test(`in ${language} who listens to everything, and then thinks, is still known`, async (t) => {
      const world = await worldOf(t);
      const phone = await whileTold(world, language);
      const begun = world.clock.now();
      const end = await spokenUntil(world, phone);
      await phone.listen();
      assert.ok(world.clock.now() <= end, 'the words are not longer than they are taken to be');
      t.diagnostic(`${Math.round((end - begun) / SECOND)} s aloud`);
      assert.ok(end - begun > LONG, 'the words take long');
      world.clock.set(end + IDLE);
      await phone.press('9');
      expectStep(phone, 'more');
    });

    test(`in ${language} who is silent for longer than that afterwards is not`, async (t) => {
      const world = await worldOf(t);
      const phone = await whileTold(world, language);
      const end = await spokenUntil(world, phone);
      world.clock.set(end + IDLE + 1);
      await phone.press('9');
      await phone.listen();
      assert.equal(await handoffReason(world, phone), 'session_expired');
    });
  }
});
