import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SECOND } from '../src/platform/clock.ts';
import {
  callerAtLastKey,
  calling,
  expectStep,
  heard,
  heardSince,
  key,
  transferred,
  verifiedCaller,
  worldOf,
} from './support/callers.ts';
import { demoCustomer } from './support/world.ts';

const GRACE = demoCustomer(({ id }) => id === 'demo-07');

describe('key 9 after a matter says again what was said of it', () => {
  test('advice and opening hours, which need no credentials', async (t) => {
    const world = await worldOf(t);
    const phone = await calling(world, GRACE, { line: 'en-US' });
    await key(phone, '53');
    expectStep(phone, 'more');
    await phone.listen();
    const before = heard(phone).length;
    await key(phone, '9');
    assert.match(heardSince(phone, before), /Only key in your PIN and codes/);
  });

  test('a freeze, and not the transfer before it', async (t) => {
    const world = await worldOf(t);
    const phone = await transferred(world, GRACE, { line: 'en-US', amount: 1888 });
    await key(phone, '**');
    expectStep(phone, 'more');
    await phone.listen();
    const before = heard(phone).length;
    await key(phone, '9');
    assert.match(heardSince(phone, before), /Your account is frozen/);
    assert.doesNotMatch(heardSince(phone, before), /transferred/);
  });

  test('a freeze by a caller who had nothing else done', async (t) => {
    const world = await worldOf(t);
    const phone = await verifiedCaller(world, GRACE, { line: 'en-US', intent: 'transfer' });
    await key(phone, '**');
    await phone.listen();
    const before = heard(phone).length;
    await key(phone, '9');
    assert.match(heardSince(phone, before), /Your account is frozen/);
  });
});

test('after one star the second is heard at once, also where the order is read back (V8)', async (t) => {
  const world = await worldOf(t);
  const phone = await callerAtLastKey(world, GRACE, { line: 'en-US', amount: 1888 });
  const before = heard(phone).length;
  await phone.press('*');
  assert.equal(phone.state, 'prompting', 'whatever is said now takes keys');
  await phone.press('*');
  // What nothing but ** cuts short waits a second for its second star.
  await phone.pass(SECOND);
  assert.match(heardSince(phone, before), /Your account is frozen/);
});
