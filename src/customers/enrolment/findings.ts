import type { EnrolmentColumn } from './columns.ts';

/** What a file is asked about: it goes in only where the person who enrols has looked and says so. */
export const QUESTIONS = ['names', 'rounded'] as const;
export type Question = (typeof QUESTIONS)[number];

/** What was found and put right, or is worth knowing, and stands in nobody's way. */
export type Notice =
  | 'empty_rows'
  | 'empty_columns'
  | 'invisible_characters'
  | 'marks_for_text'
  | 'spreadsheet_days'
  | 'former_numbers'
  | 'one_name'
  | 'looked_at'
  | 'rounded_ids'
  | 'pins_not_looked_at';

/** What is wrong and where; never holds a PIN or a full ID. `row` counts rows of the file from 1, the header. */
export interface EnrolmentProblem {
  readonly row: number;
  readonly column?: EnrolmentColumn;
  readonly problem: string;
}

interface NoticeOf {
  readonly count: number;
  /** The first places, in words. */
  readonly examples: readonly string[];
}
export type Notices = { readonly [notice in Notice]?: NoticeOf };

/** More than fit a screen; the rest is told as a number. */
const MOST_PROBLEMS_KEPT = 1_000;
const MOST_EXAMPLES_KEPT = 5;

/** Gathers what a file is told about itself. Its size does not grow with the file: beyond a screenful it only counts. */
export class Findings {
  readonly #accepted: ReadonlySet<Question>;
  readonly #problems: EnrolmentProblem[] = [];
  readonly #notices = new Map<Notice, { count: number; examples: string[] }>();
  #refusedRows = 0;
  #fileRefused = false;
  #problemCount = 0;

  constructor(accepted: readonly Question[]) {
    this.#accepted = new Set(accepted);
  }

  /** Takes the problems of one row, which is refused. */
  refuse(problems: readonly EnrolmentProblem[]): void {
    this.#refusedRows++;
    this.#keep(problems);
  }

  /** Takes the problems of the file itself: nothing of it can be used, whatever is to be done with single rows. */
  refuseFile(problems: readonly EnrolmentProblem[]): void {
    this.#fileRefused = true;
    this.#keep(problems);
  }

  get fileRefused(): boolean {
    return this.#fileRefused;
  }

  #keep(problems: readonly EnrolmentProblem[]): void {
    this.#problemCount += problems.length;
    this.#problems.push(...problems.slice(0, MOST_PROBLEMS_KEPT - this.#problems.length));
  }

  accepts(question: Question): boolean {
    return this.#accepted.has(question);
  }

  notice(notice: Notice, place?: string): void {
    const found = this.#notices.get(notice) ?? { count: 0, examples: [] };
    found.count++;
    if (place !== undefined && found.examples.length < MOST_EXAMPLES_KEPT) found.examples.push(place);
    this.#notices.set(notice, found);
  }

  get problems(): readonly EnrolmentProblem[] {
    return this.#problems;
  }

  get problemCount(): number {
    return this.#problemCount;
  }

  get refusedRows(): number {
    return this.#refusedRows;
  }

  get notices(): Notices {
    return Object.fromEntries(this.#notices);
  }
}
