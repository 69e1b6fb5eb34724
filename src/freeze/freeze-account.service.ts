import type { Knex } from 'knex';
import type { Level } from '../actions/requirement.ts';
import type { Proofs } from '../assurance/levels.ts';
import { customerById, freezeCustomer } from '../customers/customers.store.ts';
import { JURISDICTION_RULES } from '../jurisdictions/catalogue.ts';
import { type MessageWords, writeTo } from '../outbox/message-words.ts';
import { type NotifyDependencies, notify } from '../outbox/notify.service.ts';
import type { Instant } from '../platform/clock.ts';
import { assert } from '../platform/fault.ts';

/** The call that a freeze is for, and the words of its notice. */
interface FreezeOrder {
  readonly callId: string;
  readonly words: MessageWords;
  readonly now: Instant;
}

/** The result of a freeze; `matched` says whether a customer was identified. For the record, never for the caller (Z3). */
type FreezeOutcome =
  | { readonly matched: false }
  | {
      readonly matched: true;
      readonly customerId: string;
      readonly freeze: 'provisional' | 'full';
      readonly level: Level;
      readonly outcome: 'frozen' | 'already_frozen';
    };

/** Freezes a customer and, where this changed anything, tells them by SMS. */
export async function freezeAndTell(
  transaction: Knex,
  dependencies: NotifyDependencies,
  customerId: string,
  freeze: 'provisional' | 'full',
  { callId, words, now }: FreezeOrder,
): Promise<'frozen' | 'already_frozen'> {
  const done = await freezeCustomer(transaction, customerId, freeze, now);
  const customer = await customerById(transaction, customerId);
  assert(customer, 'a proved customer is stored');
  if (done === 'frozen') {
    const { timeZone } = JURISDICTION_RULES[customer.jurisdiction];
    const body = writeTo(customer, words, 'freeze', { time: { at: now, timeZone } });
    await notify(transaction, dependencies, customer, { purpose: 'freeze_notice', callId, body, now });
  }
  return done;
}

/** Freezes the identified customer: provisionally, or fully after a PIN (V8, R18.2). Nobody identified is no failure. */
export async function freezeProved(
  transaction: Knex,
  dependencies: NotifyDependencies,
  proved: { readonly proofs: Proofs; readonly level: Level },
  order: FreezeOrder,
): Promise<FreezeOutcome> {
  const { level } = proved;
  const { customerId, pins } = proved.proofs;
  if (customerId === undefined) return { matched: false };
  const freeze = level === 'L1' ? 'provisional' : 'full';
  assert(
    level !== 'L0' &&
      (freeze === 'provisional' || pins.query !== undefined || pins.transaction !== undefined),
    'a full freeze takes a PIN',
  );
  const outcome = await freezeAndTell(transaction, dependencies, customerId, freeze, order);
  return { matched: true, customerId, freeze, level, outcome };
}
