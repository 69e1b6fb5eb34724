import type { Knex } from 'knex';
import { findCall, identifiedInCall } from '../calls/calls.store.ts';
import { ownsCaseAbout } from '../cases/cases.store.ts';
import { customerById } from '../customers/customers.store.ts';
import { handoffsOfStaff } from '../escalation/desk-handoffs.store.ts';
import type { DeskHandoff } from '../escalation/handoff.ts';
import type { Language } from '../locales/catalogue.ts';
import type { Keyring } from '../platform/keyring.ts';
import type { StaffOnDuty } from '../staff/staff-member.ts';
import type { Transactions } from '../storage/transactions.ts';
import type { Authority } from './authority.service.ts';
import { type DeskAnswer, refusedFor } from './desk-answer.ts';
import { claimedView } from './desk-view.service.ts';
import type { ClaimedView } from './desk-view.ts';

interface CustomerAccessDependencies {
  readonly knex: Knex;
  readonly transactions: Transactions;
  readonly keyring: Keyring;
  readonly authority: Authority;
}

/** Opening a customer's record: only who is on the line with them, or has an open case about them (invariant 33). */
export class CustomerAccess {
  readonly #deps: CustomerAccessDependencies;

  constructor(dependencies: CustomerAccessDependencies) {
    this.#deps = dependencies;
  }

  /** Shows a customer in masked form. Every look is recorded before it is answered, and so is every refusal (R10.2, 57). */
  async open(
    by: StaffOnDuty,
    customerId: string,
    language: Language,
  ): Promise<DeskAnswer<{ readonly customer: ClaimedView }>> {
    const { knex, transactions, keyring, authority } = this.#deps;
    const refusal = await authority.refusal(by, 'customer.see', { customerId });
    if (refusal) return refusedFor(refusal);
    const handoff = await this.#onTheLine(by, customerId);
    const why = handoff ? 'call' : (await ownsCaseAbout(knex, by.id, customerId)) ? 'case' : undefined;
    const customer = why && (await customerById(knex, customerId));
    if (!why || !customer) {
      await authority.recordRefusal(by, 'customer.see', 'not_your_customer', { customerId });
      return refusedFor('not_your_customer');
    }
    const data = { handoffId: handoff?.id, staffId: by.id, part: 'claimed', why, customerId };
    await transactions.run((transaction) =>
      authority.write(transaction, by, handoff, [{ type: 'desk.read', rules: ['R11.2'], data }]),
    );
    return { kind: 'done', customer: claimedView(customer, keyring, language) };
  }

  /** The member's own talk with this customer, or its wrap-up. An offer opens nothing. */
  async #onTheLine(by: StaffOnDuty, customerId: string): Promise<DeskHandoff | undefined> {
    const { knex, keyring } = this.#deps;
    for (const handoff of await handoffsOfStaff(knex, by.id)) {
      if (handoff.state === 'offered') continue;
      const call = await findCall(knex, keyring, handoff.callId);
      if (call && (await identifiedInCall(knex, call)) === customerId) return handoff;
    }
    return undefined;
  }
}
