import type { Knex } from 'knex';
import { PIN_KINDS, type PinKind } from '../actions/requirement.ts';
import type { Instant } from '../platform/clock.ts';

/**
 * The verifier of a customer's PIN. The same query is made, and finds nothing, where the customer is unknown
 * (invariant 20). An issued first PIN is good only for choosing one, so it verifies nothing here (V11).
 */
export async function pinVerifierOf(
  knex: Knex,
  customerId: string | undefined,
  kind: PinKind,
): Promise<string | undefined> {
  const row: { verifier: string } | undefined = await knex('pin_verifiers')
    .where({ customer_id: customerId ?? '', kind })
    .whereNull('first_until')
    .first('verifier');
  return row?.verifier;
}

/** Stores the verifiers of a new customer's PINs. */
export async function insertPinVerifiers(
  transaction: Knex,
  customerId: string,
  verifiers: { readonly [kind in PinKind]?: string },
  now: Instant,
): Promise<void> {
  for (const kind of PIN_KINDS) {
    const verifier = verifiers[kind];
    if (verifier !== undefined)
      await transaction('pin_verifiers').insert({ customer_id: customerId, kind, verifier, set_at: now });
  }
}
