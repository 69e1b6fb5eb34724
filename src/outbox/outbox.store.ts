import type { Knex } from 'knex';
import type { Instant } from '../platform/clock.ts';
import { assert } from '../platform/fault.ts';
import { type Keys, open, seal } from '../platform/keys.ts';
import { type Random, randomToken } from '../platform/random.ts';

export type SmsPurpose = 'code' | 'lock_notice' | 'change_notice' | 'action_notice' | 'freeze_notice';

export interface SmsRequest {
  readonly purpose: SmsPurpose;
  readonly callId?: string;
  /** The code the message carries; its `delivery` follows the message's. */
  readonly codeId?: string;
  /** E.164. */
  readonly to: string;
  readonly body: string;
  /** Not sent at or after this: a late code is worse than none. */
  readonly expiresAt: Instant;
  readonly now: Instant;
}

/** A message claimed for one try; `tries` counts this one. Nobody else has it until `leaseUntil`. */
export interface ClaimedMessage {
  readonly id: string;
  readonly purpose: SmsPurpose;
  readonly codeId: string | undefined;
  readonly tries: number;
  readonly expiresAt: Instant;
  readonly leaseUntil: Instant;
  readonly toSealed: string;
  readonly bodySealed: string;
}

/** What a provider's report amounts to. */
export type ReportedDelivery = 'sent' | 'delivered' | 'failed';

/** More than the longest message that providers take is a bug of ours. */
const BODY_LENGTH = 1_600;

interface OutboxRow {
  readonly id: string;
  readonly purpose: SmsPurpose;
  readonly code_id: string | null;
  readonly to_sealed: string;
  readonly body_sealed: string | null;
  readonly tries: number;
  readonly due_at: number;
  readonly expires_at: number;
}

/** The table `outbox`. Number and text are sealed; the text is dropped as soon as it is of no more use. */
export class OutboxStore {
  readonly #keys: Keys;
  readonly #random: Random;

  constructor(keys: Keys, random: Random) {
    this.#keys = keys;
    this.#random = random;
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
      to_sealed: seal(this.#keys, this.#random, `outbox.to:${id}`, request.to),
      body_sealed: seal(this.#keys, this.#random, `outbox.body:${id}`, request.body),
      status: 'pending',
      tries: 0,
      created_at: request.now,
      due_at: request.now,
      expires_at: request.expiresAt,
    });
    return id;
  }

  /**
   * Takes up to `limit` due messages for one try each. The claim is one conditional update per row that moves `due_at`
   * to the end of the lease: of several processes one gets the row, and a process that dies gives it back.
   */
  async claimDue(
    knex: Knex,
    now: Instant,
    leaseMilliseconds: number,
    limit: number,
  ): Promise<readonly ClaimedMessage[]> {
    const rows: OutboxRow[] = await knex('outbox')
      .where({ status: 'pending' })
      .andWhere('due_at', '<=', now)
      .andWhere('expires_at', '>', now)
      .orderBy('due_at')
      .limit(limit);
    const claimed: ClaimedMessage[] = [];
    for (const row of rows) {
      if (row.body_sealed === null) continue;
      const leaseUntil = now + leaseMilliseconds;
      const count = await knex('outbox')
        .where({ id: row.id, status: 'pending', tries: row.tries, due_at: row.due_at })
        .update({ due_at: leaseUntil, tries: row.tries + 1 });
      if (count !== 1) continue;
      claimed.push({
        id: row.id,
        purpose: row.purpose,
        codeId: row.code_id ?? undefined,
        tries: row.tries + 1,
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
      to: open(this.#keys, `outbox.to:${message.id}`, message.toSealed),
      body: open(this.#keys, `outbox.body:${message.id}`, message.bodySealed),
    };
  }

  /** The provider has the message. A report that came before this one keeps its word. */
  async markSent(knex: Knex, message: ClaimedMessage, providerId: string): Promise<void> {
    await knex.transaction(async (transaction) => {
      const count = await transaction('outbox')
        .where({ id: message.id, status: 'pending' })
        .update({ status: 'sent', provider_id: providerId, body_sealed: null, error: null });
      if (count === 1) await setCodeDelivery(transaction, message.codeId, 'sent');
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
      if (count === 1) await setCodeDelivery(transaction, message.codeId, 'failed');
    });
  }

  /** Gives a claimed message back for another try with the same text, unless somebody else has claimed or settled it. */
  async reschedule(knex: Knex, message: ClaimedMessage, dueAt: Instant, error: string): Promise<void> {
    await knex('outbox')
      .where({ id: message.id, status: 'pending', tries: message.tries })
      .update({ due_at: dueAt, error });
  }

  /** Ends the messages whose time is over and that nobody is sending; answers how many. */
  async expireOverdue(knex: Knex, now: Instant, limit: number): Promise<number> {
    const rows: OutboxRow[] = await knex('outbox')
      .where({ status: 'pending' })
      .andWhere('due_at', '<=', now)
      .andWhere('expires_at', '<=', now)
      .limit(limit);
    let expired = 0;
    for (const row of rows) {
      await knex.transaction(async (transaction) => {
        const count = await transaction('outbox')
          .where({ id: row.id, status: 'pending', due_at: row.due_at })
          .update({ status: 'expired', body_sealed: null });
        if (count !== 1) return;
        expired += 1;
        await setCodeDelivery(transaction, row.code_id ?? undefined, 'failed');
      });
    }
    return expired;
  }

  /**
   * Takes in a provider's report about the message with this provider id, or with our reference when the report was
   * faster than the answer. Delivered and failed are final, whatever comes late, twice or in another order; an unknown
   * message is ignored. Answers whether anything changed.
   */
  async recordReport(
    knex: Knex,
    providerId: string,
    reference: string | undefined,
    delivery: ReportedDelivery,
    error: string | null,
  ): Promise<boolean> {
    return knex.transaction(async (transaction) => {
      const byProviderId: { id: string; code_id: string | null } | undefined = await transaction('outbox')
        .where({ provider_id: providerId })
        .first('id', 'code_id');
      const row =
        byProviderId ??
        (reference === undefined
          ? undefined
          : await transaction('outbox').where({ id: reference }).first('id', 'code_id'));
      if (!row) return false;
      const update = transaction('outbox').where({ id: row.id });
      if (delivery === 'delivered') {
        // Where we gave up without an answer (no provider id), the provider knows better.
        update.where((open) =>
          open
            .whereIn('status', ['pending', 'sent'])
            .orWhere((unanswered) =>
              unanswered.whereIn('status', ['expired', 'failed']).whereNull('provider_id'),
            ),
        );
      } else if (delivery === 'failed') {
        // After a time-out a message can be out twice: the failure of one copy says nothing of the other.
        update
          .whereIn('status', ['pending', 'sent'])
          .where((same) => same.where({ provider_id: providerId }).orWhereNull('provider_id'));
      } else {
        update.where({ status: 'pending' });
      }
      const count = await update.update({
        status: delivery,
        provider_id: providerId,
        body_sealed: null,
        error,
      });
      if (count === 1) await setCodeDelivery(transaction, row.code_id ?? undefined, delivery);
      return count === 1;
    });
  }

  /** What a message that the provider took was for, or undefined for one that is not ours. */
  async purposeOf(knex: Knex, providerId: string): Promise<SmsPurpose | undefined> {
    const row: { purpose: SmsPurpose } | undefined = await knex('outbox')
      .where({ provider_id: providerId })
      .first('purpose');
    return row?.purpose;
  }
}

/** Lets `codes.delivery` follow the message that carries the code. Delivery never makes a code valid or void. */
async function setCodeDelivery(
  transaction: Knex,
  codeId: string | undefined,
  delivery: ReportedDelivery,
): Promise<void> {
  if (codeId !== undefined) await transaction('codes').where({ id: codeId }).update({ delivery });
}
