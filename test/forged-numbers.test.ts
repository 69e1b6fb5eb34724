import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readEvent } from '../src/carriers/twilio/inbound.ts';
import {
  calling,
  expectStep,
  failuresOf,
  handoffReason,
  heard,
  INTENT_KEYS,
  identifiedCaller,
  key,
  registeredNumber,
  strangersNumber,
  worldOf,
  wrongPin,
} from './support/callers.ts';
import { isFrozen } from './support/freeze-walk.ts';
import { stranger } from './support/oracle.ts';
import { demoCustomer } from './support/world.ts';

const GRACE = demoCustomer(({ id }) => id === 'demo-07');
const FORGED = { attestation: 'failed' } as const;
/** As many as use up what one number may fail in an hour (policy `source`). */
const JUNK = 10;

describe('a number that the network found forged is a hidden one (Z11, invariant 24)', () => {
  const FORM = { CallSid: `CA${'0'.repeat(32)}`, From: '+8613900001001', To: '+12025550143' };

  test('whatever level the signature claims, and however it is written', () => {
    for (const StirVerstat of [
      'TN-Validation-Failed',
      'TN-Validation-Failed-A',
      'TN-Validation-Failed-B',
      'TN-Validation-Failed-C',
      'TN-Validation-Failed-A-Diverted',
      'tn-validation-failed-b',
    ]) {
      const { from, attestation } = readEvent({ ...FORM, StirVerstat }, {});
      assert.deepEqual([from, attestation], ['anonymous', StirVerstat]);
    }
  });

  test('what was not checked, was not said or says something else changes nothing', () => {
    for (const StirVerstat of [
      'No-TN-Validation',
      'TN-Validation-Passed-A',
      'TN-Validation-Passed-C-Diverted',
      'Not-TN-Validation-Failed',
      ['TN-Validation-Failed-A', 'TN-Validation-Failed-A'],
    ])
      assert.equal(readEvent({ ...FORM, StirVerstat }, {}).from, FORM.From);
    assert.equal(readEvent(FORM, {}).from, FORM.From);
  });

  test('the registered number, forged, is not offered by # and not taken by it', async (t) => {
    const world = await worldOf(t);
    for (const [options, step] of [
      [{}, 'identity.id'],
      [FORGED, 'identity.phone'],
      [{ from: 'anonymous' }, 'identity.phone'],
    ] as const) {
      const phone = await calling(world, GRACE, options);
      await key(phone, INTENT_KEYS.enquiry);
      const offered = /calling from it/.test(heard(phone).join());
      await key(phone, '#');
      expectStep(phone, step);
      assert.equal(offered, step === 'identity.id');
    }
  });

  test('junk under a forged number uses up nothing of it, and a freeze under it is carried out', async (t) => {
    const world = await worldOf(t);
    for (let index = 0; index < JUNK + 2; index++) {
      const phone = await calling(world, GRACE, FORGED);
      const who = stranger(index);
      await key(phone, `${INTENT_KEYS.enquiry}${who.phone}#`);
      await key(phone, `${who.id}#`);
      expectStep(phone, 'pin.entry');
      await phone.hangUp();
    }
    expectStep(await identifiedCaller(world, GRACE, { intent: 'enquiry' }), 'pin.entry');
    const freezing = await identifiedCaller(world, GRACE, { intent: 'freeze', ...FORGED });
    await freezing.listen();
    assert.equal(freezing.queue, 'fraud');
    assert.ok(await isFrozen(world, GRACE.id));
  });

  test('without the network’s word the same junk is limited, so that the test above can fail', async (t) => {
    const world = await worldOf(t);
    for (let index = 0; index < JUNK; index++) {
      const phone = await calling(world, GRACE, { from: strangersNumber(1) });
      const who = stranger(index);
      await key(phone, `${INTENT_KEYS.enquiry}${who.phone}#`);
      await key(phone, `${who.id}#`);
      await phone.hangUp();
    }
    const limited = await identifiedCaller(world, GRACE, { intent: 'enquiry', from: strangersNumber(1) });
    assert.equal(await handoffReason(world, limited), 'identity_limited');
  });

  test('a wrong PIN under the forged registered number is a stranger’s', async (t) => {
    const world = await worldOf(t);
    const counted = async (options: object) => {
      const phone = await identifiedCaller(world, GRACE, { intent: 'enquiry', ...options });
      await key(phone, wrongPin(GRACE));
      await phone.hangUp();
      const row = await world
        .knex('lock_counters')
        .where({ customer_id: GRACE.id, factor: 'pin.query' })
        .first();
      return [row.own_failures, row.other_failures];
    };
    assert.deepEqual(await counted(FORGED), [0, 1]);
    assert.deepEqual(await counted({ from: registeredNumber(GRACE) }), [1, 1]);
    assert.equal(await failuresOf(world.knex, GRACE, 'pin.query'), 2);
  });
});
