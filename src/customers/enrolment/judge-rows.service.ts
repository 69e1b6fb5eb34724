import type { Knex } from 'knex';
import { JURISDICTION_RULES } from '../../jurisdictions/catalogue.ts';
import type { Instant } from '../../platform/clock.ts';
import { blindIndex, type Keyring } from '../../platform/keyring.ts';
import type { Policy } from '../../policy/policy.ts';
import type { Customer } from '../customer.ts';
import { judgeSimDate } from '../sim/judge-sim-date.ts';
import type { EnrolmentColumn } from './columns.ts';
import { customerOfRow, type Difference, differenceOf } from './difference.ts';
import { customersByNationalId } from './enrolment.store.ts';
import type { EnrolmentProblem } from './findings.ts';
import type { EnrolmentRow } from './read-row.ts';

/** What becomes of customers who are enrolled already. */
export const MODES = ['insert', 'update', 'skip'] as const;
export type Mode = (typeof MODES)[number];

/** What is to be done with a row. */
export type Verdict =
  | { readonly kind: 'add'; readonly row: EnrolmentRow }
  | {
      readonly kind: 'change';
      readonly row: EnrolmentRow;
      readonly customer: Customer;
      readonly difference: Difference;
    }
  | { readonly kind: 'unchanged'; readonly row: EnrolmentRow; readonly customer: Customer }
  | { readonly kind: 'skip'; readonly row: EnrolmentRow }
  | { readonly kind: 'refuse'; readonly row: EnrolmentRow; readonly problem: EnrolmentProblem };

interface JudgeContext {
  readonly keyring: Keyring;
  readonly policy: Policy;
  readonly mode: Mode;
  readonly now: Instant;
}

/** Compares rows with who is enrolled and says what is to be done with each, in their order. Writes nothing. */
export async function judgeRows(
  knex: Knex,
  rows: readonly EnrolmentRow[],
  context: JudgeContext,
): Promise<readonly Verdict[]> {
  const indexOf = (row: EnrolmentRow) => blindIndex(context.keyring, 'national_id', row.document.id);
  const enrolled = await customersByNationalId(knex, rows.map(indexOf));
  return rows.map((row) => judge(row, enrolled.get(indexOf(row)) ?? [], context));
}

function judge(
  row: EnrolmentRow,
  sameDigits: readonly Customer[],
  { keyring, policy, mode, now }: JudgeContext,
): Verdict {
  const refuse = (problem: string, column: EnrolmentColumn = 'national_id'): Verdict => ({
    kind: 'refuse',
    row,
    problem: { row: row.row, column, problem },
  });
  const customer = customerOfRow(row, sameDigits);
  const phoneIndex = row.phone === undefined ? null : blindIndex(keyring, 'phone', row.phone.e164);
  const twin = sameDigits.find((other) => other !== customer && other.phoneIndex === phoneIndex);
  if (twin && phoneIndex !== null && mode !== 'skip')
    return refuse(
      'has the digits and the phone of a customer with another document: by telephone the two cannot be told apart',
    );
  if (!customer) return { kind: 'add', row };
  if (mode === 'skip') return { kind: 'skip', row };
  if (mode === 'insert')
    return refuse('belongs to a customer who is enrolled already (--mode update or --mode skip)');
  if (row.simChangedAt !== undefined && phoneIndex === customer.phoneIndex) {
    const { timeZone } = JURISDICTION_RULES[row.jurisdiction.code];
    const stated = { changedAt: row.simChangedAt, knownAt: now };
    // A change that is known would be forgotten, and codes go to that SIM at once.
    if (judgeSimDate(customer, stated, timeZone) === 'earlier')
      return refuse(
        'is before a change that is known already: `hotline sim-dates --correct` takes it',
        'sim_changed_at',
      );
  }
  const difference = differenceOf(row, customer, keyring, policy.coolingOff.seconds, now);
  return difference.changes.length === 0
    ? { kind: 'unchanged', row, customer }
    : { kind: 'change', row, customer, difference };
}
