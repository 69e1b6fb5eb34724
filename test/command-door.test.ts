import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import argon2 from 'argon2';
import type { Phone } from '../phone-sim/phone.ts';
import type { CallCommand } from '../src/calls/call.ts';
import { Commands } from '../src/calls/commands.service.ts';
import { CALL_HEADS } from '../src/cli/audit.command.ts';
import { carriedCodes } from '../src/factors/code/code.store.ts';
import { entriesOfCall } from '../src/ledger/ledger.store.ts';
import { callStream } from '../src/ledger/stream.ts';
import { verifyStored } from '../src/ledger/verify.service.ts';
import { OutboxStore } from '../src/outbox/outbox.store.ts';
import { seededRandom } from '../src/platform/random.ts';
import { StaticReleases } from '../src/releases/static-releases.service.ts';
import { transactionsOn } from '../src/storage/transactions.ts';
import {
  callerAtLastKey,
  calling,
  carriedOut,
  expectStep,
  failuresOf,
  handoffReason,
  identifiedCaller,
  key,
  registeredNumber,
  sendAgain,
  worldOf,
} from './support/callers.ts';
import { problemsOfRecord } from './support/crash-checks.ts';
import { demoCustomer, type World } from './support/world.ts';

const GRACE = demoCustomer(({ id }) => id === 'demo-07');
const FREEZE: CallCommand = { kind: 'freeze_customer' };
const DROP: CallCommand = { kind: 'drop_levels' };

function doorOf({ knex, clock, config, release }: World): Commands {
  const random = seededRandom('commands');
  const { keyring } = config;
  return new Commands({
    keyring,
    random,
    clock,
    transactions: transactionsOn(knex),
    releases: new StaticReleases(release),
    outbox: new OutboxStore(keyring, random, carriedCodes),
    wakeOutbox: () => {},
  });
}

const atLastKey = (world: World) => callerAtLastKey(world, GRACE, { amount: 300, payee: 1 });
const row = ({ knex }: World, phone: Phone) => knex('calls').where({ id: phone.callSid }).first();

/** The record of a call is whole, ends where the call says, and is decided the same again. */
async function expectWhole(world: World, phone: Phone): Promise<void> {
  const { differences } = await verifyStored(world.knex, callStream(phone.callSid), CALL_HEADS);
  assert.deepEqual(differences, []);
  assert.deepEqual(await problemsOfRecord(world, phone.callSid), []);
}

async function commandsRecorded(world: World, phone: Phone): Promise<readonly string[]> {
  const entries = await entriesOfCall(world.knex, phone.callSid);
  return entries
    .filter(({ type }) => type === 'call.command')
    .map(({ data }) => `${data.person} ${data.command} ${data.outcome}`);
}

describe('the command door', () => {
  test('a customer frozen through it cannot be debited, and the caller’s next key is accepted', async (t) => {
    const world = await worldOf(t);
    const phone = await atLastKey(world);
    const before = await row(world, phone);
    assert.deepEqual(await doorOf(world).run(phone.callSid, FREEZE, 'Li Na'), {
      kind: 'done',
      outcome: 'frozen',
    });
    const after = await row(world, phone);
    assert.deepEqual(
      [after.token, after.step, after.version, after.updated_at],
      [before.token, before.step, before.version + 1, before.updated_at],
    );
    await key(phone, '1');
    assert.equal(await handoffReason(world, phone), 'account_frozen');
    assert.equal((await carriedOut(world, GRACE)).length, 0);
    const messages = await world.messagesTo(registeredNumber(GRACE));
    assert.match(messages.at(-1)?.body ?? '', /frozen|冻结|đóng băng|tạm khóa|blocked/i);
    assert.deepEqual(await commandsRecorded(world, phone), ['Li Na freeze_customer frozen']);
    await expectWhole(world, phone);
  });

  test('levels that are dropped end at once: the next key hears that the session has expired', async (t) => {
    const world = await worldOf(t);
    const phone = await atLastKey(world);
    const { token } = await row(world, phone);
    assert.deepEqual(await doorOf(world).run(phone.callSid, DROP, 'Li Na'), {
      kind: 'done',
      outcome: 'levels_dropped',
    });
    assert.equal((await row(world, phone)).token, token);
    await key(phone, '1');
    assert.equal(await handoffReason(world, phone), 'session_expired');
    const { level } = await world.knex('handoffs').where({ call_id: phone.callSid }).first();
    assert.equal(level, 'L0');
    assert.equal((await carriedOut(world, GRACE)).length, 0);
    const live = await world.knex('codes').where({ call_id: phone.callSid, state: 'live' });
    assert.deepEqual(live, []);
    await expectWhole(world, phone);
  });

  test('levels that are dropped while a PIN is compared refund its attempt, and its result grants nothing', async (t) => {
    const world = await worldOf(t);
    const phone = await identifiedCaller(world, GRACE, { intent: 'transfer' });
    const { hash } = argon2;
    t.mock.method(argon2, 'hash', async (...given: Parameters<typeof hash>) => {
      const result = await doorOf(world).run(phone.callSid, DROP, 'Li Na');
      assert.equal(result.kind, 'done');
      return hash(...given);
    });
    await key(phone, `${GRACE.transactionPin}#`);
    assert.equal(await handoffReason(world, phone), 'session_expired');
    const attempts = await world.knex('attempts').where({ factor: 'pin.transaction' }).select('status');
    assert.deepEqual(attempts, [{ status: 'refunded' }]);
    assert.equal(await failuresOf(world.knex, GRACE, 'pin.transaction'), 0);
    await expectWhole(world, phone);
  });

  test('after dropped levels two stars still ask for a freeze', async (t) => {
    const world = await worldOf(t);
    const phone = await callerAtLastKey(world, GRACE, { amount: 300, payee: 1 });
    await doorOf(world).run(phone.callSid, DROP, 'Li Na');
    await key(phone, '*');
    expectStep(phone, 'freeze.meant');
    await key(phone, '0');
    await phone.listen();
    assert.equal(await handoffReason(world, phone), 'freeze_wanted', 'one star alone is not yet a freeze');
    const other = await calling(world, GRACE);
    await key(other, '1');
    assert.deepEqual(await doorOf(world).run(other.callSid, DROP, 'Li Na'), {
      kind: 'done',
      outcome: 'unchanged',
    });
    await key(other, '**');
    expectStep(other, 'identity.phone');
    await expectWhole(world, phone);
    await expectWhole(world, other);
  });

  test('twice is recorded twice and changes nothing more', async (t) => {
    const world = await worldOf(t);
    const phone = await atLastKey(world);
    const door = doorOf(world);
    await door.run(phone.callSid, FREEZE, 'Li Na');
    assert.deepEqual(await door.run(phone.callSid, FREEZE, 'Wang Wei'), {
      kind: 'done',
      outcome: 'already_frozen',
    });
    await door.run(phone.callSid, DROP, 'Li Na');
    assert.deepEqual(await door.run(phone.callSid, DROP, 'Wang Wei'), { kind: 'done', outcome: 'unchanged' });
    assert.deepEqual(await commandsRecorded(world, phone), [
      'Li Na freeze_customer frozen',
      'Wang Wei freeze_customer already_frozen',
      'Li Na drop_levels levels_dropped',
      'Wang Wei drop_levels unchanged',
    ]);
    await expectWhole(world, phone);
  });

  test('an unknown call, an ended one and one without a customer are refused, and nothing is written', async (t) => {
    const world = await worldOf(t);
    const door = doorOf(world);
    assert.deepEqual(await door.run('CA-nobody', DROP, 'Li Na'), { kind: 'refused', reason: 'unknown_call' });
    const phone = await calling(world, GRACE);
    const before = await row(world, phone);
    assert.deepEqual(await door.run(phone.callSid, FREEZE, 'Li Na'), {
      kind: 'refused',
      reason: 'nobody_identified',
    });
    assert.deepEqual(await row(world, phone), before);
    await phone.hangUp();
    for (const command of [FREEZE, DROP])
      assert.deepEqual(await door.run(phone.callSid, command, 'Li Na'), {
        kind: 'refused',
        reason: 'call_ended',
      });
    await expectWhole(world, phone);
  });

  test('a command and a key at once: one comes first, and the record says which', async (t) => {
    for (const command of [FREEZE, DROP])
      for (let round = 0; round < 4; round++) {
        const world = await worldOf(t);
        const phone = await atLastKey(world);
        const [result] = await Promise.all([
          doorOf(world).run(phone.callSid, command, 'Li Na'),
          key(phone, '1'),
        ]);
        assert.equal(result.kind, 'done');
        const types = (await entriesOfCall(world.knex, phone.callSid)).map(({ type }) => type);
        const carried = types.indexOf('order.carried');
        assert.equal((await carriedOut(world, GRACE)).length, carried >= 0 ? 1 : 0);
        assert.ok(carried < types.indexOf('call.command'), 'nothing is carried out after the command');
        await expectWhole(world, phone);
      }
  });

  test('a webhook repeated after a command is asked again in words that tell nothing', async (t) => {
    const world = await worldOf(t);
    const phone = await atLastKey(world);
    const last = phone.exchanges.at(-1);
    assert.ok(last);
    await doorOf(world).run(phone.callSid, DROP, 'Li Na');
    const again = await sendAgain(world, last);
    assert.ok(!again.includes('300'), 'the order is not read out once more');
    await key(phone, '1');
    assert.equal(await handoffReason(world, phone), 'session_expired');
  });
});
