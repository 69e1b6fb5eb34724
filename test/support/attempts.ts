import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { budgetOf, type CounterName } from '../../src/factors/catalogue.ts';
import { refundCodeTry, takeCodeTry } from '../../src/factors/code/code.store.ts';
import type { AttemptOutcome, AttemptRequest, Reservation } from '../../src/lockout/attempt.ts';
import type { SecretTries } from '../../src/lockout/budget.ts';
import { reserveAttempt } from '../../src/lockout/reserve-attempt.store.ts';
import { type Settlement, settleAttempt } from '../../src/lockout/settle-attempt.store.ts';
import { type Policy, policySchema } from '../../src/policy/policy.ts';
import type { Knex } from '../../src/storage/connect.ts';

export const policy: Policy = policySchema.parse(
  parse(readFileSync(new URL('../../flows/policy/default.yaml', import.meta.url), 'utf8')),
);
export const NOW = Date.UTC(2026, 0, 15);

export const tries: SecretTries = {
  take: (transaction, codeId) => takeCodeTry(transaction, codeId, policy),
  refund: refundCodeTry,
};

export type Over = Partial<AttemptRequest> & { readonly counter?: CounterName };

let serial = 0;
/** A number that was not answered before. */
export const nextSerial = () => serial++;

export function request({ counter = 'pin.transaction', ...over }: Over = {}): AttemptRequest {
  serial++;
  return {
    id: `attempt-${serial}`,
    callId: `call-${serial}`,
    stepToken: `token-${serial}`,
    requestDigest: `digest-${serial}`,
    budget: budgetOf(counter, policy),
    customerId: 'wang',
    sourceIndex: 'line-of-wang',
    line: 'own',
    now: NOW,
    ...over,
  };
}

export function reserve(knex: Knex, made: AttemptRequest): Promise<Reservation> {
  return knex.transaction((transaction) => reserveAttempt(transaction, made));
}

/** Settles on the budget that the attempt of this id was made for. */
export async function settle(
  knex: Knex,
  attemptId: string,
  outcome: AttemptOutcome,
  now = NOW,
  matched?: string,
): Promise<Settlement> {
  const { factor } = await knex('attempts').where({ id: attemptId }).first('factor');
  return knex.transaction((transaction) =>
    settleAttempt(transaction, {
      attemptId,
      outcome,
      budget: budgetOf(factor, policy),
      tries: factor === 'code' ? tries : undefined,
      now,
      ...(matched === undefined ? {} : { matchedCustomerId: matched }),
    }),
  );
}

/** Reserves and settles as failed, until one is refused or `upTo` were taken. */
export async function failTimes(knex: Knex, upTo: number, over: Over = {}): Promise<number> {
  for (let taken = 0; taken < upTo; taken++) {
    const made = request(over);
    if ((await reserve(knex, made)).kind !== 'reserved') return taken;
    await settle(knex, made.id, 'failed', made.now);
  }
  return upTo;
}

export function attemptStatus(knex: Knex, id: string): Promise<string> {
  return knex('attempts')
    .where({ id })
    .first('status')
    .then((row) => row.status);
}

export function countKinds(reservations: readonly Reservation[]): { reserved: number; refused: number } {
  const reserved = reservations.filter(({ kind }) => kind === 'reserved').length;
  return { reserved, refused: reservations.length - reserved };
}
