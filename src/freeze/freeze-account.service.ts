import type { Knex } from 'knex';
import type { Level } from '../actions/requirement.ts';
import type { Proofs } from '../assurance/levels.ts';
import { freezeCustomer, lockCustomerForUpdate } from '../customers/customers.store.ts';
import { JURISDICTION_RULES } from '../jurisdictions/catalogue.ts';
import type { MessageWords } from '../outbox/message-words.ts';
import type { NotifyDependencies } from '../outbox/notify.service.ts';
import type { Instant } from '../platform/clock.ts';
import { assert } from '../platform/fault.ts';
import type { CoreInTurn } from './core-in-turn.service.ts';
import { sendFreezeNotice } from './freeze-notice.service.ts';
import { insertTelling } from './freeze-tellings.store.ts';

/** The call that a freeze is for, when it was asked for, and the words of its notice. */
interface FreezeOrder {
  readonly callId: string;
  /** When the customer asked; not later than `now` (V8.2). */
  readonly askedAt: Instant;
  readonly words: MessageWords;
  readonly now: Instant;
}

export interface FreezeDependencies extends NotifyDependencies {
  /** Left out where no caller waits: the worker tells the core then. */
  readonly core?: CoreInTurn;
}

/** What a freeze has come to. */
interface Frozen {
  readonly outcome: 'frozen' | 'already_frozen';
  /** Whether the core has answered; otherwise this line alone is stopped, and the core is told from the queue. */
  readonly everywhere: boolean;
  /** The earliest moment asked for that is in force, where it is stopped. */
  readonly since: Instant;
  /** Where the customer is (IANA). */
  readonly timeZone: string;
}

/** The result of a freeze; `matched` says whether a customer was identified. For the record, never for the caller (Z3). */
type FreezeOutcome =
  | { readonly matched: false }
  | ({
      readonly matched: true;
      readonly customerId: string;
      readonly freeze: 'provisional' | 'full';
      readonly level: Level;
    } & Frozen);

/**
 * Freezes a customer on this line and queues the freeze for the core in the same transaction, whether or not the customer was frozen
 * already: somebody may have lifted it in the core since. Where the core answers at once the customer is told of
 * everything by SMS, otherwise by the worker that tells the core.
 */
export async function freezeAndTell(
  transaction: Knex,
  dependencies: FreezeDependencies,
  customerId: string,
  freeze: 'provisional' | 'full',
  { callId, askedAt, words, now }: FreezeOrder,
): Promise<Frozen> {
  const before = await lockCustomerForUpdate(transaction, customerId);
  assert(before, 'a proved customer is stored');
  const outcome = await freezeCustomer(transaction, customerId, freeze, askedAt);
  // The same for every retry of this turn; two customers of one call have one each.
  const telling = { id: `${customerId}:${callId}:${askedAt}`, customerId, callId, askedAt };
  const inCore = await dependencies.core?.freeze(transaction, { requestId: telling.id, customerId, askedAt });
  const answered = inCore !== undefined;
  const notice = outcome === 'already_frozen' ? 'none' : answered ? 'all' : 'owed';
  await insertTelling(transaction, telling, notice, answered, now);
  if (notice === 'all')
    await sendFreezeNotice(transaction, dependencies, before, 'freeze.everywhere', {
      ...telling,
      words,
      now,
    });
  const onThisLine = before.freeze === 'none' ? askedAt : Math.min(before.frozenAt ?? askedAt, askedAt);
  const { timeZone } = JURISDICTION_RULES[before.jurisdiction];
  return { outcome, everywhere: answered, since: inCore ?? onThisLine, timeZone };
}

/** Freezes the identified customer: provisionally, or fully after a PIN (V8, R18.2). Nobody identified is no failure. */
export async function freezeProved(
  transaction: Knex,
  dependencies: FreezeDependencies,
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
  // Before a PIN a wait for the core would tell that there is a customer to wait for (Z3).
  const { core: _core, ...withoutCore } = dependencies;
  const frozen = await freezeAndTell(
    transaction,
    freeze === 'full' ? dependencies : withoutCore,
    customerId,
    freeze,
    order,
  );
  return { matched: true, customerId, freeze, level, ...frozen };
}

/**
 * Freezes whom the caller has verified and then denied to be: provisionally, since nothing of it counts any more. They keyed
 * that customer's identity and PIN, so that the account is the customer's own, or a thief's to stop.
 */
export async function freezeDenied(
  transaction: Knex,
  { core: _core, ...withoutCore }: FreezeDependencies,
  customerId: string,
  order: FreezeOrder,
): Promise<Extract<FreezeOutcome, { matched: true }>> {
  const frozen = await freezeAndTell(transaction, withoutCore, customerId, 'provisional', order);
  return { matched: true, customerId, freeze: 'provisional', level: 'L1', ...frozen };
}
