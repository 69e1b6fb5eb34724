import { leaveForgotten, leaveQueue, waitingAmong } from '../escalation/handoffs.store.ts';
import type { Releases } from '../flow/release.ts';
import { type Clock, DAY, HOUR, type Instant, MINUTE } from '../platform/clock.ts';
import type { Keyring } from '../platform/keyring.ts';
import type { Transactions } from '../storage/transactions.ts';
import { phoneIndexOf } from './calling-number.ts';
import { lockCallForUpdate } from './calls.store.ts';
import { quietCalls } from './live-calls.store.ts';
import type { TurnTaking } from './turn.service.ts';

/** The longest a call at a step can go without a webhook: its longest answer, the wait for a code and a hold are minutes. */
const QUIET_AT_A_STEP = HOUR;
/** A carrier ends every call after a day, so nobody waits in a queue or talks to a person for longer. */
const QUIET_IN_A_QUEUE = DAY;
/** Clocks of processes and of the carrier may differ by so much. */
const MARGIN = 5 * MINUTE;
const CALLS_AT_ONCE = 100;

interface CallEndingsDependencies {
  readonly transactions: Transactions;
  readonly keyring: Keyring;
  readonly clock: Clock;
  readonly releases: Pick<Releases, 'withHash'>;
  readonly turns: Pick<TurnTaking, 'take'>;
  /** Called after a commit that has put a message into the outbox. */
  wakeOutbox(): void;
}

/** What a look for calls that nobody ended has found. */
interface Swept {
  readonly calls: readonly string[];
  /** Tickets whose call is not known to be live. */
  readonly tickets: number;
}

/**
 * Ends calls: when the carrier reports it, and, where it never does, when no webhook has come for longer than a call can be
 * silent. Levels and codes are void from then on, and nothing waits in a queue (invariant 25).
 */
export class CallEndings {
  readonly #deps: CallEndingsDependencies;

  constructor(dependencies: CallEndingsDependencies) {
    this.#deps = dependencies;
  }

  /** The carrier reports that a call is over. Idempotent; an unknown call leaves its queue, too. */
  async reported(callId: string): Promise<void> {
    await this.#end(callId, undefined);
  }

  /** Ends what nobody has ended: live calls that have been silent too long, and tickets older than any call. Safe in several processes. */
  async sweep(): Promise<Swept> {
    const { transactions, clock } = this.#deps;
    const now = clock.now();
    const calls: string[] = [];
    let after = '';
    for (let more = true; more; ) {
      const quiet = await transactions.run((transaction) =>
        quietCalls(transaction, now - QUIET_AT_A_STEP, after, CALLS_AT_ONCE),
      );
      const waiting = await transactions.run((transaction) =>
        waitingAmong(
          transaction,
          quiet.map(({ id }) => id),
        ),
      );
      for (const { id, updatedAt } of quiet) {
        const longest = waiting.has(id) ? QUIET_IN_A_QUEUE + MARGIN : QUIET_AT_A_STEP;
        if (now - updatedAt > longest && (await this.#end(id, updatedAt))) calls.push(id);
      }
      after = quiet.at(-1)?.id ?? after;
      more = quiet.length === CALLS_AT_ONCE;
    }
    const tickets = await transactions.run((transaction) =>
      leaveForgotten(transaction, now - QUIET_IN_A_QUEUE - MARGIN, now),
    );
    return { calls, tickets };
  }

  /** Ends a live call and answers true. With `unheardSince` only where nothing has happened to it since that moment. */
  async #end(callId: string, unheardSince: Instant | undefined): Promise<boolean> {
    const { transactions, keyring, clock, releases, turns, wakeOutbox } = this.#deps;
    const unheard = unheardSince !== undefined;
    const taken = await transactions.run(async (transaction) => {
      const now = clock.now();
      const call = await lockCallForUpdate(transaction, keyring, callId);
      if (unheard && call?.updatedAt !== unheardSince) return undefined;
      if (!unheard) await leaveQueue(transaction, callId, 'call_ended', now);
      if (!call || call.state.status === 'ended') return undefined;
      const release = await releases.withHash(call.release, transaction);
      const turn = {
        ...{ call, release, now, webhook: undefined },
        sourcePhoneIndex: () => phoneIndexOf(call.source, keyring),
      };
      const event = { type: 'HANGUP' as const, ...(unheard ? { unheard: true as const } : {}) };
      return turns.take(transaction, turn, { kind: 'event', event });
    });
    if (taken?.sends) wakeOutbox();
    return taken !== undefined;
  }
}
