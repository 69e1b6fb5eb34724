import type { Knex } from 'knex';
import type { Action } from '../actions/action.ts';
import { ACTION_CATALOGUE, isMoneyOrder } from '../actions/catalogue.ts';
import type { OrderLabels } from '../actions/option.ts';
import { type Order, orderData } from '../actions/order.ts';
import { TRANSACTIONS_TOLD } from '../actions/recent-transactions.ts';
import type { OrderResult } from '../actions/result.ts';
import { levelOf } from '../assurance/call-level.ts';
import type { BankPort } from '../bank/bank.ts';
import type { Customer } from '../customers/customer.ts';
import { setContactPhone } from '../customers/customers.store.ts';
import { proveNumber } from '../customers/known-numbers.store.ts';
import { JURISDICTION_RULES } from '../jurisdictions/catalogue.ts';
import { type MessageWords, messageWords, writeTo } from '../outbox/message-words.ts';
import { notify } from '../outbox/notify.service.ts';
import type { OutboxStore } from '../outbox/outbox.store.ts';
import { calendarDay } from '../platform/clock.ts';
import { assert, assertNever, Fault } from '../platform/fault.ts';
import { blindIndex, type Keyring } from '../platform/keyring.ts';
import { type Random, randomDigits } from '../platform/random.ts';
import { authoriseOrder } from './authorise-order.service.ts';
import { orderSetting } from './biometric-lines.ts';
import { type OperationContext, outcome, type Performed, stepEntry } from './operation.ts';
import { loanOptions } from './options.service.ts';
import { insertCarriedOrder, isReceiptTaken } from './orders.store.ts';
import { purposeOf } from './purpose.ts';

/** Spoken as digits and short enough to be written down; unique by the table's constraint. */
const RECEIPT_DIGITS = 8;

export interface CarryOutDependencies {
  readonly keyring: Keyring;
  readonly random: Random;
  readonly bank: BankPort;
  readonly outbox: OutboxStore;
}

/** An authorised order and what it is carried out with. */
interface Work extends OperationContext {
  readonly transaction: Knex;
  readonly key: string;
  readonly customer: Customer;
  readonly order: Order;
}

/** The result of an action, or why the core system refused it. */
type Doing = Omit<OrderResult, 'receipt'> | { readonly refused: string };

/** Carries orders out, each once per key and only after the gate has authorised it in the same transaction (invariants 21, 23). */
export class CarryOut {
  readonly #deps: CarryOutDependencies;

  constructor(dependencies: CarryOutDependencies) {
    this.#deps = dependencies;
  }

  /** Authorises the order, carries it out, records it with a receipt and tells the customer. Answers a refusal as an event. */
  async perform(transaction: Knex, context: OperationContext): Promise<Performed> {
    const { keyring, random } = this.#deps;
    const { call, release, dialled, sourcePhoneIndex, now } = context;
    const { order, labels } = call.flow;
    assert(order, 'there is an order to carry out');
    const { policy } = release;
    const gate = await authoriseOrder(transaction, this.#deps, {
      callId: call.id,
      proofs: call.proofs,
      order,
      sourcePhoneIndex,
      setting: orderSetting(labels, dialled),
      policy,
      now,
    });
    if (gate.kind === 'refused') return outcome({ type: 'REFUSED', reason: gate.reason });
    const { customer } = gate;
    // The order's revision makes the key the same for every retry of this turn and different for every other order.
    const key = `${call.id}:${order.revision}`;
    const work: Work = { ...context, transaction, key, customer, order };
    const result = await this.#do(work);
    if ('refused' in result) return outcome({ type: 'REFUSED', reason: result.refused });
    const receipt = await this.#newReceipt(transaction);
    const level = levelOf(call, policy, now);
    const carried = { key, receipt, callId: call.id, customerId: customer.id, order, level, at: now };
    await insertCarriedOrder(transaction, keyring, random, carried);
    // A money order that took a code makes its number known (V4.2); the decision says the same of the call.
    if (level === 'L3' && isMoneyOrder(order.action) && sourcePhoneIndex !== undefined)
      await proveNumber(transaction, keyring, { customerId: customer.id, phoneIndex: sourcePhoneIndex }, now);
    await this.#tellCustomer(work, receipt);
    const data = { ...orderData(order), receipt, level, key, customerId: customer.id };
    return outcome(
      { type: 'DONE', result: { ...result, receipt } },
      stepEntry('order.carried', context, data),
    );
  }

  /** Carries the order out by its action's `does`. */
  async #do(work: Work): Promise<Doing> {
    const { does } = ACTION_CATALOGUE[work.order.action];
    switch (does) {
      case 'ask_bank':
        return this.#askBank(work);
      case 'change_contact':
        return this.#changeContact(work);
      case 'tell_balances':
        return this.#tellBalances(work);
      case 'tell_transactions':
        return this.#tellTransactions(work);
      case 'freeze_account':
        throw new Error('a freeze is an operation of its own');
      default:
        return assertNever(does, 'way to do an action');
    }
  }

  async #askBank({ transaction, key, customer, order, now }: Work): Promise<Doing> {
    const request = { idempotencyKey: key, customerId: customer.id, order, at: now };
    const answer = await this.#deps.bank.carryOut(request, transaction);
    if (answer.kind === 'refused') return { refused: answer.reason };
    return answer.outstandingMinor === undefined ? {} : { outstandingMinor: answer.outstandingMinor };
  }

  async #changeContact({ transaction, call, customer, order }: Work): Promise<Doing> {
    const { contactNumber } = call.flow.labels;
    assert(contactNumber !== undefined, 'a change of contact has its number');
    const { keyring, random } = this.#deps;
    assert(
      blindIndex(keyring, 'phone', contactNumber) === order.contactIndex,
      'the number is the one that was confirmed',
    );
    await setContactPhone(transaction, keyring, random, customer.id, contactNumber);
    return {};
  }

  async #tellBalances({ transaction, customer, now }: Work): Promise<Doing> {
    const { bank } = this.#deps;
    const accounts = (await bank.accounts(customer.id, transaction)).map(
      ({ number, balanceMinor, currency }) => ({ lastFour: number.slice(-4), balanceMinor, currency }),
    );
    const today = calendarDay(now, JURISDICTION_RULES[customer.jurisdiction].timeZone);
    return { accounts, loans: loanOptions(await bank.loans(customer.id, transaction), today) };
  }

  async #tellTransactions({ transaction, customer, order, now }: Work): Promise<Doing> {
    const { accountId, currency } = order;
    assert(accountId !== undefined && currency !== undefined, 'transactions are those of a chosen account');
    const { timeZone } = JURISDICTION_RULES[customer.jurisdiction];
    const told = await this.#deps.bank.transactions(customer.id, accountId, TRANSACTIONS_TOLD, transaction);
    if (told.some((one) => one.currency !== currency))
      throw new Fault('bank_unavailable', "the core told an account's transactions in another currency");
    return {
      today: calendarDay(now, timeZone),
      transactions: told.map(({ id: _id, at, ...one }) => ({ on: calendarDay(at, timeZone), ...one })),
    };
  }

  async #newReceipt(transaction: Knex): Promise<string> {
    for (;;) {
      const receipt = randomDigits(this.#deps.random, RECEIPT_DIGITS);
      if (!(await isReceiptTaken(transaction, receipt))) return receipt;
    }
  }

  async #tellCustomer({ transaction, call, release, customer, order, now }: Work, receipt: string) {
    const { notice } = ACTION_CATALOGUE[order.action];
    if (notice === undefined) return;
    const words = messageWords(release);
    const body = noticeText(notice, customer, words, {
      order,
      labels: call.flow.labels,
      receipt,
    });
    await notify(transaction, this.#deps, customer, {
      ...{ purpose: notice, callId: call.id, body, now },
      budget: { limits: release.policy.notices, words },
    });
  }
}

/** The text of the notice an action is followed by. */
function noticeText(
  notice: NonNullable<Action['notice']>,
  customer: Customer,
  words: MessageWords,
  {
    order,
    labels,
    receipt,
  }: { readonly order: Order; readonly labels: OrderLabels; readonly receipt: string },
): string {
  switch (notice) {
    case 'action_notice':
      return writeTo(customer, words, 'action_done', {
        done: { purpose: purposeOf(order, labels), receipt },
      });
    case 'change_notice':
      assert(labels.contactNumber !== undefined, 'a change of contact has its number');
      return writeTo(customer, words, 'contact_change', { lastFour: labels.contactNumber, receipt });
    default:
      return assertNever(notice, 'notice of an action');
  }
}
