import type { Knex } from 'knex';
import type { Customer } from '../customers/customer.ts';
import { JURISDICTION_RULES } from '../jurisdictions/catalogue.ts';
import { type MessageWords, writeTo } from '../outbox/message-words.ts';
import { type NotifyDependencies, notify } from '../outbox/notify.service.ts';
import type { Instant } from '../platform/clock.ts';

/** What a message says is stopped: all of it, this line so far, or all of it after a message that had to say less. */
type FreezeMessage = 'freeze.everywhere' | 'freeze.thisLine' | 'freeze.nowEverywhere';

/** The request that a message is about. */
interface FreezeAsked {
  readonly callId: string | undefined;
  readonly askedAt: Instant;
  readonly words: MessageWords;
  readonly now: Instant;
}

/** Tells a customer by SMS what is stopped, and since when: the moment of asking, on the clock where the customer is (V8.2). */
export async function sendFreezeNotice(
  transaction: Knex,
  dependencies: NotifyDependencies,
  customer: Customer,
  message: FreezeMessage,
  { callId, askedAt, words, now }: FreezeAsked,
): Promise<void> {
  const { timeZone } = JURISDICTION_RULES[customer.jurisdiction];
  const body = writeTo(customer, words, message, { time: { at: askedAt, timeZone } });
  await notify(transaction, dependencies, customer, {
    purpose: 'freeze_notice',
    callId,
    body,
    budget: 'always',
    now,
  });
}
