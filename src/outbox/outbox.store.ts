import type { Knex } from 'knex';
import type { Instant } from '../platform/clock.ts';
import { assert } from '../platform/fault.ts';
import { type Keyring, open, seal } from '../platform/keyring.ts';
import { type Random, randomToken } from '../platform/random.ts';
import type { CarriedCodes, ReportedDelivery } from './carried-codes.ts';
import { type ReportedRow, tellsMore } from './reported-message.ts';
import type { SmsPurpose, SmsRequest } from './sms-request.ts';

/** A message claimed for one try; `tries` counts this one. Nobody else has it until `leaseUntil`. */
export interface ClaimedMessage {
  readonly id: string;
  readonly purpose: SmsPurpose;
  readonly codeId: string | undefined;
  readonly tries: number;
  /** How many copies may be out if this try is answered by nobody, this one included. */
  readonly copies: number;
  readonly expiresAt: Instant;
  readonly leaseUntil: Instant;
  readonly toSealed: string;
  readonly bodySealed: string;
}

/** A message that ended without another try, and why. */
export interface EndedMessage {
  readonly purpose: SmsPurpose;
  readonly tries: number;
  readonly reason: 'too_late' | 'code_void' | 'unanswered';
}

/**
 * Copies of one message that may all have arrived: a customer is not to get the same notice a dozen times, however
 * often a provider hangs or a process dies while it sends.
 */
export const MOST_COPIES = 3;

/** More than the longest message that providers take is a bug of ours. */
const BODY_LENGTH = 1_600;

interface OutboxRow {
  readonly id: string;
  readonly purpose: SmsPurpose;
  readonly code_id: string | null;
  readonly to_sealed: string;
  readonly body_sealed: string | null;
  readonly tries: number;
  readonly copies: number;
  readonly due_at: number;
  readonly expires_at: number;
}

/** The table `outbox`. Number and text are sealed; the text is dropped as soon as it is of no more use. */
export class OutboxStore {
  readonly #keyring: Keyring;
  readonly #random: Random;
  readonly #codes: CarriedCodes;

  constructor(keyring: Keyring, random: Random, codes: CarriedCodes) {
    this.#keyring = keyring;
    this.#random = random;
    this.#codes = codes;
  }

  /** Puts a message into the outbox in the turn's transaction; it leaves after the commit. Answers its id. */
  async enqueueSms(transaction: Knex, request: SmsRequest): Promise<string> {
    assert(
      request.body.length > 0 && request.body.length <= BODY_LENGTH,
      'a message has a text of a length that providers take',
    );
    const id = randomToken(this.#random);
    await transaction('outbox').insert({
      id,
      purpose: request.purpose,
      call_id: request.callId ?? null,
      code_id: request.codeId ?? null,
      to_sealed: seal(this.#keyring, this.#random, `outbox.to:${id}`, request.to),
      body_sealed: seal(this.#keyring, this.#random, `outbox.body:${id}`, request.body),
      status: 'pending',
      tries: 0,
      created_at: request.now,
      due_at: request.dueAt ?? request.now,
      number_index: request.numberIndex ?? null,
      events: request.events ?? null,
      expires_at: request.expiresAt,
    });
    return id;
  }

  /** Lets a summary tell of more events. Changes nothing where somebody has begun to send it. */
  async rewriteSummary(
    transaction: Knex,
    { id, events, body }: { readonly id: string; readonly events: number; readonly body: string },
  ): Promise<void> {
    const body_sealed = seal(this.#keyring, this.#random, `outbox.body:${id}`, body);
    await transaction('outbox').where({ id, status: 'pending', tries: 0 }).update({ events, body_sealed });
  }

  /** Whether there is anything to send or to end: one look at an index, which is all that a quiet outbox costs. */
  async isAnythingDue(knex: Knex, now: Instant): Promise<boolean> {
    const row: unknown = await dueRows(knex, now).first('id');
    return row !== undefined;
  }

  /**
   * Takes up to `limit` due messages for one try each, codes before notices, because somebody waits for them. The claim
   * is one conditional update per row that moves `due_at` to the end of the lease: of several processes one gets the
   * row, and a process that dies gives it back. The copy is counted before it is sent, so that a process that dies has
   * paid for it.
   */
  async claimDue(
    knex: Knex,
    now: Instant,
    leaseMilliseconds: number,
    limit: number,
  ): Promise<readonly ClaimedMessage[]> {
    const rows: OutboxRow[] = await dueRows(knex, now)
      .andWhere('expires_at', '>', now)
      .andWhere('copies', '<', MOST_COPIES)
      .whereNotExists(this.#voidCode(knex))
      .orderByRaw("CASE WHEN purpose = 'code' THEN 0 ELSE 1 END, due_at")
      .limit(limit);
    const claimed: ClaimedMessage[] = [];
    for (const row of rows) {
      if (row.body_sealed === null) continue;
      const leaseUntil = now + leaseMilliseconds;
      const copies = row.copies + 1;
      const count = await knex('outbox')
        .where({ id: row.id, status: 'pending', tries: row.tries, due_at: row.due_at })
        .update({ due_at: leaseUntil, tries: row.tries + 1, copies });
      if (count !== 1) continue;
      claimed.push({
        id: row.id,
        purpose: row.purpose,
        codeId: row.code_id ?? undefined,
        tries: row.tries + 1,
        copies,
        expiresAt: row.expires_at,
        leaseUntil,
        toSealed: row.to_sealed,
        bodySealed: row.body_sealed,
      });
    }
    return claimed;
  }

  /** The number and the text of a claimed message. Throws Fault(crypto_unavailable) when no key opens them. */
  openMessage(message: ClaimedMessage): { readonly to: string; readonly body: string } {
    return {
      to: open(this.#keyring, `outbox.to:${message.id}`, message.toSealed),
      body: open(this.#keyring, `outbox.body:${message.id}`, message.bodySealed),
    };
  }

  /** The provider has the message. A report that came before this one keeps its word. */
  async markSent(knex: Knex, message: ClaimedMessage, providerId: string): Promise<void> {
    await knex.transaction(async (transaction) => {
      const count = await transaction('outbox')
        .where({ id: message.id, status: 'pending' })
        .update({ status: 'sent', provider_id: providerId, body_sealed: null, error: null });
      if (count === 1) await this.#setCodeDelivery(transaction, message.codeId, 'sent');
    });
  }

  /** The message will not be sent any more. `error` is a provider's error number or one of our own words. */
  async markGivenUp(
    knex: Knex,
    message: ClaimedMessage,
    status: 'failed' | 'expired',
    error: string,
  ): Promise<void> {
    await knex.transaction(async (transaction) => {
      const count = await transaction('outbox')
        .where({ id: message.id, status: 'pending', tries: message.tries })
        .update({ status, body_sealed: null, error });
      if (count === 1) await this.#setCodeDelivery(transaction, message.codeId, 'failed');
    });
  }

  /**
   * Gives a claimed message back for another try with the same text, unless somebody else has claimed or settled it.
   * Where this try cannot have reached anybody (`nothingSent`) its copy no longer counts.
   */
  async reschedule(
    knex: Knex,
    message: ClaimedMessage,
    dueAt: Instant,
    error: string,
    nothingSent = false,
  ): Promise<void> {
    await knex('outbox')
      .where({ id: message.id, status: 'pending', tries: message.tries })
      .update({ due_at: dueAt, error, copies: message.copies - (nothingSent ? 1 : 0) });
  }

  /**
   * Ends due messages that are of no more use: their time is over, their code is void, or as many copies as may be are
   * out and nobody answered for the last. Answers those that this call ended; never one that somebody is sending.
   */
  async expireOverdue(knex: Knex, now: Instant, limit: number): Promise<readonly EndedMessage[]> {
    const rows: (OutboxRow & { readonly code_void: string | null })[] = await dueRows(knex, now)
      .andWhere((useless) =>
        useless
          .where('expires_at', '<=', now)
          .orWhere('copies', '>=', MOST_COPIES)
          .orWhereExists(this.#voidCode(knex)),
      )
      .limit(limit)
      .select('outbox.*', this.#voidCode(knex).as('code_void'));
    const ended: EndedMessage[] = [];
    for (const row of rows) {
      const reason = row.expires_at <= now ? 'too_late' : row.code_void === null ? 'unanswered' : 'code_void';
      await knex.transaction(async (transaction) => {
        const count = await transaction('outbox')
          .where({ id: row.id, status: 'pending', due_at: row.due_at })
          .update({
            status: reason === 'unanswered' ? 'failed' : 'expired',
            body_sealed: null,
            ...(reason === 'too_late' ? {} : { error: reason }),
          });
        if (count !== 1) return;
        ended.push({ purpose: row.purpose, tries: row.tries, reason });
        await this.#setCodeDelivery(transaction, row.code_id ?? undefined, 'failed');
      });
    }
    return ended;
  }

  /**
   * Records a provider's report about the message with this provider id, or with our reference where the report came before
   * the answer. Delivered and failed are final: late, repeated and reordered reports change nothing; an unknown message is
   * ignored. Answers whether anything changed.
   */
  async recordReport(
    knex: Knex,
    providerId: string,
    reference: string | undefined,
    delivery: ReportedDelivery,
    error: string | null,
  ): Promise<boolean> {
    for (;;) {
      const row = await reportedRow(knex, providerId, reference);
      // Most reports tell nothing new ("queued", "sent"); they cost a look and no more.
      if (!row || !tellsMore(row, providerId, delivery)) return false;
      const changed = await knex.transaction(async (transaction) => {
        const { id, status, provider_id } = row;
        const count = await transaction('outbox')
          .where({ id, status, provider_id })
          .update({ status: delivery, provider_id: providerId, body_sealed: null, error });
        if (count === 1) await this.#setCodeDelivery(transaction, row.code_id ?? undefined, delivery);
        return count === 1;
      });
      // Otherwise another report or the answer was recorded first, and this one is compared with it again. The loop ends:
      // each time the message is nearer to its one final state.
      if (changed) return true;
    }
  }

  /** What a message that the provider took was for, or undefined for one that is not ours. */
  async purposeOf(knex: Knex, providerId: string): Promise<SmsPurpose | undefined> {
    const row: { purpose: SmsPurpose } | undefined = await knex('outbox')
      .where({ provider_id: providerId })
      .first('purpose');
    return row?.purpose;
  }

  /** The code that a message carries, where it is no longer good: sending it would only mislead. */
  #voidCode(knex: Knex): Knex.QueryBuilder {
    return this.#codes.notLive(knex, 'outbox.code_id');
  }

  async #setCodeDelivery(
    transaction: Knex,
    codeId: string | undefined,
    delivery: ReportedDelivery,
  ): Promise<void> {
    if (codeId !== undefined) await this.#codes.setDelivery(transaction, codeId, delivery);
  }
}

function dueRows(knex: Knex, now: Instant): Knex.QueryBuilder {
  return knex('outbox').where({ status: 'pending' }).andWhere('due_at', '<=', now);
}

async function reportedRow(
  knex: Knex,
  providerId: string,
  reference: string | undefined,
): Promise<ReportedRow | undefined> {
  const found = (where: object): Promise<ReportedRow | undefined> =>
    knex('outbox').where(where).first('id', 'code_id', 'status', 'provider_id');
  const byProviderId = await found({ provider_id: providerId });
  return byProviderId ?? (reference === undefined ? undefined : found({ id: reference }));
}
