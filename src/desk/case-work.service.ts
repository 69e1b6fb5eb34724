import type { Knex } from 'knex';
import type { Case } from '../cases/case.ts';
import { closeCase, findCase, openCases, ownCase } from '../cases/cases.store.ts';
import { findDeskHandoff } from '../escalation/desk-handoffs.store.ts';
import type { Clock } from '../platform/clock.ts';
import type { StaffOnDuty } from '../staff/staff-member.ts';
import type { Transactions } from '../storage/transactions.ts';
import type { Authority } from './authority.service.ts';
import { type DeskAnswer, refusedFor } from './desk-answer.ts';

interface CaseWorkDependencies {
  readonly knex: Knex;
  readonly transactions: Transactions;
  readonly clock: Clock;
  readonly authority: Authority;
}

/** What can come of a case, from a closed list. */
export const CASE_OUTCOMES = ['called_back', 'not_reached', 'passed_on', 'needless'] as const;
type CaseOutcome = (typeof CASE_OUTCOMES)[number];

/** Nobody looks through more at once. */
const MOST_CASES = 200;

/** Cases at the desk: who was promised something, by when, and whose it is. No personal data: a customer is opened by their owner alone. */
export class CaseWork {
  readonly #deps: CaseWorkDependencies;

  constructor(dependencies: CaseWorkDependencies) {
    this.#deps = dependencies;
  }

  /** Cases nobody has closed, the soonest due first. */
  async list(by: StaffOnDuty): Promise<DeskAnswer<{ readonly cases: readonly Omit<Case, 'customerId'>[] }>> {
    const refusal = await this.#deps.authority.refusal(by, 'case.open');
    if (refusal) return refusedFor(refusal);
    const open = await openCases(this.#deps.knex, MOST_CASES);
    return { kind: 'done', cases: open.map(({ customerId: _customer, ...rest }) => rest) };
  }

  /** Makes an open case one's own. */
  own(by: StaffOnDuty, id: string): Promise<DeskAnswer> {
    return this.#change(by, id, 'own', (transaction) => ownCase(transaction, id, by.id));
  }

  close(by: StaffOnDuty, id: string, outcome: CaseOutcome): Promise<DeskAnswer> {
    const now = this.#deps.clock.now();
    return this.#change(by, id, outcome, (transaction) => closeCase(transaction, id, by.id, outcome, now));
  }

  async #change(
    by: StaffOnDuty,
    id: string,
    outcome: string,
    change: (transaction: Knex) => Promise<boolean>,
  ): Promise<DeskAnswer> {
    const { knex, transactions, authority } = this.#deps;
    const refusal = await authority.refusal(by, 'case.open');
    if (refusal) return refusedFor(refusal);
    const found = await findCase(knex, id);
    if (!found) return refusedFor('unknown_case');
    const handoff = await findDeskHandoff(knex, found.handoffId);
    const changed = await transactions.run(async (transaction) => {
      if (!(await change(transaction))) return false;
      const data = { handoffId: found.handoffId, staffId: by.id, caseId: id, outcome };
      await authority.write(transaction, by, handoff, [{ type: 'case.changed', rules: ['R12.2'], data }]);
      return true;
    });
    return changed ? { kind: 'done' } : refusedFor(found.ownerId === by.id ? 'not_now' : 'not_yours');
  }
}
