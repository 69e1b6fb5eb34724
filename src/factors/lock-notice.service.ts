import type { Knex } from 'knex';
import { customerById } from '../customers/customers.store.ts';
import { JURISDICTION_RULES } from '../jurisdictions/catalogue.ts';
import { type MessageWords, writeTo } from '../outbox/message-words.ts';
import { type NotifyDependencies, notify } from '../outbox/notify.service.ts';
import type { Instant } from '../platform/clock.ts';
import { assert } from '../platform/fault.ts';
import { lockNoticeOf } from './catalogue.ts';
import type { StartedLock } from './factors.service.ts';

/** Tells the customer on a second channel that a factor is locked or void (V11, RTS art. 4(4)); the caller asks once per lock. */
export async function tellOfLock(
  transaction: Knex,
  dependencies: NotifyDependencies,
  words: MessageWords,
  lock: StartedLock & { readonly customerId: string; readonly callId: string; readonly now: Instant },
): Promise<void> {
  const { customerId, callId, now } = lock;
  const customer = await customerById(transaction, customerId);
  if (!customer) return;
  const factor = lockNoticeOf(lock.counter);
  assert(factor, 'only a counter that locks customers begins a lock');
  const { timeZone } = JURISDICTION_RULES[customer.jurisdiction];
  const body =
    'until' in lock
      ? writeTo(customer, words, 'lock.until', { factor, time: { at: lock.until, timeZone } })
      : writeTo(customer, words, 'lock.void', { factor });
  const notice = { purpose: 'lock_notice', budget: 'always', callId, body, now } as const;
  await notify(transaction, dependencies, customer, notice);
}
