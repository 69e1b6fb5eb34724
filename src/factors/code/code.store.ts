import type { Knex } from 'knex';
import { lockCounterForUpdate, lockGuardForUpdate, lockOf } from '../../lockout/counters.store.ts';
import type { CarriedCodes } from '../../outbox/carried-codes.ts';
import { DAY, type Instant, SECOND } from '../../platform/clock.ts';
import { digestsEqual, keyedDigest } from '../../platform/digest.ts';
import type { Keyring } from '../../platform/keyring.ts';
import { type Random, randomDigits, randomToken } from '../../platform/random.ts';
import type { Policy } from '../../policy/policy.ts';
import { codeBudgetOf, resendAllowed } from './code.ts';

interface CodeRow {
  id: string;
  code_digest: string;
  state: 'live' | 'consumed' | 'superseded' | 'void';
  expires_at: Instant;
}

type CodeDelivery = 'pending' | 'sent' | 'delivered' | 'failed';

export interface CodeRequest {
  readonly customerId: string;
  readonly callId: string;
  /** orderBinding of the order the code is for (invariant 14). */
  readonly binding: string;
  /** Keyed digest of the number it goes to. */
  readonly numberIndex: string;
  readonly now: Instant;
  readonly policy: Policy;
  readonly random: Random;
  readonly keyring: Keyring;
}

type CodeIssue =
  | {
      readonly kind: 'issued';
      readonly codeId: string;
      /** The digits, for the message only: never stored, logged or spoken. */
      readonly code: string;
      /** The first digit, spoken so that the caller can tell the newest message. */
      readonly hint: string;
      readonly expiresAt: Instant;
    }
  | {
      readonly kind: 'limited';
      readonly reason:
        | 'locked'
        | 'resend_too_soon'
        | 'resends_spent'
        | 'sends_per_customer'
        | 'sends_per_number'
        | 'sends_per_day';
    };

function codeDigest(keyring: Keyring, codeId: string, digits: string): string {
  return keyedDigest(keyring.pepper, `code:${codeId}`, digits);
}

async function sentSince(transaction: Knex, where: Record<string, string>, since: Instant): Promise<number> {
  const rows: { count: number }[] = await transaction('codes')
    .where(where)
    .where('sent_at', '>', since)
    .count({ count: '*' });
  return Number(rows[0]?.count ?? 0);
}

async function resendRefusal(
  transaction: Knex,
  callId: string,
  binding: string,
  policy: Policy,
  now: Instant,
): Promise<'resend_too_soon' | 'resends_spent' | undefined> {
  const sent: { sent_at: Instant }[] = await transaction('codes')
    .where({ call_id: callId, binding })
    .select('sent_at');
  if (sent.length === 0) return undefined;
  const lastSentAt = Math.max(...sent.map((row) => row.sent_at));
  const decision = resendAllowed({ lastSentAt, resends: sent.length - 1 }, policy, now);
  if (decision.kind === 'allowed') return undefined;
  return decision.reason === 'spent' ? 'resends_spent' : 'resend_too_soon';
}

/**
 * Issues a code for one order in the caller's transaction and supersedes every earlier one of the call: only the
 * newest is good (invariant 17). A resend is another issue; it sets no counter back (invariant 5). Sends are counted
 * exactly per customer and per number; the day's cap may be passed by those issued at the same moment, since all
 * calls of the line would otherwise wait for each other.
 */
export async function issueCode(transaction: Knex, request: CodeRequest): Promise<CodeIssue> {
  const { customerId, callId, binding, numberIndex, now, policy, random, keyring } = request;
  const { sendsPerCustomer, sendsPerNumber, sendsPerDay, length, lifetimeSeconds } = policy.code;
  await lockCounterForUpdate(transaction, customerId, 'code');
  await lockGuardForUpdate(transaction, `number:${numberIndex}`, now);
  if (await lockOf(transaction, customerId, codeBudgetOf(policy), 'own', now))
    return { kind: 'limited', reason: 'locked' };
  const resend = await resendRefusal(transaction, callId, binding, policy, now);
  if (resend) return { kind: 'limited', reason: resend };
  const customerSince = now - sendsPerCustomer.windowSeconds * SECOND;
  if ((await sentSince(transaction, { customer_id: customerId }, customerSince)) >= sendsPerCustomer.count)
    return { kind: 'limited', reason: 'sends_per_customer' };
  const numberSince = now - sendsPerNumber.windowSeconds * SECOND;
  if ((await sentSince(transaction, { number_index: numberIndex }, numberSince)) >= sendsPerNumber.count)
    return { kind: 'limited', reason: 'sends_per_number' };
  if ((await sentSince(transaction, {}, now - DAY)) >= sendsPerDay)
    return { kind: 'limited', reason: 'sends_per_day' };

  await transaction('codes').where({ call_id: callId, state: 'live' }).update({ state: 'superseded' });
  const codeId = randomToken(random);
  const code = randomDigits(random, length);
  const expiresAt = now + lifetimeSeconds * SECOND;
  await transaction('codes').insert({
    id: codeId,
    customer_id: customerId,
    call_id: callId,
    binding,
    code_digest: codeDigest(keyring, codeId, code),
    state: 'live',
    sent_at: now,
    expires_at: expiresAt,
    number_index: numberIndex,
  });
  return { kind: 'issued', codeId, code, hint: code.charAt(0), expiresAt };
}

/** The code a try is counted on: the newest of this call for this order, also when it has just expired. */
export async function liveCodeId(knex: Knex, callId: string, binding: string): Promise<string | undefined> {
  const row: { id: string } | undefined = await knex('codes')
    .where({ call_id: callId, binding, state: 'live' })
    .first('id');
  return row?.id;
}

type CodeComparison =
  | { readonly kind: 'match'; readonly codeId: string }
  /** The digits of a code of this call and order that is expired, superseded or used: recognised, not charged. */
  | { readonly kind: 'late' }
  | { readonly kind: 'mismatch' }
  /** No code was ever issued for this order: nothing was compared. */
  | { readonly kind: 'none' };

/**
 * Compares keyed digits with the codes of this call and this order only (invariant 14). Good until the millisecond
 * before `expires_at` (invariant 13). Called after the attempt was reserved, by FactorService alone.
 */
export async function compareCode(
  knex: Knex,
  keyring: Keyring,
  callId: string,
  binding: string,
  digits: string,
  now: Instant,
): Promise<CodeComparison> {
  const rows: CodeRow[] = await knex('codes')
    .where({ call_id: callId, binding })
    .select('id', 'code_digest', 'state', 'expires_at');
  if (rows.length === 0) return { kind: 'none' };
  const equal = rows.filter((row) => digestsEqual(row.code_digest, codeDigest(keyring, row.id, digits)));
  const good = equal.find((row) => row.state === 'live' && now < row.expires_at);
  if (good) return { kind: 'match', codeId: good.id };
  return { kind: equal.length > 0 ? 'late' : 'mismatch' };
}

/** Consumes a code: true for exactly one of any number of transactions at once (invariant 12), never for an expired code. */
export async function consumeCode(transaction: Knex, codeId: string, now: Instant): Promise<boolean> {
  const consumed = await transaction('codes')
    .where({ id: codeId, state: 'live' })
    .where('expires_at', '>', now)
    .update({ state: 'consumed' });
  return consumed === 1;
}

/** Charges a try of a live code; false where none is left. */
export async function takeCodeTry(transaction: Knex, codeId: string, policy: Policy): Promise<boolean> {
  const counted = await transaction('codes')
    .where({ id: codeId, state: 'live' })
    .where('tries', '<', policy.code.triesPerCode)
    .increment('tries', 1);
  return counted !== 0;
}

/** Refunds a try. */
export async function refundCodeTry(transaction: Knex, codeId: string): Promise<void> {
  await transaction('codes').where({ id: codeId }).where('tries', '>', 0).decrement('tries', 1);
}

/** How far the message with a code got; undefined when there is no such code. */
export async function deliveryOfCode(knex: Knex, codeId: string): Promise<CodeDelivery | undefined> {
  const row: { delivery: CodeDelivery } | undefined = await knex('codes')
    .where({ id: codeId })
    .first('delivery');
  return row?.delivery;
}

/** Voids the live codes of a call: it ended, or its order changed (invariants 14, 25). */
export async function voidCodes(transaction: Knex, callId: string): Promise<void> {
  await transaction('codes').where({ call_id: callId, state: 'live' }).update({ state: 'void' });
}

/** The codes for the outbox, whose messages carry them. */
export const carriedCodes: CarriedCodes = {
  notLive: (knex, column) =>
    knex('codes')
      .whereRaw('?? = ??', ['codes.id', column])
      .whereNot('codes.state', 'live')
      .select('codes.id'),
  setDelivery: async (transaction, codeId, delivery) => {
    await transaction('codes').where({ id: codeId }).update({ delivery });
  },
};
