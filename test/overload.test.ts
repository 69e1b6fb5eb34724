import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DemoCustomer } from '../db/seeds/demo-customers.ts';
import type { Phone } from '../phone-sim/phone.ts';
import {
  calling,
  expectStep,
  heard,
  INTENT_KEYS,
  identifiedCaller,
  key,
  keyIdentity,
  registeredNumber,
  rightPin,
  strangersNumber,
  worldOf,
} from './support/callers.ts';
import { isFrozen } from './support/freeze-walk.ts';
import { demoCustomer, keysOf, lineOf, type World } from './support/world.ts';

const CUSTOMER = demoCustomer(({ id }) => id === 'demo-01');
const OTHER = demoCustomer(({ id }) => id === 'demo-02');
/** Room for 6 new calls, 12 with those in progress, 16 with freezes. */
const ENVIRONMENT = { TURN_LIMIT: '16' };
const [NEW, IN_PROGRESS] = [6, 12];

/** Holds the database: nothing is read or written until it is let go. */
async function holdDatabase(world: World): Promise<() => Promise<unknown>> {
  const transaction = await world.knex.transaction();
  return () => transaction.rollback();
}

/** Dials from strangers' numbers; the calls are under way, not answered. */
function dialAtOnce(world: World, count: number) {
  const phones = Array.from({ length: count }, () => world.phone());
  const answered = phones.map(async (phone, index) => {
    await phone.dial({ from: strangersNumber(index), to: lineOf('en-US') });
    return phone;
  });
  return { phones, answered };
}

const holdWords = (world: World) => world.release.prompts.text({ prompt: 'common.hold' }, 'en-US');
const wasHeld = (world: World, phone: Phone) => heard(phone).includes(holdWords(world));

/** Every webhook of these calls was answered by 200 and TwiML, so that no caller met silence or the carrier's apology. */
function assertAlwaysTwiml(phones: readonly Phone[]): void {
  for (const { exchanges } of phones)
    for (const { outcome, request } of exchanges) {
      assert.ok(outcome.kind === 'answered', request.url);
      assert.equal(outcome.response.status, 200, request.url);
      assert.match(outcome.response.contentType ?? '', /^text\/xml/);
    }
}

test('with the database held new calls hold and are kept, calls in progress come first, a freeze before all (30, R25)', async (t) => {
  const world = await worldOf(t, { environment: ENVIRONMENT });
  const atMenu: Phone[] = [];
  for (let count = 0; count <= IN_PROGRESS - NEW; count++)
    atMenu.push(await calling(world, CUSTOMER, { line: 'en-US' }));
  const freezing = await identifiedCaller(world, CUSTOMER, { intent: 'enquiry', line: 'en-US' });
  const leaving = await calling(world, CUSTOMER, { line: 'en-US' });
  const letGo = await holdDatabase(world);

  // As many new calls as there is room for wait; the ninth hears at once that the lines are busy.
  const dialled = dialAtOnce(world, NEW + 2);
  const held = await Promise.any(dialled.answered);
  assert.deepEqual(heard(held), [holdWords(world)]);
  const others = dialled.answered.filter((_, index) => dialled.phones[index] !== held);
  const heldToo = await Promise.any(others);
  assert.deepEqual(heard(heldToo), [holdWords(world)]);

  // Calls in progress still come in; one more than there is room for is held, too.
  const pressed = atMenu.map(async (phone) => {
    await key(phone, INTENT_KEYS.enquiry);
    return phone;
  });
  const heldInCall = await Promise.any(pressed);
  assert.equal(heard(heldInCall).at(-1), holdWords(world));

  // A freeze comes in all the same, also from somebody on hold, and a hang-up is never refused.
  const frozen = key(freezing, '**#');
  const heardOnHold = key(heldToo, '**');
  const hungUp = leaving.hangUp();
  await letGo();
  await Promise.all([...dialled.answered, ...pressed, frozen, heardOnHold, hungUp]);
  assert.equal((await world.knex('customers').where({ id: CUSTOMER.id }).first()).freeze, 'provisional');
  await freezing.listen();
  assert.equal(freezing.queue, 'fraud');
  assert.equal((await world.knex('calls').where({ id: leaving.callSid }).first()).status, 'ended');

  // A caller who was on hold is still there and goes on where they were.
  await held.staySilent();
  expectStep(held, 'menu.main');
  // The words of the hold ask for **: it begins a freeze, before the call was ever greeted (invariant 41).
  expectStep(heldToo, 'identity.phone');
  await keyIdentity(heldToo, OTHER);
  await heldToo.listen();
  assert.equal(heldToo.queue, 'fraud');
  assert.equal((await world.knex('customers').where({ id: OTHER.id }).first()).freeze, 'provisional');
  await heldInCall.staySilent();
  expectStep(heldInCall, 'menu.main');
  await key(heldInCall, INTENT_KEYS.enquiry);
  for (const phone of atMenu) expectStep(phone, 'identity.phone');
  assertAlwaysTwiml([...dialled.phones, ...atMenu, freezing, leaving]);
  assert.equal(await world.telemetry.count('hotline.turns.refused', { kind: 'new' }), 2);
  assert.equal(await world.telemetry.count('hotline.turns.refused', { kind: 'in_progress' }), 1);
  assert.equal(await world.telemetry.count('hotline.turns.refused', { kind: 'freeze' }), 0);
});

test('a late copy of ** from a hold moves nothing; a new ** of the next hold does (invariants 39, 41)', async (t) => {
  const world = await worldOf(t, { environment: ENVIRONMENT });
  const letGo = await holdDatabase(world);
  const { answered } = dialAtOnce(world, NEW + 1);
  const held = await Promise.any(answered);
  const stars = held.exchanges.length + 1;
  const pressed = key(held, '**');
  await letGo();
  await Promise.all([...answered, pressed]);
  expectStep(held, 'identity.phone');
  const { phone: number, id } = keysOf(OTHER);
  await key(held, `${number}#`);
  await held.replay(stars);
  await key(held, `${id}#`);
  await held.listen();
  assert.equal(held.queue, 'fraud');
  assert.ok(await isFrozen(world, OTHER.id), 'the copy did not begin the errand anew');
  await held.hangUp();

  // A copy that comes when something else is wanted stops nothing of it, and freezes nobody who did not ask for it.
  const phone = await calling(world, CUSTOMER, { line: 'en-US' });
  await key(phone, INTENT_KEYS.enquiry);
  const copy = {
    url: '/voice/answer?held=1&t=a-hold-of-this-call',
    parameters: [...Object.entries(phone.parameters()), ['Digits', '**'], ['FinishedOnKey', '']] as const,
  };
  await phone.post(copy);
  await phone.staySilent();
  expectStep(phone, 'identity.phone');
  await key(phone, '0#');
  await phone.listen();
  assert.equal(phone.queue, 'fraud');
  const steps = async () => (await world.knex('calls').where({ id: phone.callSid }).first()).version;
  const before = await steps();
  await phone.post(copy);
  assert.equal(await steps(), before, 'the copy moved the call');
  await phone.post({ ...copy, url: copy.url.replace('a-hold', 'another-hold') });
  assert.equal(await steps(), before + 1, 'a new hold is heard');
});

test('nobody holds for ever: after two minutes a person takes over', async (t) => {
  const world = await worldOf(t, { environment: ENVIRONMENT });
  const letGo = await holdDatabase(world);
  const { phones, answered } = dialAtOnce(world, NEW + 1);
  const held = await Promise.any(answered);
  while (held.state !== 'queued' && held.elapsed < 300_000) {
    await held.staySilent();
    if (held.state === 'speaking') await held.listen();
  }
  assert.equal(held.queue, 'verification');
  assert.ok(held.elapsed > 60_000 && held.elapsed < 180_000, `held for ${held.elapsed} ms`);
  await letGo();
  await Promise.all(answered);
  assertAlwaysTwiml(phones);
});

/** Customers who can key a PIN at the same time, each from their own line. */
function payers(count: number): readonly DemoCustomer[] {
  const found = new Map<string, DemoCustomer>();
  for (let index = 0; found.size < count && index < 100; index++) {
    const next = demoCustomer(
      ({ id, freeze, phone, locale }) =>
        !found.has(id) && id !== CUSTOMER.id && !freeze && phone !== undefined && locale !== undefined,
    );
    found.set(next.id, next);
  }
  return [...found.values()];
}

test('in a storm of PINs a freeze is acknowledged before the PINs are compared, and new calls wait their turn (30)', async (t) => {
  const world = await worldOf(t, {
    realPins: true,
    environment: { ...ENVIRONMENT, ARGON2_CONCURRENCY: '1' },
  });
  const storming: Phone[] = [];
  const customers = payers(6);
  const pins: string[] = [];
  for (let count = 0; count < IN_PROGRESS; count++) {
    const customer = customers[count % customers.length] ?? CUSTOMER;
    storming.push(await identifiedCaller(world, customer, { intent: 'enquiry' }));
    pins.push(rightPin(customer, 'enquiry'));
  }
  const freezing = await identifiedCaller(world, CUSTOMER, { intent: 'enquiry' });
  let compared = 0;
  const storm = storming.map(async (phone, index) => {
    await key(phone, `${pins[index]}#`);
    compared += 1;
  });
  const caller = world.phone();
  const [comparedBefore] = await Promise.all([
    key(freezing, '**#').then(() => compared),
    caller.dial({ from: registeredNumber(CUSTOMER), to: lineOf('en-US') }),
  ]);
  assert.equal((await world.knex('customers').where({ id: CUSTOMER.id }).first()).freeze, 'provisional');
  assert.ok(comparedBefore < IN_PROGRESS, `the freeze was acknowledged after ${comparedBefore} PINs`);
  await Promise.all(storm);
  while (wasHeld(world, caller) && caller.step !== 'menu.main') await caller.staySilent();
  expectStep(caller, 'menu.main');
  assert.equal((await world.knex('attempts').where({ status: 'reserved' })).length, 0);
  assertAlwaysTwiml([...storming, freezing, caller]);
});
