import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Phone } from '../phone-sim/phone.ts';
import {
  callerAtCode,
  calling,
  expectStep,
  handoffReason,
  heard,
  heardSince,
  INTENT_KEYS,
  identifiedCaller,
  key,
  keyIdentity,
  keyNewestCode,
  newestCode,
  orderTransfer,
  registeredNumber,
  strangersNumber,
  wordsOf,
  worldOf,
  wrongCode,
} from './support/callers.ts';
import { demoCustomer, keysOf } from './support/world.ts';

const GRACE = demoCustomer(({ id }) => id === 'demo-07');
/** Longer than any wait for the next key. */
const PAUSE_MILLISECONDS = 11_000;

describe('a digit that timed out alone is asked about, never obeyed (Z12, S8)', () => {
  test('at every number and with every digit the call stays where it is', async (t) => {
    const world = await worldOf(t);
    for (const digit of '0123456789') {
      const phone = await calling(world, GRACE, { line: 'en-US' });
      await key(phone, INTENT_KEYS.enquiry);
      for (const [step, right] of [
        ['identity.phone', keysOf(GRACE).phone],
        ['identity.id', keysOf(GRACE).id],
        ['pin.entry', GRACE.queryPin],
      ] as const) {
        expectStep(phone, step);
        await key(phone, digit);
        await phone.pass(PAUSE_MILLISECONDS);
        expectStep(phone, step);
        await key(phone, `${right}#`);
      }
      expectStep(phone, 'confirm.identity');
      await phone.hangUp();
    }
  });

  test('no digit of a secret is spoken, and what is said is the same for each', async (t) => {
    const world = await worldOf(t);
    const said = new Set<string>();
    for (const digit of '0789') {
      const phone = await identifiedCaller(world, GRACE, { line: 'en-US', intent: 'enquiry' });
      const before = heard(phone).length;
      await key(phone, digit);
      await phone.pass(PAUSE_MILLISECONDS);
      await phone.listen();
      said.add(heardSince(phone, before));
      await phone.hangUp();
    }
    assert.equal(said.size, 1);
    assert.match([...said].join(), /^Only one key came through/);
  });

  test('who keys on while being asked is understood where the shape of a long number shows it', async (t) => {
    const world = await worldOf(t);
    const an = demoCustomer(({ phone }) => phone?.e164.startsWith('+84') === true);
    const phone = await calling(world, an);
    await key(phone, INTENT_KEYS.enquiry);
    const { phone: number } = keysOf(an);
    assert.equal(number[0], '0');
    await key(phone, '0');
    await phone.pass(PAUSE_MILLISECONDS - 4_000);
    await key(phone, `${number.slice(1)}#`);
    expectStep(phone, 'identity.id');
  });

  test('a PIN is never put together from two turns', async (t) => {
    const world = await worldOf(t);
    const phone = await identifiedCaller(world, GRACE, { line: 'en-US', intent: 'enquiry' });
    await key(phone, '9');
    await phone.pass(PAUSE_MILLISECONDS);
    const before = heard(phone).length;
    await key(phone, '07183#');
    await phone.listen();
    expectStep(phone, 'pin.entry');
    assert.match(heardSince(phone, before), /does not count as a try/);
    const attempts: unknown[] = await world.knex('attempts').where('factor', 'like', 'pin%');
    assert.equal(attempts.length, 0);
  });

  test('at the code, 7 pressed again or with # ends it, and 7 with a pause does not', async (t) => {
    const world = await worldOf(t);
    for (const [last, waits] of [
      ['7', true],
      ['7#', false],
    ] as const) {
      const phone = await callerAtCode(world, GRACE, { line: 'en-US', amount: 300 });
      await key(phone, '7');
      await phone.pass(PAUSE_MILLISECONDS);
      expectStep(phone, 'code.entry');
      await key(phone, last);
      if (waits) await phone.pass(PAUSE_MILLISECONDS);
      assert.equal(await handoffReason(world, phone), 'code_refused_by_caller');
      await phone.hangUp();
    }
  });

  test('questions without end lead to a person', async (t) => {
    const world = await worldOf(t);
    const phone = await calling(world, GRACE, { line: 'en-US' });
    await key(phone, INTENT_KEYS.enquiry);
    for (let n = 0; n < 12 && phone.state !== 'queued'; n++) {
      await key(phone, n % 2 ? '8' : '0');
      await phone.pass(PAUSE_MILLISECONDS + 20_000);
    }
    assert.equal(await handoffReason(world, phone), 'too_many_invalid_keys');
  });
});

/** The time-outs of the newest answer's Gather, and of the pause in it, in seconds. */
function timesOf(phone: Phone): { readonly between: number; readonly first: number } {
  const body = wordsOf(phone.exchanges.at(-1));
  const between = Number(/<Gather[^>]* timeout="(\d+)"/.exec(body)?.[1]);
  return { between, first: between + Number(body.match(/<Pause length="(\d+)"\/><\/Gather>/)?.[1] ?? 0) };
}

describe('more time at each step (S8)', () => {
  test('is given in the language menu, and holds for the rest of the call', async (t) => {
    const world = await worldOf(t);
    const phone = await calling(world, GRACE, { line: 'en-US' });
    await key(phone, INTENT_KEYS.transfer);
    assert.deepEqual(timesOf(phone), { between: 7, first: 7 });
    await key(phone, '8#4');
    await phone.listen();
    expectStep(phone, 'identity.phone');
    assert.match(heard(phone).join(), /You now have more time at each step/);
    assert.deepEqual(timesOf(phone), { between: 10, first: 10 });
    await keyIdentity(phone, GRACE);
    assert.deepEqual(timesOf(phone), { between: 7, first: 10 });
    await key(phone, `${GRACE.transactionPin}#`);
    await orderTransfer(phone, { amount: 300 });
    expectStep(phone, 'code.entry');
    assert.deepEqual(timesOf(phone), { between: 7, first: 90 });
  });

  test('by the record it begins after the PIN, so that the times before tell nobody who is a customer (Z3)', async (t) => {
    const world = await worldOf(t);
    await world.knex('customers').where({ id: GRACE.id }).update({ more_time: true });
    const ordinary = demoCustomer(({ id }) => id === 'demo-01');
    const phone = await identifiedCaller(world, GRACE, { line: 'en-US', intent: 'transfer' });
    const other = await identifiedCaller(world, ordinary, { line: 'en-US', intent: 'transfer' });
    assert.deepEqual(timesOf(phone), timesOf(other));
    await key(phone, `${GRACE.transactionPin}#`);
    await key(other, `${ordinary.transactionPin}#`);
    assert.deepEqual([timesOf(phone).between, timesOf(other).between], [10, 7], 'at the payees');
  });
});

describe('the own line by # (R5.1, Z3)', () => {
  test('is compared as if it had been keyed: right for the customer, wrong for everybody else', async (t) => {
    const world = await worldOf(t);
    for (const [from, passes] of [
      [registeredNumber(GRACE), true],
      [strangersNumber(3), false],
    ] as const) {
      const phone = await calling(world, GRACE, { line: 'en-US', from });
      await key(phone, `${INTENT_KEYS.enquiry}#`);
      expectStep(phone, 'identity.id');
      await key(phone, `${keysOf(GRACE).id}#${GRACE.queryPin}`);
      expectStep(phone, passes ? 'confirm.identity' : 'refused');
      await phone.hangUp();
    }
  });

  test('nobody who shows no number is told of it or taken for one', async (t) => {
    const world = await worldOf(t);
    for (const from of ['anonymous', '+266696687', 'client:grace', 'sip:+8613800001007@example.com']) {
      const phone = await calling(world, GRACE, { line: 'en-US', from });
      const before = heard(phone).length;
      await key(phone, INTENT_KEYS.enquiry);
      await phone.listen();
      assert.doesNotMatch(heardSince(phone, before), /calling from/, from);
      await key(phone, '#');
      expectStep(phone, 'identity.phone');
      await phone.hangUp();
    }
  });

  test('what is said depends on whether a number is shown, and on nothing else', async (t) => {
    const world = await worldOf(t);
    const answers = new Set<string>();
    for (const from of [registeredNumber(GRACE), strangersNumber(1), '+442071838750']) {
      const phone = await calling(world, GRACE, { line: 'en-US', from });
      await key(phone, INTENT_KEYS.enquiry);
      answers.add(wordsOf(phone.exchanges.at(-1)));
      await key(phone, '#');
      answers.add(wordsOf(phone.exchanges.at(-1)));
    }
    assert.equal(answers.size, 2);
  });
});

describe('six digits end themselves (ADR 33)', () => {
  test('a # after them is nothing, wherever they led, and what it cut short is said again', async (t) => {
    const world = await worldOf(t);
    const phone = await callerAtCode(world, GRACE, { line: 'en-US', amount: 300 });
    const wrong = wrongCode(await newestCode(world, GRACE));
    const before = heard(phone).length;
    await key(phone, `${wrong}#`);
    await phone.listen();
    expectStep(phone, 'code.entry');
    assert.equal(heardSince(phone, before).match(/could not be verified/g)?.length, 2);
    await keyNewestCode(world, phone, GRACE);
    await key(phone, '#');
    expectStep(phone, 'confirm.identity');
    await key(phone, '#');
    await phone.listen();
    assert.match(heard(phone).slice(-4).join(), /not valid.*confirm who you are/s);
    await key(phone, '1');
    await phone.listen();
    expectStep(phone, 'confirm.order');
  });

  test('** freezes among them and across their end', async (t) => {
    for (const keys of ['**', '1234**', '12345*', '123**#']) {
      const world = await worldOf(t);
      const phone = await identifiedCaller(world, GRACE, { line: 'en-US', intent: 'enquiry' });
      await key(phone, keys);
      await phone.pass(PAUSE_MILLISECONDS);
      if (keys !== '**') {
        // Asked about, because a star may have bounced; one more says yes.
        expectStep(phone, 'pin.entry');
        await key(phone, '*');
        await phone.pass(PAUSE_MILLISECONDS);
      }
      const { freeze } = await world.knex('customers').where({ id: GRACE.id }).first('freeze');
      assert.equal(freeze, 'provisional', keys);
    }
  });

  test('a star among them asks for all of them anew, and the attempt is not charged', async (t) => {
    const world = await worldOf(t);
    const phone = await identifiedCaller(world, GRACE, { line: 'en-US', intent: 'enquiry' });
    await key(phone, '12*345');
    await phone.listen();
    assert.match(heard(phone).join(), /Please enter all the digits from the beginning/);
    await key(phone, GRACE.queryPin);
    expectStep(phone, 'confirm.identity');
    const attempts: unknown[] = await world.knex('attempts').where('factor', 'like', 'pin%');
    assert.equal(attempts.length, 1);
  });
});
