import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Phone } from '../phone-sim/phone.ts';
import { freezeCustomer } from '../src/customers/customers.store.ts';
import { SECOND } from '../src/platform/clock.ts';
import {
  callerAtCode,
  expectStep,
  failuresOf,
  handoffReason,
  identifiedCaller,
  key,
  strangersNumber,
  verifiedCaller,
  worldOf,
  wrongPin,
} from './support/callers.ts';
import { demoCustomer, type World } from './support/world.ts';

const lina = demoCustomer(({ id }) => id === 'demo-01');

async function freezeOf({ knex }: World): Promise<string> {
  return (await knex('customers').where({ id: lina.id }).first()).freeze;
}

describe('invariant 28: a freeze takes neither PINs nor messages', () => {
  async function expectFrozen(hotline: World, phone: Phone): Promise<void> {
    assert.equal(await handoffReason(hotline, phone), 'freeze_reported');
    assert.equal(await freezeOf(hotline), 'provisional');
  }

  test('while no PIN can be compared a freeze is taken, a PIN is not, and nobody pays for it', async (t) => {
    const hotline = await worldOf(t);
    await hotline.knex('pin_verifiers').update({ verifier: 'unreadable' });
    const refused = await identifiedCaller(hotline, lina, { intent: 'transfer' });
    await key(refused, `${lina.transactionPin}#`);
    assert.equal(await handoffReason(hotline, refused), 'outage');
    await expectFrozen(
      hotline,
      await identifiedCaller(hotline, lina, { intent: 'freeze', from: strangersNumber(1) }),
    );
    assert.equal(await failuresOf(hotline.knex, lina, 'pin.transaction'), 0);
  });

  test('while no message leaves, a freeze is taken in the middle of waiting for a code, and no level is gained', async (t) => {
    const hotline = await worldOf(t, {
      environment: {
        TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`,
        TWILIO_AUTH_TOKEN: 'token-of-nobody-in-this-test',
        TWILIO_MESSAGING_FROM: '+12025550143',
        // The discard port: nobody listens there.
        TWILIO_API_BASE_URL: 'http://127.0.0.1:9',
      },
    });
    const phone = await callerAtCode(hotline, lina, { amount: 1_000 });
    await phone.staySilent();
    expectStep(phone, 'code.entry');
    await key(phone, '**#');
    expectStep(phone, 'more');
    assert.equal(await freezeOf(hotline), 'full');
    assert.equal(await failuresOf(hotline.knex, lina, 'code'), 0);
    assert.deepEqual(
      (await hotline.knex('carried_orders')).filter(({ action }) => action !== 'freeze'),
      [],
    );
  });
});

describe('invariant 31: nothing on the telephone, and nothing in the program, unfreezes', () => {
  const source = new Map(
    globSync('src/**/*.ts', { cwd: join(import.meta.dirname, '..') })
      .filter((file) => !/\.(test|contract)\.ts$/.test(file))
      .map((file) => [file, readFileSync(join(import.meta.dirname, '..', file), 'utf8')]),
  );

  test('only freezing writes a freeze, and a new customer begins with what the enrolment says', () => {
    const writers = [...source].filter(([, text]) => /\bfrozen_at: (?!Instant)/.test(text));
    assert.deepEqual(
      writers.map(([file]) => file),
      ['src/customers/customers.store.ts'],
    );
    const [[, text = ''] = []] = writers;
    assert.equal(text.split(/\bfrozen_at: (?!Instant)/).length - 1, 2, 'the enrolment and the freeze');
    assert.equal([...source.values()].filter((one) => /freeze: 'none'/.test(one)).length, 0);
  });

  test('whatever freezes come in whatever order, an account that is frozen stays so, and never less', async (t) => {
    const hotline = await worldOf(t);
    const strength = ['none', 'provisional', 'full'];
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('provisional' as const, 'full' as const), { maxLength: 8 }),
        async (freezes) => {
          await hotline.knex('customers').where({ id: lina.id }).update({ freeze: 'none' });
          let before = 0;
          for (const freeze of freezes) {
            await hotline.knex.transaction((transaction) => freezeCustomer(transaction, lina.id, freeze, 1));
            const after = strength.indexOf(await freezeOf(hotline));
            assert.ok(after >= before && after >= strength.indexOf(freeze));
            before = after;
          }
        },
      ),
      { numRuns: 30 },
    );
  });

  test('who is frozen and proves everything is still frozen', async (t) => {
    const hotline = await worldOf(t);
    await identifiedCaller(hotline, lina, { intent: 'freeze' });
    const phone = await verifiedCaller(hotline, lina, { intent: 'enquiry' });
    await key(phone, '1');
    assert.equal(await freezeOf(hotline), 'provisional');
  });
});

test('invariant 25: within a second of a hang-up its levels and codes are void, and on record as such', async (t) => {
  const hotline = await worldOf(t);
  const phone = await callerAtCode(hotline, lina, { amount: 1_000 });
  hotline.clock.advance(5 * SECOND);
  const hungUp = hotline.clock.now();
  await phone.hangUp();
  const voided = await hotline
    .knex('ledger_entries')
    .where({ stream_id: phone.callSid, type: 'levels.voided' })
    .first();
  assert.ok(voided.at - hungUp <= SECOND, `voided after ${voided.at - hungUp} ms`);
  const states: { state: string }[] = await hotline.knex('codes').where({ call_id: phone.callSid });
  assert.deepEqual(
    states.map(({ state }) => state),
    ['void'],
  );
});

test('invariant 30: a wrong PIN and a freeze at once: the freeze is taken', async (t) => {
  const hotline = await worldOf(t);
  const guessing = await identifiedCaller(hotline, lina, { intent: 'transfer' });
  await key(guessing, wrongPin(lina));
  const freezing = await identifiedCaller(hotline, lina, { intent: 'transfer', from: strangersNumber(2) });
  await key(freezing, '*');
  await Promise.all([key(guessing, '#'), key(freezing, '*#')]);
  expectStep(guessing, 'refused');
  assert.equal(await freezeOf(hotline), 'provisional');
});
