import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Release } from '../src/flow/release.ts';
import { LANGUAGES } from '../src/locales/catalogue.ts';
import { HOUR, SECOND } from '../src/platform/clock.ts';
import {
  calling,
  expectStep,
  handoffReason,
  heard,
  heardSince,
  INTENT_KEYS,
  identifiedCaller,
  key,
  keyIdentity,
  registeredNumber,
  strangersNumber,
  verifiedCaller,
  worldOf,
} from './support/callers.ts';
import { type Asking, askForFreeze, asking, checkClaims, isFrozen } from './support/freeze-walk.ts';
import { stranger } from './support/oracle.ts';
import { withQuickPins } from './support/quick-pins.ts';
import { playSteps, type RandomCall, type Step, steps } from './support/random-keys.ts';
import { changed, releaseOf, shippedTexts } from './support/shipped.ts';
import { demoCustomer, keysOf, lineOf, startWorld, type World } from './support/world.ts';

/** Hotlines that are begun, each for some walks. Bounded by a count, not by time: a busy machine takes longer and plays as many. */
const HOTLINES = 16;
/** Enough to come upon any planted mistake; the first that shows it is the last. */
const HOTLINES_TO_FIND = 1_000;
/** Of a run that is to be played again. */
const SEED = process.env.FREEZE_SEED;
const MOST_STEPS = 14;
const WALKS_OF_A_WORLD = 4;
const lina = demoCustomer(({ id }) => id === 'demo-01');
/** As many as use up what one number may fail in an hour (policy `source`). */
const JUNK = 10;

/** Calls from one number, each with the identity of nobody, as often as the number may fail. */
async function useUp(world: World, from: string): Promise<void> {
  for (let index = 0; index < JUNK; index++) {
    const phone = world.phone();
    await phone.dial({ from, to: lineOf('en-US') });
    await key(phone, INTENT_KEYS.enquiry);
    const who = stranger(index);
    await key(phone, `${who.phone}#`);
    await key(phone, `${who.id}#`);
    await phone.hangUp();
  }
}

interface Walk {
  readonly script: readonly Step[];
  readonly ways: readonly Asking[];
  /** The number has no identification left when the freeze is asked for. */
  readonly usedUp: boolean;
}

interface Seen {
  walks: number;
  readonly places: Map<string, number>;
  rightly: number;
  mismatched: number;
  over: number;
  claims: number;
}

/** A random walk of two callers who then ask for a freeze. A caller who keys the identity rightly, or hears that a freeze is done, has a frozen account. */
async function walk(world: World, { script, ways, usedUp }: Walk, seed: number, seen: Seen): Promise<void> {
  seen.walks++;
  const lines = await playSteps(world, script, seed, () => {});
  for (const [index, line] of lines.entries()) {
    const how = ways[index];
    if (!how || !line.customer.phone) continue;
    seen.claims += await checkClaims(world, line);
    if (usedUp) await useUp(world, line.phone.parameters().From ?? 'anonymous');
    const asked = await askForFreeze(world, line, how);
    seen.claims += await checkClaims(world, line);
    seen[asked.result]++;
    if (asked.result !== 'rightly') continue;
    seen.places.set(asked.at, (seen.places.get(asked.at) ?? 0) + 1);
    assert.ok(
      await isFrozen(world, asked.customerId),
      `${asked.customerId} keyed ** at ${asked.at} and the identity rightly, and is not frozen`,
    );
    await line.phone.hangUp();
  }
}

const walkOfTwo = fc.record({
  script: steps.map((script) => script.slice(0, MOST_STEPS)),
  ways: fc.tuple(asking, asking),
  usedUp: fc.boolean(),
});

/** Plays random walks, several on each hotline: to begin one takes longer than a walk. */
async function walks(hotlines: number, change?: (release: Release) => Release) {
  const seen: Seen = { places: new Map(), rightly: 0, mismatched: 0, over: 0, claims: 0, walks: 0 };
  const several = fc.array(walkOfTwo, { minLength: 1, maxLength: WALKS_OF_A_WORLD, size: 'max' });
  const property = fc.asyncProperty(several, fc.nat(), async (ofWorld, seed) => {
    const world = await startWorld({ seed: `freeze ${seed}`, ...(change && { changeRelease: change }) });
    try {
      for (const [index, one] of ofWorld.entries()) await walk(world, one, seed + index, seen);
    } finally {
      await world.stop();
    }
  });
  const details = await fc.check(property, {
    numRuns: hotlines,
    ...(SEED === undefined ? {} : { seed: Number(SEED) }),
    // A planted mistake only has to be found, and shrinking takes minutes: a run that is played again is shrunk.
    endOnFailure: change !== undefined || SEED === undefined,
  });
  return { details, seen };
}

test('no caller who keys ** and then the identity rightly ends unfrozen, over every step and webhook order (invariant 41)', async (t) => {
  const { details, seen } = await walks(HOTLINES);
  const places = [...seen.places].sort(([, a], [, b]) => b - a).map(([at, count]) => `${at} ${count}`);
  t.diagnostic(
    `FREEZE_SEED=${details.seed}: ${seen.walks} walks, ${seen.rightly} freezes with the identity keyed rightly, ${seen.mismatched} with another, ${seen.over} calls over before; ${seen.claims} answers that claim a freeze; asked for at ${places.join(', ')}`,
  );
  if (details.failed) assert.fail(`${String(details.errorInstance)}\n${fc.defaultReportMessage(details)}`);
  assert.ok(seen.rightly > 0 && seen.claims > 0, 'some were frozen, and told so');
});

describe('the walks know the words of a freeze in every language', () => {
  const AT_ONCE: Asking = {
    ...{ patient: false, before: '', pound: false, onHold: false, idleSeconds: 0 },
    ...{ ownLine: false, duplicates: 'none', again: [] },
  };

  for (const line of LANGUAGES)
    for (const denied of [false, true])
      test(`${line}, ${denied ? 'after "that is not me"' : 'after a PIN'}`, async (t) => {
        const world = await worldOf(t);
        const phone = await verifiedCaller(world, lina, { intent: 'enquiry', line });
        const at = denied ? 'identity.phone' : 'confirm.identity';
        if (denied) await key(phone, '2');
        const call: RandomCall = { phone, customer: lina, intent: 'enquiry', seen: 0 };
        const asked = await askForFreeze(world, call, AT_ONCE);
        assert.deepEqual(asked, { result: 'rightly', customerId: lina.id, at });
        assert.equal(await checkClaims(world, call), 1);
      });
});

describe('the walks find a freeze that is not reached', () => {
  const MISTAKES = [
    [
      'the counts of the call stand before it',
      '{ guard: { type: intentIs, params: { intent: freeze } }, target: phone } # a freeze',
      "{ guard: { type: intentIs, params: { intent: freeze } }, target: '#hotline.handoff' } # a freeze",
    ],
    [
      'the identity keyed for it leads to the PIN',
      "{ guard: { type: intentIs, params: { intent: freeze } }, target: '#hotline.freeze.carryOut' }",
      "{ guard: { type: intentIs, params: { intent: freeze } }, target: '#hotline.pin.entry' }",
    ],
  ] as const;

  for (const [mistake, part, replacement] of MISTAKES)
    test(mistake, async (t) => {
      const release = withQuickPins(releaseOf(changed(await shippedTexts(), 'flow', part, replacement)));
      const { details } = await walks(HOTLINES_TO_FIND, () => release);
      t.diagnostic(`seed ${details.seed}`);
      assert.ok(details.failed && details.counterexample !== null, 'found');
    });
});

describe('a used-up limit of a number does not stop a freeze (invariant 41, V8)', () => {
  for (const from of [registeredNumber(lina), strangersNumber(1), 'anonymous'])
    test(`from ${from}`, async (t) => {
      const world = await worldOf(t);
      await useUp(world, from);
      if (from !== 'anonymous') {
        const refused = await identifiedCaller(world, lina, { intent: 'enquiry', from });
        assert.equal(await handoffReason(world, refused), 'identity_limited', 'the limit is used up');
      }
      const phone = await identifiedCaller(world, lina, { intent: 'freeze', from });
      await phone.listen();
      assert.equal(phone.queue, 'fraud');
      assert.ok(await isFrozen(world, lina.id));
    });

  test('nor do the goes at it of the call itself, from the queue that they lead to', async (t) => {
    const world = await worldOf(t);
    const from = strangersNumber(2);
    await useUp(world, from);
    const phone = await identifiedCaller(world, lina, { intent: 'enquiry', from });
    await phone.listen();
    assert.equal(phone.queue, 'verification');
    await phone.pressAll('**');
    while (phone.queue !== undefined) await phone.pass(SECOND);
    await keyIdentity(phone, lina);
    assert.ok(await isFrozen(world, lina.id));
  });
});

test('a late copy of ** from a queue does not begin the freeze anew while its identity is keyed', async (t) => {
  const world = await worldOf(t);
  const phone = await calling(world, lina);
  await key(phone, '0');
  await phone.listen();
  const stars = phone.exchanges.length + 1;
  await phone.pressAll('**');
  while (phone.queue !== undefined) await phone.pass(SECOND);
  const { phone: number, id } = keysOf(lina);
  await key(phone, `${number}#`);
  await phone.replay(stars);
  await key(phone, `${id}#`);
  assert.ok(await isFrozen(world, lina.id));
});

describe('stars after the time has run out are asked about, whatever was keyed before them (invariants 41, 42)', () => {
  /** Where the time runs out, what is keyed then, and whether the identity had been keyed. */
  const PLACES = [
    { at: 'pin.entry', intent: 'enquiry', keys: '12**#', identified: true },
    { at: 'pin.entry', intent: 'transfer', keys: '1234**', identified: true },
    { at: 'pin.entry', intent: 'enquiry', keys: '12345*', identified: true },
    { at: 'pin.entry', intent: 'enquiry', keys: '*#', identified: true },
    { at: 'identity.phone', intent: 'enquiry', keys: '13**#', identified: false },
    { at: 'identity.id', intent: 'enquiry', keys: '110**#', identified: false },
    { at: 'menu.main', intent: undefined, keys: '*', identified: false },
    { at: 'confirm.identity', intent: 'enquiry', keys: '*', identified: true },
    { at: 'details.amount', intent: 'transfer', keys: '50**#', identified: true },
  ] as const;

  async function callerAt(world: World, { at, intent }: (typeof PLACES)[number]) {
    if (intent === undefined) return calling(world, lina);
    if (at === 'confirm.identity' || at === 'details.amount') {
      const phone = await verifiedCaller(world, lina, { intent });
      if (at === 'details.amount') await key(phone, '1');
      return phone;
    }
    const phone = await calling(world, lina);
    await key(phone, INTENT_KEYS[intent]);
    if (at === 'identity.phone') return phone;
    if (at === 'pin.entry') await keyIdentity(phone, lina);
    else await key(phone, `${keysOf(lina).phone}#`);
    return phone;
  }

  for (const place of PLACES)
    test(`${place.keys} at ${place.at} of ${place.intent ?? 'nothing yet'}`, async (t) => {
      const world = await worldOf(t);
      const phone = await callerAt(world, place);
      expectStep(phone, place.at);
      const said = heard(phone).length;
      world.clock.advance(HOUR);
      await key(phone, place.keys);
      while (phone.step === place.at) await phone.pass(SECOND);
      expectStep(phone, 'freeze.meant');
      assert.match(heardSince(phone, said), /还没有冻结/);
      assert.equal(await isFrozen(world, lina.id), false, 'nothing freezes without an answer');
      await key(phone, '*');
      if (!place.identified) await keyIdentity(phone, lina);
      await phone.listen();
      assert.equal(phone.queue, 'fraud');
      assert.ok(await isFrozen(world, lina.id));
    });

  test('what else is keyed there goes on with nothing: a person who knows that nothing is frozen', async (t) => {
    for (const keys of ['0', '1111', '####']) {
      const world = await worldOf(t);
      const phone = await verifiedCaller(world, lina, { intent: 'enquiry' });
      world.clock.advance(HOUR);
      await key(phone, '*');
      await key(phone, keys);
      await phone.listen();
      assert.equal(phone.queue, 'fraud', keys);
      assert.match(heard(phone).join('\n'), /目前还没有冻结/);
      assert.equal(await isFrozen(world, lina.id), false);
    }
  });

  test('an identity that matches nobody is answered alike (Z3)', async (t) => {
    const answers = [];
    for (const { phone: number, id } of [keysOf(lina), stranger(1)]) {
      const world = await worldOf(t);
      const phone = await calling(world, lina, { from: strangersNumber(3) });
      await key(phone, `${INTENT_KEYS.enquiry}${number}#`);
      await key(phone, `${id}#`);
      const said = heard(phone).length;
      world.clock.advance(HOUR);
      await key(phone, '12**#');
      await key(phone, '*');
      await phone.listen();
      answers.push([phone.queue, heardSince(phone, said)]);
      assert.equal(await isFrozen(world, lina.id), answers.length === 1);
    }
    assert.deepEqual(answers[0], answers[1]);
  });

  test('a release from before the question says that the time has run out, as it did', async (t) => {
    const texts = await shippedTexts();
    const release = withQuickPins(
      releaseOf(changed(texts, 'flow', /\n {2}LATE_STARS:[^\n]*/.exec(texts.flow)?.[0] ?? '', '')),
    );
    const world = await worldOf(t, { changeRelease: () => release });
    const phone = await identifiedCaller(world, lina, { intent: 'enquiry' });
    world.clock.advance(HOUR);
    await key(phone, '12**#');
    await phone.listen();
    assert.equal(await handoffReason(world, phone), 'session_expired');
  });
});
