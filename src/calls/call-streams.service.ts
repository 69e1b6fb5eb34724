import type { Knex } from 'knex';
import type { CallStreams, LockedCall } from '../escalation/call-stream.ts';
import type { LevelFall } from '../escalation/handoff-event.ts';
import { voidCodes } from '../factors/code/code.store.ts';
import type { Clock } from '../platform/clock.ts';
import { randomToken } from '../platform/random.ts';
import type { CallCommand } from './call.ts';
import { lockCallForUpdate, type StoredCall } from './calls.store.ts';
import { decideCommand } from './commands.ts';
import { ConcurrentTurnError } from './turn.service.ts';
import { type UnansweredDependencies, writeUnanswered } from './unanswered.service.ts';

/** The streams of calls, for those who take over: entries, and levels that fall, in the transaction of what they did. */
export function callStreams(deps: UnansweredDependencies & { readonly clock: Clock }): CallStreams {
  return {
    lock: async (transaction: Knex, callId: string): Promise<LockedCall | undefined> => {
      const call = await lockCallForUpdate(transaction, deps.keyring, callId);
      if (!call) return undefined;
      const isLive = call.state.status === 'live';
      return {
        isLive,
        write: async (entries, fall, keying) => {
          const command = isLive ? commandOf(fall, keying, call) : undefined;
          const decided = command && decideCommand(call.state, command);
          if (decided?.effects.length) await voidCodes(transaction, callId);
          const written = await writeUnanswered(transaction, deps, call, {
            entries: [...entries, ...(decided?.entries ?? [])],
            now: deps.clock.now(),
            ...(command && decided ? { state: decided.call, command } : {}),
            ...(command?.kind === 'end_keying' ? { token: randomToken(deps.random) } : {}),
          });
          if (!written) throw new ConcurrentTurnError();
        },
      };
    },
  };
}

/** No step of a hand-off does both. */
function commandOf(
  fall: LevelFall | undefined,
  keying: 'over' | undefined,
  { state }: StoredCall,
): CallCommand | undefined {
  if (fall) return { kind: 'lower_level', why: fall };
  return keying && state.flow.desk ? { kind: 'end_keying' } : undefined;
}
