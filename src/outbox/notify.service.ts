import type { Knex } from 'knex';
import { type Customer, registeredPhone } from '../customers/customer.ts';
import { JURISDICTION_RULES } from '../jurisdictions/catalogue.ts';
import { countryOf } from '../jurisdictions/phone-number.ts';
import { HOUR, type Instant, MINUTE } from '../platform/clock.ts';
import { dayAround } from '../platform/day-around.ts';
import { defined } from '../platform/defined.ts';
import { blindIndex, type Keyring } from '../platform/keyring.ts';
import type { Policy } from '../policy/policy.ts';
import { type MessageWords, writeTo } from './message-words.ts';
import { noticesOfDay } from './notices.store.ts';
import type { OutboxStore } from './outbox.store.ts';
import type { SmsPurpose } from './sms-request.ts';

/** A notice is worth sending late, but not for ever: a day on, the customer has found out by other means. */
const NOTICE_LIFETIME = 24 * HOUR;
/** A summary waits for the events that follow at once, and no longer: it is a warning, too. */
const SUMMARY_DELAY = 10 * MINUTE;

export interface NotifyDependencies {
  readonly keyring: Keyring;
  readonly outbox: OutboxStore;
}

/** How many messages of this kind a number gets in a day, and in whose words the rest is summed up. */
export interface NoticeBudget {
  readonly limits: Policy['notices'];
  readonly words: MessageWords;
}

/** What is told, and because of which call. */
interface Notice {
  readonly purpose: SmsPurpose;
  readonly callId?: string | undefined;
  readonly body: string;
  /** `always`: what the law has a customer told of, a freeze and a lock, wherever the number is (RTS art. 4(4), V8). */
  readonly budget: NoticeBudget | 'always';
  readonly now: Instant;
}

/**
 * Tells a customer something by SMS to the registered phone, after the commit; one without a phone is told nothing. A
 * number is told of so many events in its day, then once how many more there were, then nothing (R21).
 */
export async function notify(
  transaction: Knex,
  { keyring, outbox }: NotifyDependencies,
  customer: Customer,
  { purpose, callId, body, budget, now }: Notice,
): Promise<void> {
  const phone = registeredPhone(customer, keyring);
  if (!phone) return;
  const numberIndex = blindIndex(keyring, 'phone', phone.e164);
  const message = {
    ...defined({ callId }),
    to: phone.e164,
    numberIndex,
    expiresAt: now + NOTICE_LIFETIME,
    now,
  };
  if (budget === 'always') {
    await outbox.enqueueSms(transaction, { ...message, purpose, body });
    return;
  }
  const { limits, words } = budget;
  if (!limits.countries.includes(countryOf(phone.e164) ?? '')) return;
  const day = dayAround(now, JURISDICTION_RULES[customer.jurisdiction].timeZone);
  const { told, summary } = await noticesOfDay(transaction, numberIndex, day);
  if (told < limits.perNumberPerDay) {
    await outbox.enqueueSms(transaction, { ...message, purpose, body });
    return;
  }
  const events = (summary?.events ?? 0) + 1;
  const summedUp = writeTo(customer, words, 'more_events', { count: events });
  if (summary?.isOpen) await outbox.rewriteSummary(transaction, { id: summary.id, events, body: summedUp });
  if (summary) return;
  await outbox.enqueueSms(transaction, {
    ...message,
    purpose: 'summary',
    body: summedUp,
    events,
    dueAt: now + SUMMARY_DELAY,
  });
}
