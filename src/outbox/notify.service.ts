import type { Knex } from 'knex';
import { type Customer, registeredPhone } from '../customers/customer.ts';
import { HOUR, type Instant } from '../platform/clock.ts';
import { defined } from '../platform/defined.ts';
import type { Keyring } from '../platform/keyring.ts';
import type { OutboxStore, SmsPurpose } from './outbox.store.ts';

/** A notice is worth sending late, but not for ever: a day on, the customer has found out by other means. */
const NOTICE_LIFETIME = 24 * HOUR;

export interface NotifyDependencies {
  readonly keyring: Keyring;
  readonly outbox: OutboxStore;
}

/** What is told, and because of which call. */
interface Notice {
  readonly purpose: SmsPurpose;
  readonly callId?: string | undefined;
  readonly body: string;
  readonly now: Instant;
}

/** Tells a customer something by SMS to the registered phone, after the commit; one without a phone is told nothing. */
export async function notify(
  transaction: Knex,
  { keyring, outbox }: NotifyDependencies,
  customer: Customer,
  { purpose, callId, body, now }: Notice,
): Promise<void> {
  const phone = registeredPhone(customer, keyring);
  if (!phone) return;
  const expiresAt = now + NOTICE_LIFETIME;
  const call = defined({ callId });
  await outbox.enqueueSms(transaction, { purpose, ...call, to: phone.e164, body, expiresAt, now });
}
