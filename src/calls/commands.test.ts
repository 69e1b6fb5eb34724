import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { picks, randomCall } from '../../test/support/random-calls.ts';
import { shippedTexts } from '../../test/support/shipped.ts';
import { LEVELS } from '../actions/requirement.ts';
import { levelOf } from '../assurance/call-level.ts';
import type { FlowEvent } from '../flow/events.ts';
import { makeRelease } from '../flow/load-release.ts';
import type { CallCommand } from './call.ts';
import { decideCommand } from './commands.ts';
import { decide } from './decide.ts';

const COMMANDS: readonly CallCommand[] = [
  { kind: 'drop_levels' },
  { kind: 'freeze_customer' },
  { kind: 'lower_level', why: 'transfer' },
];
const NEXT: readonly FlowEvent[] = [{ type: 'SESSION_EXPIRED' }, { type: 'FREEZE' }, { type: 'HANGUP' }];

test('no command raises a level, whatever call it meets; dropped levels stay at L0 (invariant 54)', async () => {
  const made = makeRelease(await shippedTexts());
  assert.ok(made.ok);
  const { release } = made;
  const { policy } = release;
  let dropped = 0;
  let lowered = 0;
  fc.assert(
    fc.property(picks(25, 60), fc.constantFrom(...COMMANDS), (picked, command) => {
      for (const { decision } of randomCall(release, picked)) {
        const { call, next } = decision;
        // A command meets calls between turns: live, and waiting for the caller.
        if (call.status === 'ended' || next.kind !== 'reply') continue;
        const now = call.startedAt + 60_000;
        const after = decideCommand(call, command).call;
        const [before, level] = [call, after].map((one) => LEVELS.indexOf(levelOf(one, policy, now)));
        assert.ok((level ?? 9) <= (before ?? 0), `${command.kind} at ${call.step}`);
        assert.equal(after.step, call.step, 'a command moves nobody');
        assert.deepEqual(decideCommand(after, command).call.proofs, after.proofs, 'twice is once');
        if (command.kind === 'lower_level') {
          assert.ok((level ?? 9) <= LEVELS.indexOf('L1'), `at ${call.step}`);
          assert.equal(after.proofs.customerId, call.proofs.customerId, 'whom they claim to be stays');
          lowered += Number((before ?? 0) > (level ?? 0));
        }
        if (command.kind !== 'drop_levels' || call.proofs.customerId === undefined) continue;
        dropped += 1;
        assert.equal(levelOf(after, policy, now), 'L0');
        assert.equal(after.flow.order?.amountMinor, undefined, 'nothing of the order is left');
        for (const event of NEXT) {
          const { call: moved } = decide(release, after, event, {}, now);
          assert.equal(levelOf(moved, policy, now), 'L0', `${event.type} at ${call.step}`);
          assert.equal(moved.levelsDropped, undefined);
        }
      }
    }),
  );
  assert.ok(lowered > 20, `only ${lowered} calls had a level to lower`);
  assert.ok(dropped > 100, `only ${dropped} calls had a level to drop`);
});
