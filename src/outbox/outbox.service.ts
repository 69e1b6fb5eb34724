import type { Knex } from 'knex';
import { type Instant, MINUTE, SECOND } from '../platform/clock.ts';
import type { ReportedDelivery } from './carried-codes.ts';
import { type MessagingPort, mayHaveBeenSent, type SendOutcome, type Unavailability } from './messaging.ts';
import { type ClaimedMessage, type EndedMessage, MOST_COPIES, type OutboxStore } from './outbox.store.ts';
import type { SmsPurpose } from './sms-request.ts';

/** Sent at the same time, and so the most connections to the provider; one that hangs holds up no other seven. */
const BATCH = 8;
/** How often to look again where other processes took all that was due. */
const MOST_LOOKS = 4;
/** Longer than one send may take (10 s), so that no message is claimed while it is being sent. */
const LEASE_MILLISECONDS = 30 * SECOND;
const FIRST_RETRY_MILLISECONDS = 2 * SECOND;
const LONGEST_RETRY_MILLISECONDS = 15 * MINUTE;
/** With the waits above this is about half an hour of answers that may each have sent it; codes expire long before. */
const MOST_TRIES = 12;

/** What became of one try. `reason` is one of our words; `providerCode` the provider's error number. */
export interface DeliveryReport {
  readonly purpose: SmsPurpose;
  readonly result: 'sent' | 'retry' | 'failed' | 'expired';
  readonly tries: number;
  readonly providerId?: string;
  readonly providerCode?: number;
  /** `unrecorded`: the provider answered, and the database did not take it down; the message is tried again. */
  readonly reason?: Unavailability | 'refused' | 'sealed' | 'unrecorded' | EndedMessage['reason'];
}

interface OutboxDependencies {
  readonly knex: Knex;
  readonly store: OutboxStore;
  readonly messaging: MessagingPort;
  /** The public address of /sms/status; absent where nobody reports (the demo's inbox). */
  readonly statusCallback?: string;
}

type TryOutcome = SendOutcome | { readonly kind: 'unavailable'; readonly reason: 'sealed' };

/** Sends what the turns have put into the outbox, after they have committed. */
export class Outbox {
  readonly #deps: OutboxDependencies;

  constructor(dependencies: OutboxDependencies) {
    this.#deps = dependencies;
  }

  /**
   * Sends one batch of due messages and answers what became of each; empty when nothing was due, which takes one
   * statement to find out. Any number of processes may call it at once. A repeated try sends the same text, so no second
   * code ever lives (invariant 17).
   */
  async deliverDue(now: Instant): Promise<readonly DeliveryReport[]> {
    const { knex, store } = this.#deps;
    for (let look = 0; look < MOST_LOOKS && (await store.isAnythingDue(knex, now)); look++) {
      const ended = await store.expireOverdue(knex, now, BATCH);
      const claimed = await store.claimDue(knex, now, LEASE_MILLISECONDS, BATCH);
      const sent = await Promise.all(claimed.map((message) => this.#deliver(message, now)));
      const reports = [...ended.map(reportOfEnd), ...sent];
      if (reports.length > 0) return reports;
    }
    return [];
  }

  /** Takes in a report of the provider (webhook /sms/status); any order, any number of times. Answers whether it changed anything. */
  async recordDelivery(report: {
    readonly providerId: string;
    readonly delivery: ReportedDelivery;
    readonly errorCode?: number;
    /** From the query of the status URL; finds the message when the report overtakes the provider's answer. */
    readonly reference?: string;
  }): Promise<boolean> {
    const { delivery } = report;
    const error = delivery === 'failed' && report.errorCode !== undefined ? String(report.errorCode) : null;
    return this.#deps.store.recordReport(
      this.#deps.knex,
      report.providerId,
      report.reference,
      delivery,
      error,
    );
  }

  /** One try and its record. A message whose record fails is told as such, and not the others' loss. */
  async #deliver(message: ClaimedMessage, now: Instant): Promise<DeliveryReport> {
    const outcome = await this.#send(message, now);
    const record = (): Promise<DeliveryReport> => this.#record(message, outcome, now);
    try {
      // Twice, because a connection that was lost is often there again; else the customer gets the message twice.
      return await record().catch(record);
    } catch {
      return { purpose: message.purpose, tries: message.tries, result: 'retry', reason: 'unrecorded' };
    }
  }

  async #record(message: ClaimedMessage, outcome: TryOutcome, now: Instant): Promise<DeliveryReport> {
    const { knex, store } = this.#deps;
    const about = { purpose: message.purpose, tries: message.tries };
    if (outcome.kind === 'accepted') {
      await store.markSent(knex, message, outcome.providerId);
      return { ...about, result: 'sent', providerId: outcome.providerId };
    }
    if (outcome.kind === 'refused') {
      await store.markGivenUp(knex, message, 'failed', String(outcome.code));
      return { ...about, result: 'failed', reason: 'refused', providerCode: outcome.code };
    }
    const { reason } = outcome;
    const nothingSent = reason === 'sealed' || !mayHaveBeenSent(reason);
    // What was never sent is tried until it is too old to be of use: nobody can have got it twice.
    if (!nothingSent && (message.tries >= MOST_TRIES || message.copies >= MOST_COPIES)) {
      await store.markGivenUp(knex, message, 'failed', reason);
      return { ...about, result: 'failed', reason };
    }
    const dueAt = now + Math.max(retryAfterMilliseconds(message.tries), waitAskedFor(outcome));
    if (dueAt >= message.expiresAt) {
      await store.markGivenUp(knex, message, 'expired', reason);
      return { ...about, result: 'expired', reason };
    }
    await store.reschedule(knex, message, dueAt, reason, nothingSent);
    return { ...about, result: 'retry', reason };
  }

  async #send(message: ClaimedMessage, now: Instant): Promise<TryOutcome> {
    let opened: { readonly to: string; readonly body: string };
    try {
      opened = this.#deps.store.openMessage(message);
    } catch {
      // A missing key can come back; the message waits for it like for a provider.
      return { kind: 'unavailable', reason: 'sealed' };
    }
    const { statusCallback } = this.#deps;
    return this.#deps.messaging.send({
      ...opened,
      reference: message.id,
      validSeconds: Math.floor((message.expiresAt - now) / SECOND),
      ...(statusCallback === undefined
        ? {}
        : { statusCallback: `${statusCallback}?reference=${encodeURIComponent(message.id)}` }),
    });
  }
}

/** The wait after the given number of tries, in milliseconds: doubling, up to a limit. */
function retryAfterMilliseconds(tries: number): number {
  return Math.min(FIRST_RETRY_MILLISECONDS * 2 ** (tries - 1), LONGEST_RETRY_MILLISECONDS);
}

/** How long the provider asks us to wait, in milliseconds; never longer than between our own tries. */
function waitAskedFor(outcome: Extract<TryOutcome, { kind: 'unavailable' }>): number {
  const seconds = 'retryAfterSeconds' in outcome ? (outcome.retryAfterSeconds ?? 0) : 0;
  return Math.min(seconds * SECOND, LONGEST_RETRY_MILLISECONDS);
}

function reportOfEnd({ purpose, tries, reason }: EndedMessage): DeliveryReport {
  return { purpose, tries, result: reason === 'unanswered' ? 'failed' : 'expired', reason };
}
