import type { Knex } from 'knex';
import type { EntryDraft, EntryTypes } from '../ledger/entry.ts';
import { Ledger } from '../ledger/ledger.service.ts';
import { callStream } from '../ledger/stream.ts';
import type { Instant } from '../platform/clock.ts';
import type { Keyring } from '../platform/keyring.ts';
import type { Random } from '../platform/random.ts';
import { pipelined } from '../storage/pipelined.ts';
import type { CallCommand, CallState } from './call.ts';
import { TURN_ENTRIES } from './calls.entries.ts';
import { insertTurn, type StoredCall, updateCall } from './calls.store.ts';

export interface UnansweredDependencies {
  readonly keyring: Keyring;
  readonly random: Random;
}

/** A change of a call without a webhook to answer. */
interface Unanswered {
  readonly entries: readonly EntryDraft<EntryTypes>[];
  /** The call after the change; left out where it stays as it is. */
  readonly state?: CallState;
  /** Kept in the journal, so that replay decides it again. */
  readonly command?: CallCommand;
  /** A step token in the place of the call's: the one before moves nothing any more. */
  readonly token?: string;
  readonly now: Instant;
}

const ledger = new Ledger(TURN_ENTRIES);

/**
 * Writes a change of a locked call that has no answer: entries, the call and, for a command, its journal. The step token
 * stays unless another is given, so that the caller's next key is accepted, and so does the time of the last turn. Answers false where a turn of
 * the call committed first; the transaction must then be rolled back.
 */
export async function writeUnanswered(
  transaction: Knex,
  { keyring, random }: UnansweredDependencies,
  call: StoredCall,
  { entries, state = call.state, command, token = call.token, now }: Unanswered,
): Promise<boolean> {
  const linked = ledger.link(entries, {
    stream: callStream(state.id),
    head: call.head,
    at: now,
    release: call.release,
  });
  const next: StoredCall = { ...call, state, token, version: call.version + 1, head: linked.head };
  const turn = {
    callId: state.id,
    token: `command-${next.version}`,
    seq: next.version,
    requestDigest: '',
    answer: '',
    nextToken: token,
    at: now,
  };
  const [written] = await pipelined([
    updateCall(transaction, keyring, random, next, undefined),
    linked.write(transaction),
    ...(command === undefined
      ? []
      : [insertTurn(transaction, keyring, random, { ...turn, journal: { now, steps: [], command } })]),
  ]);
  return written;
}
