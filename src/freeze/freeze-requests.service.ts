import type { Knex } from 'knex';
import { FREEZE } from '../actions/freeze.ts';
import { insertHandoffOnce } from '../escalation/handoffs.store.ts';
import type { EntryDraft } from '../ledger/entry.ts';
import type { Language } from '../locales/catalogue.ts';
import type { MessageWords } from '../outbox/message-words.ts';
import type { OutboxStore } from '../outbox/outbox.store.ts';
import { type Clock, type Instant, SECOND } from '../platform/clock.ts';
import { defined } from '../platform/defined.ts';
import { Fault, type FaultKind } from '../platform/fault.ts';
import type { Keyring } from '../platform/keyring.ts';
import { PeriodicTask } from '../platform/periodic-task.service.ts';
import type { StartTimer } from '../platform/timer.ts';
import type { Transactions } from '../storage/transactions.ts';
import { describeFailure } from '../telemetry/failure.ts';
import type { Log } from '../telemetry/logger.ts';
import type { FREEZE_ENTRIES } from './freeze.entries.ts';
import { freezeAndTell } from './freeze-account.service.ts';
import type { FreezeRequest, QueuedFreezes } from './freeze-journal.service.ts';

/** Between two looks into the journal: an account stays open at most this long once the store is back. */
const LOOK_AGAIN_MILLISECONDS = 5 * SECOND;
/** Faults of one request, not of the store. */
const ONE_CALL_ONLY: ReadonlySet<FaultKind> = new Set(['crypto_unavailable', 'conflict']);
/** The step of a call that was never stored. */
const BEFORE_THE_FIRST_STEP = 'answering';

/** What a freeze needs of a locked call. */
export interface FreezableCall {
  readonly step: string;
  readonly language: Language;
  /** The identified customer; an ended call keeps the last one. */
  readonly customerId: string | undefined;
  /** When the caller first asked for the freeze, where that was before the store was out. */
  readonly freezeAskedAt: Instant | undefined;
  /** Records an entry in the call's stream. Throws Fault(conflict) where a turn of the call committed first. */
  record(entry: EntryDraft<typeof FREEZE_ENTRIES>, now: Instant): Promise<void>;
}

interface FreezeRequestsDependencies {
  /** Locks a call until the transaction ends; undefined for a call that was never stored. */
  lockCall(transaction: Knex, callId: string): Promise<FreezableCall | undefined>;
  readonly journal: QueuedFreezes;
  readonly transactions: Transactions;
  readonly keyring: Keyring;
  readonly clock: Clock;
  readonly outbox: OutboxStore;
  /** The company's words of the newest known release; asks no store. */
  words(): MessageWords;
  /** Called after a commit that may have put a message into the outbox. */
  wakeOutbox(): void;
  readonly log: Log;
  readonly startTimer?: StartTimer;
}

/**
 * Freezes that were asked for while the store was out (invariant 28): queued on this machine's disk, and carried out as
 * soon as the store answers. An identified customer is frozen provisionally and told; every request leaves a ticket, so
 * that a person makes sure. Carried out once per call, also when a process dies in between.
 */
export class FreezeRequests {
  readonly #deps: FreezeRequestsDependencies;
  readonly #rounds: PeriodicTask;

  constructor(dependencies: FreezeRequestsDependencies) {
    this.#deps = dependencies;
    this.#rounds = new PeriodicTask(LOOK_AGAIN_MILLISECONDS, () => this.#lookOnce(), dependencies.startTimer);
  }

  /** Queues a request durably. Throws where it cannot; the caller must then not hear that it is queued. */
  async enqueue(request: FreezeRequest): Promise<void> {
    await this.#deps.journal.enqueue(request);
    this.#deps.log.event('freeze.queued', { call: request.callId, step: request.step });
  }

  /** Looks now and from then on every 5 s. */
  start(): void {
    this.#rounds.start();
  }

  /** Looks no more; resolves when a look under way is over. */
  stop(): Promise<void> {
    return this.#rounds.stop();
  }

  /**
   * Carries out the queued requests and answers for how many calls. A request that cannot be read, or whose call is busy,
   * waits for the next look and delays no other. Throws the Fault of a store that is still out.
   */
  async carryOutWaiting(): Promise<number> {
    let carriedOut = 0;
    for (const callId of await this.#deps.journal.waiting()) {
      try {
        if (await this.#carryOutFor(callId)) carriedOut += 1;
      } catch (error) {
        if (!(error instanceof Fault && ONE_CALL_ONLY.has(error.kind))) throw error;
        this.#deps.log.event('freeze.not_carried_out', { call: callId, ...describeFailure(error) });
      }
    }
    if (carriedOut > 0) this.#deps.wakeOutbox();
    return carriedOut;
  }

  async #carryOutFor(callId: string): Promise<boolean> {
    const { journal, transactions, log } = this.#deps;
    const request = await journal.read(callId);
    if (!request) return false;
    const result = await transactions.run((transaction) => this.#carryOut(transaction, request), {
      urgent: true,
    });
    await journal.drop(callId);
    log.event('freeze.carried_out', { call: callId, reason: result });
    return true;
  }

  async #lookOnce(): Promise<void> {
    try {
      await this.carryOutWaiting();
    } catch (error) {
      this.#deps.log.event('freeze.not_carried_out', describeFailure(error));
    }
  }

  async #carryOut(
    transaction: Knex,
    request: FreezeRequest,
  ): Promise<'frozen' | 'already_frozen' | 'nobody_identified' | 'repeated'> {
    const { clock, words, lockCall } = this.#deps;
    const now = clock.now();
    const { callId } = request;
    const call = await lockCall(transaction, callId);
    const customerId = call?.customerId;
    const written = await insertHandoffOnce(
      transaction,
      // Named after the call: the process may have died between the commit and dropping the request.
      `freeze-request.${callId}`,
      {
        callId,
        reason: 'freeze_reported',
        intent: FREEZE,
        level: customerId === undefined ? 'L0' : 'L1',
        language: call?.language ?? request.language,
        step: call?.step ?? request.step ?? BEFORE_THE_FIRST_STEP,
        now,
        ...defined({ customerId }),
      },
    );
    if (!written) return 'repeated';
    const askedAt = Math.min(call?.freezeAskedAt ?? request.at, request.at);
    const outcome =
      customerId === undefined
        ? undefined
        : (
            await freezeAndTell(transaction, this.#deps, customerId, 'provisional', {
              callId,
              askedAt,
              words: words(),
              now,
            })
          ).outcome;
    // The decision stands in the call's own stream (invariant 35); the call itself does not move.
    await call?.record(frozenEntry(call, outcome, askedAt), now);
    return outcome ?? 'nobody_identified';
  }
}

function frozenEntry(
  { step, customerId }: FreezableCall,
  outcome: string | undefined,
  askedAt: Instant,
): EntryDraft<typeof FREEZE_ENTRIES> {
  const data =
    customerId === undefined
      ? { matched: false, why: 'asked_in_outage' }
      : {
          ...{
            matched: true,
            why: 'asked_in_outage',
            customerId,
            freeze: 'provisional',
            level: 'L1',
            outcome,
          },
          ...{ askedAt, core: 'untold' },
        };
  return { type: 'account.freeze', step, rules: ['R18.2', 'V8', 'V8.2', 'R12.1'], data };
}
