import { numbersPeopleAlike } from '../../jurisdictions/documents.ts';
import type { EnrolmentProblem } from './findings.ts';
import type { EnrolmentRow } from './read-row.ts';

/** An 18-digit number of which a spreadsheet keeps 15 digits ends so; of real ones it is one in a thousand. */
const ROUNDED_ID = /^\d{15}000$/;
/** More than one, and more than one in a hundred, is no chance. */
const MOST_BY_CHANCE = 100;

interface Seen {
  readonly row: number;
  readonly kind: EnrolmentRow['document']['kind'];
  readonly phone: string | undefined;
}

/** Remembers whose rows were read: some hundred bytes for each, the one thing that grows with a file. */
export class SeenInFile {
  readonly #byDigits = new Map<string, Seen[]>();
  #longIds = 0;
  #roundedIds = 0;

  /** Takes a row; the problem of one that is somebody seen before, or could not be told from somebody by telephone. */
  take({ row, document: { id, kind }, phone }: EnrolmentRow): EnrolmentProblem | undefined {
    if (kind === 'cn_id') {
      this.#longIds++;
      if (ROUNDED_ID.test(id)) this.#roundedIds++;
    }
    const known = this.#byDigits.get(id);
    const here: Seen = { row, kind, phone: phone?.e164 };
    if (!known) {
      this.#byDigits.set(id, [here]);
      return undefined;
    }
    const problem = (words: string): EnrolmentProblem => ({ row, column: 'national_id', problem: words });
    const twin = known.find((one) => numbersPeopleAlike(one.kind, kind));
    if (twin) return problem(`is the same as in row ${twin.row}`);
    const alike = known.find((one) => one.phone === here.phone);
    if (alike)
      return problem(
        `has the digits and the phone of row ${alike.row}: by telephone the two cannot be told apart`,
      );
    known.push(here);
    return undefined;
  }

  get roundedIds(): number {
    return this.#roundedIds;
  }

  /** More IDs end in 000 than chance makes, so that a spreadsheet has probably rounded them. */
  get looksRounded(): boolean {
    return this.#roundedIds > 1 && this.#roundedIds * MOST_BY_CHANCE > this.#longIds;
  }
}
