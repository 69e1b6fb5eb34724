import type { Knex } from 'knex';
import type { Option } from '../actions/option.ts';
import type { Order } from '../actions/order.ts';
import type { PinKind } from '../actions/requirement.ts';
import type { OrderResult } from '../actions/result.ts';
import type { BankPort } from '../bank/bank.ts';
import type { CallState } from '../calls/call.ts';
import { bindingOf, levelOf, needsStepUp, orderData } from '../calls/decide.ts';
import { type Customer, registeredPhone } from '../customers/customer.ts';
import { customerById, freezeCustomer, setContactPhone } from '../customers/customers.store.ts';
import { issueCode } from '../factors/code/code.store.ts';
import { codeDestination } from '../factors/code/code.ts';
import type { FlowEvent } from '../flow/events.ts';
import type { Release } from '../flow/release.ts';
import type { Operation } from '../flow/vocabulary.ts';
import { lastFour } from '../jurisdictions/phone-number.ts';
import type { EntryData, EntryDraft, EntryType } from '../ledger/entry.ts';
import { type CallerLine, type CountedFactor, callerLine } from '../lockout/ladder.ts';
import type { OutboxStore, SmsPurpose } from '../outbox/outbox.store.ts';
import { HOUR, type Instant } from '../platform/clock.ts';
import { assert, assertNever } from '../platform/fault.ts';
import { blindIndex, type Keyring, seal } from '../platform/keyring.ts';
import { type Random, randomDigits } from '../platform/random.ts';
import {
  actionMessage,
  type CodePurpose,
  codeMessage,
  contactChangeMessage,
  freezeMessage,
  type Letterhead,
  lockMessage,
} from '../speech/messages.ts';
import { authoriseOrder, orderRefusal } from './authorise-order.ts';

export interface OperationContext {
  readonly call: CallState;
  readonly release: Release;
  /** Blind index of the calling number where it is a telephone number; compared with the customer's own. */
  readonly sourcePhoneIndex: string | undefined;
  readonly now: Instant;
}

/** What an operation brought: the flow's next event, and what the audit keeps of it beyond the event. */
export interface Performed {
  readonly event: FlowEvent;
  readonly entries: readonly EntryDraft[];
}

export interface OperationsDependencies {
  readonly keyring: Keyring;
  readonly random: Random;
  readonly bank: BankPort;
  readonly outbox: OutboxStore;
}

/** Notices are worth sending late, but not for ever. */
const NOTICE_LIFETIME = 24 * HOUR;
/** Spoken as digits and short enough to be written down; unique by the table's constraint. */
const RECEIPT_DIGITS = 8;
/** Keys 1 to 5 hold five options, or four and "another" (policy dialogue.menuOptions). */
const OPTIONS = 5;
const OPTIONS_BESIDE_ANOTHER = 4;
const TIME_ZONES = { CN: 'Asia/Shanghai', VN: 'Asia/Ho_Chi_Minh' } as const;

function entry(type: EntryType, context: OperationContext, data: EntryData): EntryDraft {
  const rules = context.release.flow.steps.get(context.call.step)?.meta.rules ?? [];
  return { type, step: context.call.step, rules, data };
}

function outcome(event: FlowEvent, ...entries: EntryDraft[]): Performed {
  return { event, entries };
}

/** Does what a step performs on arrival, inside the turn's transaction; the outcome is the flow's next event. */
export class Operations {
  readonly #deps: OperationsDependencies;

  constructor(dependencies: OperationsDependencies) {
    this.#deps = dependencies;
  }

  /** Performs one operation. Throws a Fault when something it needs is out of order; the turn is then rolled back whole. */
  async perform(transaction: Knex, operation: Operation, context: OperationContext): Promise<Performed> {
    switch (operation) {
      case 'list.loans':
      case 'list.payees':
      case 'list.accounts':
        return outcome({ type: 'LISTED', options: await this.#options(transaction, operation, context) });
      case 'order.assess':
        return this.#assess(transaction, context);
      case 'order.carryOut':
        return this.#carryOut(transaction, context);
      case 'code.send':
        return this.#sendCode(transaction, context);
      case 'account.freeze':
        return this.#freeze(transaction, context);
      default:
        return assertNever(operation, 'operation');
    }
  }

  /** Tells the customer on a second channel that a factor is locked or void (V11, RTS art. 4(4)); once per lock. */
  async tellOfLock(
    transaction: Knex,
    release: Release,
    customerId: string,
    callId: string,
    lock: { readonly factor: CountedFactor } & ({ readonly until: Instant } | { readonly void: true }),
    now: Instant,
  ): Promise<void> {
    const customer = await customerById(transaction, customerId);
    if (!customer) return;
    const factor: PinKind | 'code' =
      lock.factor === 'code' ? 'code' : lock.factor === 'pin.query' ? 'query' : 'transaction';
    const end = 'until' in lock ? { until: lock.until, timeZone: TIME_ZONES[customer.jurisdiction] } : 'void';
    const body = lockMessage(letterhead(release, customer), factor, end);
    await this.#notify(transaction, customer, 'lock_notice', callId, body, now);
  }

  /** Freezes a customer and, where this changed anything, tells them on a second channel. */
  async freezeAndTell(
    transaction: Knex,
    release: Release,
    customerId: string,
    freeze: 'provisional' | 'full',
    callId: string,
    now: Instant,
  ): Promise<'frozen' | 'already_frozen'> {
    const done = await freezeCustomer(transaction, customerId, freeze, now);
    const customer = await customerById(transaction, customerId);
    assert(customer, 'a proved customer is stored');
    if (done === 'frozen') {
      const body = freezeMessage(letterhead(release, customer), now, TIME_ZONES[customer.jurisdiction]);
      await this.#notify(transaction, customer, 'freeze_notice', callId, body, now);
    }
    return done;
  }

  async #notify(
    transaction: Knex,
    customer: Customer,
    purpose: SmsPurpose,
    callId: string,
    body: string,
    now: Instant,
  ): Promise<void> {
    const phone = registeredPhone(customer, this.#deps.keyring);
    if (!phone) return;
    await this.#deps.outbox.enqueueSms(transaction, {
      purpose,
      callId,
      to: phone.e164,
      body,
      expiresAt: now + NOTICE_LIFETIME,
      now,
    });
  }

  async #options(
    transaction: Knex,
    operation: 'list.loans' | 'list.payees' | 'list.accounts',
    { call }: OperationContext,
  ): Promise<readonly Option[]> {
    const { bank } = this.#deps;
    const customerId = call.proofs.customerId;
    assert(customerId !== undefined, 'only a known customer is told what there is to choose from');
    switch (operation) {
      case 'list.loans':
        return (await bank.loans(customerId, transaction))
          .filter((loan) => loan.outstandingMinor > 0)
          .slice(0, OPTIONS)
          .map(({ id, number, currency, outstandingMinor, dueMinor, dueOn }) => ({
            kind: 'loan',
            id,
            lastFour: number.slice(-4),
            currency,
            outstandingMinor,
            dueMinor,
            dueOn,
          }));
      case 'list.payees':
        return (await bank.payees(customerId, transaction))
          .slice(0, OPTIONS_BESIDE_ANOTHER)
          .map(({ id, accountNumber, currency, name }) => ({
            kind: 'payee',
            id,
            lastFour: accountNumber.slice(-4),
            currency,
            name,
          }));
      case 'list.accounts':
        return (await bank.accounts(customerId, transaction))
          .filter((account) => account.currency === call.flow.order?.currency)
          .slice(0, OPTIONS)
          .map(({ id, number, currency }) => ({ kind: 'account', id, lastFour: number.slice(-4), currency }));
    }
  }

  async #assess(transaction: Knex, { call, release, now }: OperationContext): Promise<Performed> {
    const { order } = call.flow;
    const { customerId } = call.proofs;
    assert(order && customerId !== undefined, 'an order of a known customer is assessed');
    const customer = await customerById(transaction, customerId);
    assert(customer, 'a proved customer is stored');
    const refusal = await orderRefusal(transaction, this.#deps.bank, customer, order, release.policy, now);
    if (refusal) return outcome({ type: 'NOT_POSSIBLE', refusal });
    return outcome({ type: needsStepUp(call, order, release, now) ? 'STEP_UP' : 'CLEAR' });
  }

  async #sendCode(transaction: Knex, { call, release, now }: OperationContext): Promise<Performed> {
    const { keyring, random, outbox } = this.#deps;
    const { order } = call.flow;
    const { customerId } = call.proofs;
    const binding = bindingOf(call);
    assert(
      order && customerId !== undefined && binding !== undefined,
      'a code is for an order of a known customer',
    );
    const customer = await customerById(transaction, customerId);
    assert(customer, 'a proved customer is stored');
    const destination = codeDestination(customer, keyring, release.policy, now);
    if (destination.kind === 'refused') return outcome({ type: 'UNAVAILABLE', reason: destination.reason });
    const { policy } = release;
    const issued = await issueCode(transaction, {
      customerId,
      callId: call.id,
      binding,
      numberIndex: blindIndex(keyring, 'phone', destination.e164),
      now,
      policy,
      random,
      keyring,
    });
    if (issued.kind === 'limited') return outcome({ type: 'LIMITED', reason: issued.reason });
    await outbox.enqueueSms(transaction, {
      purpose: 'code',
      callId: call.id,
      codeId: issued.codeId,
      to: destination.e164,
      body: codeMessage(
        letterhead(release, customer),
        purposeOf(call, order),
        issued.code,
        policy.code.lifetimeSeconds,
      ),
      expiresAt: issued.expiresAt,
      now,
    });
    return outcome({
      type: 'SENT',
      codeId: issued.codeId,
      hint: issued.hint,
      sentAt: now,
      expiresAt: issued.expiresAt,
    });
  }

  async #freeze(transaction: Knex, context: OperationContext): Promise<Performed> {
    const { call, release, now } = context;
    const { customerId, pins } = call.proofs;
    if (customerId === undefined)
      return outcome({ type: 'DONE' }, entry('account.freeze', context, { matched: false }));
    const level = levelOf(call, release, now);
    const freeze = level === 'L1' ? 'provisional' : 'full';
    assert(
      level !== 'L0' &&
        (freeze === 'provisional' || pins.query !== undefined || pins.transaction !== undefined),
      'a full freeze takes a PIN',
    );
    const done = await this.freezeAndTell(transaction, release, customerId, freeze, call.id, now);
    return outcome(
      { type: 'DONE' },
      entry('account.freeze', context, { matched: true, customerId, freeze, level, outcome: done }),
    );
  }

  /** Carries the order out, once per key, after the gate has let it pass in this very transaction. */
  async #carryOut(transaction: Knex, context: OperationContext): Promise<Performed> {
    const { bank, keyring, random } = this.#deps;
    const { call, release, now } = context;
    const { order } = call.flow;
    assert(order, 'there is an order to carry out');
    const { policy } = release;
    const line: CallerLine = await this.#lineOf(transaction, context);
    const gate = await authoriseOrder(transaction, bank, {
      callId: call.id,
      proofs: call.proofs,
      order,
      line,
      policy,
      now,
    });
    if (gate.kind === 'refused') return outcome({ type: 'REFUSED', reason: gate.reason });
    const { customer } = gate;
    // The order's revision makes the key the same for every retry of this turn and different for every other order.
    const key = `${call.id}:${order.revision}`;
    const result = await this.#do(transaction, key, customer, call, order, now);
    if ('refused' in result) return outcome({ type: 'REFUSED', reason: result.refused });
    const receipt = await this.#newReceipt(transaction);
    const level = levelOf(call, release, now);
    await transaction('carried_orders').insert({
      idempotency_key: key,
      receipt,
      call_id: call.id,
      customer_id: customer.id,
      action: order.action,
      level,
      order_sealed: seal(keyring, random, `carried_orders.order:${key}`, JSON.stringify(order)),
      amount_minor: order.amountMinor ?? null,
      currency: order.currency ?? null,
      at: now,
    });
    await this.#tellOfAction(transaction, release, customer, call, order, receipt, now);
    const data = { ...orderData(order), receipt, level, key, customerId: customer.id };
    return outcome({ type: 'DONE', result: { ...result, receipt } }, entry('order.carried', context, data));
  }

  async #lineOf(transaction: Knex, { call, sourcePhoneIndex }: OperationContext): Promise<CallerLine> {
    const { customerId } = call.proofs;
    const customer = customerId === undefined ? undefined : await customerById(transaction, customerId);
    return callerLine(customer?.phoneIndex, sourcePhoneIndex);
  }

  /** Does what the order says; an action that is added has to be given its doing here. */
  async #do(
    transaction: Knex,
    idempotencyKey: string,
    customer: Customer,
    call: CallState,
    order: Order,
    now: Instant,
  ): Promise<Omit<OrderResult, 'receipt'> | { readonly refused: string }> {
    const { action } = order;
    switch (action) {
      case 'transfer':
      case 'repayment':
      case 'loan_application':
        return this.#askBank(transaction, idempotencyKey, customer, order, now);
      case 'contact_change':
        return this.#changeContact(transaction, customer, call);
      case 'enquiry':
        return {
          accounts: await this.#balances(transaction, customer),
          loans: await this.#loans(transaction, customer),
        };
      case 'freeze':
        throw new Error('a freeze is an operation of its own');
      default:
        return assertNever(action, 'action');
    }
  }

  async #askBank(
    transaction: Knex,
    idempotencyKey: string,
    customer: Customer,
    order: Order,
    now: Instant,
  ): Promise<Omit<OrderResult, 'receipt'> | { readonly refused: string }> {
    const answer = await this.#deps.bank.carryOut(
      { idempotencyKey, customerId: customer.id, order, at: now },
      transaction,
    );
    if (answer.kind === 'refused') return { refused: answer.reason };
    return answer.outstandingMinor === undefined ? {} : { outstandingMinor: answer.outstandingMinor };
  }

  async #changeContact(
    transaction: Knex,
    customer: Customer,
    call: CallState,
  ): Promise<Omit<OrderResult, 'receipt'>> {
    const { contactNumber } = call.flow.labels;
    assert(contactNumber !== undefined, 'a change of contact has its number');
    const { keyring, random } = this.#deps;
    assert(
      blindIndex(keyring, 'phone', contactNumber) === call.flow.order?.contactIndex,
      'the number is the one that was confirmed',
    );
    await setContactPhone(transaction, keyring, random, customer.id, contactNumber);
    return {};
  }

  async #balances(transaction: Knex, customer: Customer): Promise<NonNullable<OrderResult['accounts']>> {
    const accounts = await this.#deps.bank.accounts(customer.id, transaction);
    return accounts
      .slice(0, OPTIONS)
      .map(({ number, balanceMinor, currency }) => ({ lastFour: number.slice(-4), balanceMinor, currency }));
  }

  async #loans(transaction: Knex, customer: Customer): Promise<NonNullable<OrderResult['loans']>> {
    const loans = await this.#deps.bank.loans(customer.id, transaction);
    return loans
      .filter((loan) => loan.outstandingMinor > 0)
      .slice(0, OPTIONS)
      .map(({ number, ...loan }) => ({ kind: 'loan', lastFour: number.slice(-4), ...loan }));
  }

  async #newReceipt(transaction: Knex): Promise<string> {
    for (;;) {
      const receipt = randomDigits(this.#deps.random, RECEIPT_DIGITS);
      const taken: unknown = await transaction('carried_orders').where({ receipt }).first('receipt');
      if (taken === undefined) return receipt;
    }
  }

  async #tellOfAction(
    transaction: Knex,
    release: Release,
    customer: Customer,
    call: CallState,
    order: Order,
    receipt: string,
    now: Instant,
  ): Promise<void> {
    if (order.action === 'enquiry' || order.action === 'freeze') return;
    const head = letterhead(release, customer);
    const purpose = purposeOf(call, order);
    const body =
      purpose.action === 'contact_change'
        ? contactChangeMessage(head, call.flow.labels.contactNumber ?? '', receipt)
        : actionMessage(head, purpose, receipt);
    const kind: SmsPurpose = purpose.action === 'contact_change' ? 'change_notice' : 'action_notice';
    await this.#notify(transaction, customer, kind, call.id, body, now);
  }
}

/** Messages go out in the language the customer is registered with, whatever this call is held in. */
function letterhead(release: Release, customer: Customer): Letterhead {
  return { language: customer.locale, company: release.company.name[customer.locale] };
}

/** What a message says the code or the action is for (V10). */
function purposeOf(call: CallState, order: Order): CodePurpose {
  const { action, amountMinor, currency } = order;
  const { payee, loan, contactNumber } = call.flow.labels;
  if (action === 'contact_change') {
    assert(contactNumber !== undefined, 'a change of contact has its number');
    return { action, newNumber: lastFour(contactNumber) };
  }
  assert(amountMinor !== undefined && currency !== undefined, 'an order about money has amount and currency');
  switch (action) {
    case 'transfer':
      assert(payee, 'a transfer has a payee');
      return { action, amountMinor, currency, payeeAccount: payee.lastFour };
    case 'repayment':
      assert(loan, 'a repayment has a loan');
      return { action, amountMinor, currency, loanNumber: loan.lastFour };
    case 'loan_application':
      return { action, amountMinor, currency };
    default:
      throw new Error(`nothing is written about ${action}`);
  }
}
