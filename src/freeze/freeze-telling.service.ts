import type { Knex } from 'knex';
import type { BankFreezeRequest, BankPort } from '../bank/bank.ts';
import { customerById } from '../customers/customers.store.ts';
import { endUnseen, raiseOrKeep } from '../fraud/alarms.store.ts';
import { Ledger } from '../ledger/ledger.service.ts';
import type { MessageWords } from '../outbox/message-words.ts';
import type { OutboxStore } from '../outbox/outbox.store.ts';
import { type Clock, type Instant, MINUTE, SECOND } from '../platform/clock.ts';
import { defined } from '../platform/defined.ts';
import { Fault } from '../platform/fault.ts';
import type { Keyring } from '../platform/keyring.ts';
import { PeriodicTask } from '../platform/periodic-task.service.ts';
import type { StartTimer } from '../platform/timer.ts';
import type { Transactions } from '../storage/transactions.ts';
import { describeFailure } from '../telemetry/failure.ts';
import type { Log } from '../telemetry/logger.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { FREEZE_TELLING_ENTRIES } from './freeze.entries.ts';
import { sendFreezeNotice } from './freeze-notice.service.ts';
import {
  claimDueTellings,
  type FreezeTelling,
  markAnswered,
  postpone,
  untoldSince,
} from './freeze-tellings.store.ts';

/** Finds what other processes left behind, and repeats; a turn's own freeze comes by `wake`. */
const LOOK_AGAIN_MILLISECONDS = 5 * SECOND;
/** Longer than a core may take for both questions of a try. */
const LEASE_MILLISECONDS = 20 * SECOND;
/** A core that is back has every freeze a minute later, however long it was out. */
const FIRST_PAUSE_MILLISECONDS = SECOND;
const LONGEST_PAUSE_MILLISECONDS = MINUTE;
/** Asked at once, so that one silence is waited for once and not for each customer. */
const AT_ONCE = 10;

interface FreezeTellingDependencies {
  readonly bank: Pick<BankPort, 'freeze' | 'freezeState'>;
  readonly knex: Knex;
  readonly transactions: Transactions;
  readonly clock: Clock;
  readonly keyring: Keyring;
  readonly outbox: OutboxStore;
  /** The company's words of the newest known release; asks no store. */
  words(): MessageWords;
  /** Called after a commit that may have put a message into the outbox. */
  wakeOutbox(): void;
  /** After so long without an answer people are told. */
  readonly alarmSeconds: number;
  readonly log: Log;
  readonly telemetry: Telemetry;
  readonly startTimer?: StartTimer;
}

/**
 * Tells the core of every freeze, beside the turns and in every process, and repeats it without end until the core holds
 * the customer frozen (invariant 43). No transaction is open while the core is waited for. No error ever leaves it.
 */
export class FreezeTellings {
  readonly #deps: FreezeTellingDependencies;
  readonly #ledger = new Ledger(FREEZE_TELLING_ENTRIES);
  readonly #rounds: PeriodicTask;

  constructor(dependencies: FreezeTellingDependencies) {
    this.#deps = dependencies;
    this.#rounds = new PeriodicTask(LOOK_AGAIN_MILLISECONDS, () => this.#lookOnce(), dependencies.startTimer);
  }

  /** Looks now and from then on every 5 s. */
  start(): void {
    this.#rounds.start();
  }

  /** Tells what is due now; call it after the commit. */
  wake(): void {
    this.#rounds.wake();
  }

  /** Resolves when nothing is being told. */
  idle(): Promise<void> {
    return this.#rounds.idle();
  }

  /** Tells no more; resolves when a look under way is over. What is left stays in the queue. */
  stop(): Promise<void> {
    return this.#rounds.stop();
  }

  async #lookOnce(): Promise<void> {
    const { knex, clock, log } = this.#deps;
    try {
      for (;;) {
        const due = await claimDueTellings(knex, clock.now(), LEASE_MILLISECONDS, AT_ONCE);
        if (due.length === 0) break;
        const told = await Promise.allSettled(due.map((telling) => this.#tell(telling)));
        const failed = told.find((one) => one.status === 'rejected');
        if (failed) throw failed.reason;
      }
      await this.#watch();
    } catch (error) {
      try {
        log.event('freeze.not_told', describeFailure(error));
      } catch {
        // A log that fails must not end the telling.
      }
    }
  }

  async #tell(telling: FreezeTelling): Promise<void> {
    const { log } = this.#deps;
    const about = { ...defined({ call: telling.callId }), attempts: telling.tries };
    try {
      await this.#ask(telling);
    } catch (error) {
      await this.#commit((transaction) => this.#putOff(transaction, telling));
      log.event('freeze.not_told', { ...about, ...describeFailure(error) });
      return;
    }
    await this.#commit((transaction) => this.#finish(transaction, telling));
    log.event('freeze.told', about);
  }

  /** Resolves once the core holds the customer frozen. Throws a Fault otherwise. */
  async #ask({ id, customerId, askedAt }: FreezeTelling): Promise<void> {
    const { bank, knex } = this.#deps;
    const request: BankFreezeRequest = { requestId: id, customerId, askedAt };
    let failure: unknown = new Fault('bank_unavailable', 'the core answered a freeze with "not frozen"');
    try {
      if ((await bank.freeze(request, knex)).frozen) return;
    } catch (error) {
      failure = error;
      // Only the answer may have been lost, or people have frozen the customer there by hand.
      if ((await bank.freezeState(customerId, knex)).frozen) return;
    }
    throw failure;
  }

  async #finish(transaction: Knex, telling: FreezeTelling): Promise<void> {
    const { customerId, askedAt, tries } = telling;
    const now = this.#deps.clock.now();
    const toldBefore = await markAnswered(transaction, telling, now);
    if (toldBefore === undefined) return;
    const message = toldBefore === 'line' ? 'freeze.nowEverywhere' : 'freeze.everywhere';
    if (toldBefore !== 'none') await this.#notify(transaction, telling, message, now);
    await this.#ledger.append(
      transaction,
      { kind: 'customer', id: customerId },
      [
        {
          type: 'account.freeze_told',
          rules: ['Z10', 'V8'],
          data: { customerId, askedAt, count: tries },
        },
      ],
      now,
    );
  }

  async #putOff(transaction: Knex, telling: FreezeTelling): Promise<void> {
    const now = this.#deps.clock.now();
    const { noticeDue } = await postpone(transaction, telling, now + pauseAfter(telling.tries));
    if (noticeDue) await this.#notify(transaction, telling, 'freeze.thisLine', now);
  }

  async #notify(
    transaction: Knex,
    telling: FreezeTelling,
    message: Parameters<typeof sendFreezeNotice>[3],
    now: Instant,
  ): Promise<void> {
    const customer = await customerById(transaction, telling.customerId);
    if (!customer) return;
    await sendFreezeNotice(transaction, this.#deps, customer, message, {
      ...telling,
      words: this.#deps.words(),
      now,
    });
  }

  async #commit(work: (transaction: Knex) => Promise<void>): Promise<void> {
    await this.#deps.transactions.run(work, { urgent: true });
    this.#deps.wakeOutbox();
  }

  /** Raises the alarm about a core that does not answer, once for each time it is out, and ends it. */
  async #watch(): Promise<void> {
    const { knex, clock, alarmSeconds, log, telemetry } = this.#deps;
    const now = clock.now();
    const { freezes, tries } = await untoldSince(knex, now - alarmSeconds * SECOND);
    const counts = { customers: freezes, sources: 0, failures: tries };
    if (freezes === 0) {
      const ended = await endUnseen(knex, 'freeze_untold', now, now);
      if (ended) log.event('alarm.ended', { kind: 'freeze_untold', customers: ended.customers });
    } else if (await raiseOrKeep(knex, 'freeze_untold', { ...counts, windowSeconds: alarmSeconds }, now)) {
      log.event('alarm.raised', { kind: 'freeze_untold', ...counts });
      telemetry.alarmRaised('freeze_untold');
    }
  }
}

/** The pause after so many tries, in milliseconds: doubling, up to a limit. */
function pauseAfter(tries: number): number {
  return Math.min(FIRST_PAUSE_MILLISECONDS * 2 ** (tries - 1), LONGEST_PAUSE_MILLISECONDS);
}
