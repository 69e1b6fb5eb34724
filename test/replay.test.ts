import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { callsSince, findCall, type StoredCall, turnsOfCall } from '../src/calls/calls.store.ts';
import { decideCommand } from '../src/calls/commands.ts';
import {
  compareCall,
  type RecordedCall,
  recordedCall,
  replayCall,
  stateAtStart,
} from '../src/calls/replay.ts';
import { createTwimlRenderer } from '../src/carriers/twilio/twiml.ts';
import type { Release } from '../src/flow/release.ts';
import { CALL_SCRIPTS, playCallScript } from './support/call-scripts.ts';
import { expectStep, key, registeredNumber } from './support/callers.ts';
import { playSteps, steps } from './support/random-keys.ts';
import { decideTurn } from './support/recording.ts';
import { demoCustomer, keysOf, lineOf, startWorld, type World } from './support/world.ts';

const CUSTOMER = demoCustomer(({ id }) => id === 'demo-01');

/** A transfer to the end, with a wrong PIN and some silence on the way; answers its call id. */
async function transfer(world: World): Promise<string> {
  const phone = world.phone();
  await phone.dial({ from: registeredNumber(CUSTOMER), to: lineOf('zh-CN') });
  await key(phone, '22');
  await phone.staySilent();
  const { phone: number, id } = keysOf(CUSTOMER);
  for (const keys of [`${number}#`, `${id}#`, '135790#', '1', `${CUSTOMER.transactionPin}#`, '1', '500#'])
    await key(phone, keys);
  expectStep(phone, 'code.entry');
  const sms = (await world.messagesTo(registeredNumber(CUSTOMER))).at(-1);
  await key(phone, `${/(?<!\d)\d{6}(?!\d)/.exec(sms?.body ?? '')?.[0]}#11`);
  expectStep(phone, 'more');
  await phone.hangUp();
  return phone.callSid;
}

async function recorded(world: World, id: string): Promise<RecordedCall> {
  const stored = await findCall(world.knex, world.config.keyring, id);
  assert.ok(stored);
  return recordedCall(stored, await turnsOfCall(world.knex, world.config.keyring, id));
}

function withPolicy(release: Release, change: (policy: Release['policy']) => Release['policy']): Release {
  return { ...release, policy: change(release.policy) };
}

test('a recorded call, decided again under its release, gives every answer byte for byte', async (t) => {
  const world = await startWorld();
  t.after(() => world.stop());
  const call = await recorded(world, await transfer(world));
  const renderer = createTwimlRenderer({ publicUrl: world.url, prompts: world.release.prompts });
  assert.deepEqual(replayCall(call, world.release, renderer), { kind: 'same', turns: call.turns.length });
  assert.ok(call.turns.length >= 13);
});

test('a journal that was changed does not give the recorded answers', async (t) => {
  const world = await startWorld();
  t.after(() => world.stop());
  const call = await recorded(world, await transfer(world));
  const renderer = createTwimlRenderer({ publicUrl: world.url, prompts: world.release.prompts });
  const turns = call.turns.map((turn) => ({
    ...turn,
    journal: {
      ...turn.journal,
      steps: turn.journal.steps.map((step) =>
        step.event.type === 'SENT'
          ? { ...step, event: { ...step.event, hint: step.event.hint === '1' ? '2' : '1' } }
          : step,
      ),
    },
  }));
  const result = replayCall({ ...call, turns }, world.release, renderer);
  assert.equal(result.kind, 'different');
});

test('what-if tells where a caller would first have been treated differently, and that the rest stays the same', async (t) => {
  const world = await startWorld();
  t.after(() => world.stop());
  const call = await recorded(world, await transfer(world));
  const own = world.release;
  assert.deepEqual(compareCall(call, own, own), { kind: 'same' });

  const oneTry = withPolicy(own, (policy) => ({ ...policy, pin: { ...policy.pin, wrongPerCall: 1 } }));
  const stricter = compareCall(call, own, oneTry);
  assert.ok(stricter.kind === 'treated_differently');
  const { step, event, before, after } = stricter.at;
  assert.deepEqual(
    { step, event, before, after },
    { step: 'pin.entry', event: 'FAILED', before: 'refused', after: 'queue verification' },
  );

  const noCode = withPolicy(own, (policy) => ({
    ...policy,
    actions: { ...policy.actions, transfer: { ...policy.actions.transfer, level: 'L2' } },
  }));
  const looser = compareCall(call, own, noCode);
  assert.ok(looser.kind === 'treated_differently');
  assert.deepEqual(
    [looser.at.step, looser.at.before, looser.at.after],
    ['assess', 'code.send', 'confirm.identity'],
  );

  const slower = withPolicy(own, (policy) => ({
    ...policy,
    dialogue: { ...policy.dialogue, firstKeySeconds: 10 },
  }));
  const wider = compareCall(call, own, slower);
  assert.ok(wider.kind === 'treated_differently' && wider.at.wordsOnly);
});

test('a limit drawn lower shows in what-if as an order that would not have been possible', async (t) => {
  const world = await startWorld();
  t.after(() => world.stop());
  const call = await recorded(world, await transfer(world));
  const lower = withPolicy(world.release, (policy) => ({
    ...policy,
    amounts: { ...policy.amounts, maximum: { ...policy.amounts.maximum, CNY: 40_000 } },
  }));
  const result = compareCall(call, world.release, lower);
  assert.ok(result.kind === 'treated_differently');
  assert.deepEqual([result.at.step, result.at.after], ['assess', 'details.amount']);
});

const RANDOM_SCRIPTS = 12;

/** The call as deciding its journals again leaves it. */
function decidedAgain(call: RecordedCall, release: Release): StoredCall['state'] {
  return call.turns.reduce(
    (state, { journal }) =>
      journal.command ? decideCommand(state, journal.command).call : decideTurn(release, state, journal).call,
    stateAtStart(call, release),
  );
}

/** Decides every call of a world again; the calls that come out differently, and what was decided. */
async function replayWorld(world: World): Promise<{ problems: string[]; calls: number; turns: number }> {
  const { knex, release, config } = world;
  const renderer = createTwimlRenderer({ publicUrl: world.url, prompts: release.prompts });
  const problems: string[] = [];
  let turns = 0;
  const ids = await callsSince(knex, 0);
  for (const id of ids) {
    const stored = await findCall(knex, config.keyring, id);
    assert.ok(stored);
    const call = recordedCall(stored, await turnsOfCall(knex, config.keyring, id));
    turns += call.turns.length;
    const replayed = replayCall(call, release, renderer);
    if (replayed.kind !== 'same') {
      problems.push(`turn ${replayed.seq} at ${replayed.step}: ${replayed.why}`);
      continue;
    }
    // The end of the speech is noted when an answer goes out; keys are read by it, and the journal holds what they meant.
    const { speaksUntil: _noted, ...kept } = stored.state;
    if (!isDeepStrictEqual(plain(decidedAgain(call, release)), kept)) problems.push(`the end of ${id}`);
    const whatIf = compareCall(call, release, release);
    if (whatIf.kind !== 'same') problems.push(`what-if at ${whatIf.at.step}: ${JSON.stringify(whatIf.at)}`);
  }
  return { problems, calls: ids.length, turns };
}

/** As it is stored. */
const plain = (state: object): object => JSON.parse(JSON.stringify(state));

test('the calls of every script, and of random keys, are decided again as they were, to the last state', async (t) => {
  const seed = randomInt(1_000_000);
  t.diagnostic(`seed ${seed}`);
  const random = fc.sample(steps, { numRuns: RANDOM_SCRIPTS, seed });
  const plays: readonly (readonly [name: string, play: (world: World) => Promise<unknown>])[] = [
    ...CALL_SCRIPTS.map((name) => [name, (world: World) => playCallScript(world, name)] as const),
    ...random.map(
      (script, at) =>
        [
          `random keys ${at} of seed ${seed}`,
          (world: World) => playSteps(world, script, at * 3, () => {}),
        ] as const,
    ),
  ];
  const problems: string[] = [];
  let [calls, turns] = [0, 0];
  for (const [name, play] of plays) {
    const world = await startWorld({ seed: name });
    try {
      await play(world);
      const replayed = await replayWorld(world);
      problems.push(...replayed.problems.map((problem) => `${name}: ${problem}`));
      calls += replayed.calls;
      turns += replayed.turns;
    } finally {
      await world.stop();
    }
  }
  t.diagnostic(`${calls} calls, ${turns} turns`);
  assert.deepEqual(problems, []);
  assert.ok(calls > plays.length && turns > calls * 3, 'calls were decided');
});
