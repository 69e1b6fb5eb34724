import type { Knex } from 'knex';
import type { FreezableCall } from '../freeze/freeze-requests.service.ts';
import { Fault } from '../platform/fault.ts';
import { identifiedInCall, lockCallForUpdate } from './calls.store.ts';
import { type UnansweredDependencies, writeUnanswered } from './unanswered.service.ts';

/** A call as the freeze room sees it, locked until the transaction ends; undefined for a call that was never stored. */
export async function lockFreezableCall(
  transaction: Knex,
  dependencies: UnansweredDependencies,
  callId: string,
): Promise<FreezableCall | undefined> {
  const call = await lockCallForUpdate(transaction, dependencies.keyring, callId);
  if (!call) return undefined;
  const { step, flow } = call.state;
  return {
    step,
    language: flow.language,
    customerId: await identifiedInCall(transaction, call),
    freezeAskedAt: flow.freezeAskedAt,
    record: async (entry, now) => {
      if (!(await writeUnanswered(transaction, dependencies, call, { entries: [entry], now })))
        throw new Fault(
          'conflict',
          'a turn of the call committed first; its freeze is carried out at the next look',
        );
    },
  };
}
