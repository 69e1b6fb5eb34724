import type { Knex } from 'knex';
import { Fault } from '../platform/fault.ts';
import { ask } from './ask-database.service.ts';
import type { BankFreezeRequest, BankFreezeState } from './bank.ts';

interface FreezeRow {
  readonly kind: 'freeze' | 'unfreeze';
  readonly customer_id: string;
  readonly asked_at: number | string;
}

/**
 * Notes what was asked of a customer's freeze and answers the state that follows. Takes a transaction of its own where
 * it is given none, because it first waits for the customer's debits under way: every one locks its account.
 */
export async function askedOfFreezes(
  transaction: Knex,
  kind: FreezeRow['kind'],
  { requestId, customerId, askedAt }: BankFreezeRequest,
): Promise<BankFreezeState> {
  return transaction.transaction(async (own) => {
    await ask(
      own('bank_accounts')
        .where({ customer_id: customerId })
        .update({ balance_minor: own.ref('balance_minor') }),
    );
    const noted: unknown[] = await ask(
      own('bank_freezes')
        .insert({ request_id: requestId, customer_id: customerId, kind, asked_at: askedAt })
        .onConflict('request_id')
        .ignore()
        .returning('request_id'),
    );
    if (noted.length === 0) {
      const first: FreezeRow = await ask(own('bank_freezes').where({ request_id: requestId }).first());
      const isSame =
        first.kind === kind && first.customer_id === customerId && Number(first.asked_at) === askedAt;
      if (!isSame) throw new Fault('conflict', 'the id of this freeze belongs to another request');
    }
    return freezeStateOf(own, customerId);
  });
}

/** How a customer stands: by the moments that were asked for, so that the order in which requests arrive does not matter. */
export async function freezeStateOf(transaction: Knex, customerId: string): Promise<BankFreezeState> {
  const asked: FreezeRow[] = await ask(transaction('bank_freezes').where({ customer_id: customerId }));
  const momentsOf = (kind: FreezeRow['kind']) =>
    asked.filter((row) => row.kind === kind).map((row) => Number(row.asked_at));
  const lifted = Math.max(Number.NEGATIVE_INFINITY, ...momentsOf('unfreeze'));
  const inForce = momentsOf('freeze').filter((at) => at >= lifted);
  return inForce.length === 0 ? { frozen: false } : { frozen: true, since: Math.min(...inForce) };
}
