import { PIN_KINDS } from '../../actions/requirement.ts';
import { lastFourOfId } from '../../jurisdictions/national-id.ts';
import { canGetMessages, countryOf } from '../../jurisdictions/phone-number.ts';
import type { Policy } from '../../policy/policy.ts';
import { consentOf } from '../consent.ts';
import type { Difference } from './difference.ts';
import type { Facts } from './facts.ts';
import type { EnrolmentRow } from './read-row.ts';

/** A change as it may be shown: of numbers the last four at most. */
interface ShownChange {
  readonly row: number;
  readonly idLastFour: string;
  readonly field: string;
  readonly shown: string;
}

/** What a file does, or would do, in numbers. */
export interface EnrolmentSummary {
  readonly added: number;
  readonly changed: number;
  readonly changedFields: { readonly [field: string]: number };
  /** The first of the changes; the rest are counted above. */
  readonly changes: readonly ShownChange[];
  readonly unchanged: number;
  readonly skipped: number;
  /** Of those added: without one of the PINs, which has to be set in person. */
  readonly withoutPin: number;
  /** Of those added or compared: without the agreement or risk notice in force (E1.2). */
  readonly withoutAgreement: number;
  /** Of all rows: no code can ever reach them, and why. */
  readonly noMessages: { readonly noPhone: number; readonly landline: number; readonly country: number };
}

/** Enough to see what kind of changes a file makes. */
const MOST_CHANGES_KEPT = 200;

/** Counts what becomes of each row; its size does not grow with the file. */
export class Tally {
  readonly #changes: ShownChange[] = [];
  readonly #fields = new Map<string, number>();
  readonly #noMessages = { noPhone: 0, landline: 0, country: 0 };
  readonly #countries: readonly string[];
  #added = 0;
  #changed = 0;
  #unchanged = 0;
  #skipped = 0;
  #withoutPin = 0;
  #withoutAgreement = 0;
  readonly #policy: Policy;

  constructor(policy: Policy) {
    this.#policy = policy;
    this.#countries = policy.code.countries;
  }

  /** Whether codes can reach the phone of a row; counted once for each. */
  reach({ phone }: EnrolmentRow): void {
    if (!phone) this.#noMessages.noPhone++;
    else if (!canGetMessages(phone.e164)) this.#noMessages.landline++;
    else if (!this.#countries.includes(countryOf(phone.e164) ?? '')) this.#noMessages.country++;
  }

  added(row: EnrolmentRow): void {
    this.#added++;
    if (PIN_KINDS.some((kind) => row.pins[kind] === undefined)) this.#withoutPin++;
  }

  changed(row: EnrolmentRow, { changes }: Difference): void {
    this.#changed++;
    const idLastFour = lastFourOfId(row.document.id);
    for (const { field, shown } of changes) {
      this.#fields.set(field, (this.#fields.get(field) ?? 0) + 1);
      if (this.#changes.length < MOST_CHANGES_KEPT)
        this.#changes.push({ row: row.row, idLastFour, field, shown });
    }
  }

  /** Takes what will be known of a customer's consent. */
  consent(facts: Facts): void {
    if (consentOf(facts, this.#policy) !== 'current') this.#withoutAgreement++;
  }

  unchanged(): void {
    this.#unchanged++;
  }

  skipped(): void {
    this.#skipped++;
  }

  get summary(): EnrolmentSummary {
    return {
      added: this.#added,
      changed: this.#changed,
      changedFields: Object.fromEntries(this.#fields),
      changes: this.#changes,
      unchanged: this.#unchanged,
      skipped: this.#skipped,
      withoutPin: this.#withoutPin,
      withoutAgreement: this.#withoutAgreement,
      noMessages: this.#noMessages,
    };
  }
}
