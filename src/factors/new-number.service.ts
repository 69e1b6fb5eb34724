import type { Knex } from 'knex';
import type { PinKind } from '../actions/requirement.ts';
import type { NewNumber } from '../assurance/levels.ts';
import type { Customer } from '../customers/customer.ts';
import { customerById } from '../customers/customers.store.ts';
import { isNumberProved, noteNumber } from '../customers/known-numbers.store.ts';
import { JURISDICTION_RULES } from '../jurisdictions/catalogue.ts';
import { callerLine } from '../lockout/ladder.ts';
import { writeTo } from '../outbox/message-words.ts';
import { type NoticeBudget, type NotifyDependencies, notify } from '../outbox/notify.service.ts';
import type { Instant } from '../platform/clock.ts';
import { assert } from '../platform/fault.ts';
import type { Keyring } from '../platform/keyring.ts';

/** A right PIN, and the number it came from. */
interface RightPin {
  readonly customerId: string;
  readonly kind: PinKind;
  readonly callId: string;
  /** The calling number in E.164; undefined where it is hidden or no telephone number. */
  readonly number: string | undefined;
  readonly phoneIndex: string | undefined;
  /** No PIN has passed in this call before. */
  readonly isFirst: boolean;
  readonly now: Instant;
}

/**
 * Why a call's number is not to be trusted with a money order (V4.2): undefined for the registered phone and for a number from
 * which one was carried out with a code. A hidden or malformed number is never known. Only asks for more, never raises a
 * level (invariant 24).
 */
export async function numberStanding(
  transaction: Knex,
  keyring: Keyring,
  customer: Pick<Customer, 'id' | 'phoneIndex'>,
  phoneIndex: string | undefined,
): Promise<NewNumber | undefined> {
  if (callerLine(customer.phoneIndex, phoneIndex) === 'own') return undefined;
  if (phoneIndex === undefined) return 'hidden';
  const proved = await isNumberProved(transaction, keyring, { customerId: customer.id, phoneIndex });
  return proved ? undefined : 'unproved';
}

/**
 * Notes the number a right PIN came from and tells the customer of one never seen before (V4): once for each number, and
 * once for each call from a hidden one. Answers how the number stands, whether the customer was told, and who that is.
 */
export async function meetNumber(
  transaction: Knex,
  dependencies: NotifyDependencies,
  budget: NoticeBudget,
  { customerId, kind, callId, number, phoneIndex, isFirst, now }: RightPin,
): Promise<{
  readonly standing: NewNumber | undefined;
  readonly isNew: boolean;
  readonly customer: Customer;
}> {
  const { keyring } = dependencies;
  const customer = await customerById(transaction, customerId);
  assert(customer, 'a PIN passes for a stored customer');
  const standing = await numberStanding(transaction, keyring, customer, phoneIndex);
  if (standing === undefined) return { standing, isNew: false, customer };
  const isNew =
    phoneIndex === undefined
      ? isFirst
      : (await noteNumber(transaction, keyring, { customerId, phoneIndex }, now)) === 'new';
  if (!isNew) return { standing, isNew, customer };
  const { words } = budget;
  const { timeZone } = JURISDICTION_RULES[customer.jurisdiction];
  const values = { factor: kind, time: { at: now, timeZone } };
  const body =
    number === undefined
      ? writeTo(customer, words, 'new_number.hidden', values)
      : writeTo(customer, words, 'new_number.ending', { ...values, lastFour: number });
  await notify(transaction, dependencies, customer, {
    ...{ purpose: 'number_notice', callId, body },
    budget,
    now,
  });
  return { standing, isNew, customer };
}
