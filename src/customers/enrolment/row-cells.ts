import type { Instant } from '../../platform/clock.ts';
import { cleanCell } from './cell.ts';
import { COLUMN_RULES, type EnrolmentColumn } from './columns.ts';
import type { EnrolmentProblem, Findings, Question } from './findings.ts';

/** A row as it stands in the file. `row` counts rows as a spreadsheet shows them, from 1. */
export interface CsvRow {
  readonly row: number;
  readonly cells: readonly string[];
}

/** A value that a spreadsheet took for a number, and rounded. */
const ROUNDED = /^\d(?:[.,]\d+)?E\+?\d+$/i;

/** The cells of one row by column, cleaned; gathers every problem of the row. */
export class RowCells {
  readonly #texts = new Map<EnrolmentColumn, string>();
  readonly #row: number;
  readonly #findings: Findings;
  readonly now: Instant;
  readonly problems: EnrolmentProblem[] = [];

  constructor(
    { row, cells }: CsvRow,
    places: ReadonlyMap<EnrolmentColumn, number>,
    findings: Findings,
    now: Instant,
  ) {
    this.#row = row;
    this.#findings = findings;
    this.now = now;
    for (const [column, place] of places) {
      const { text, leftOut, unmarked } = cleanCell(cells[place] ?? '', COLUMN_RULES[column].numeric);
      for (const character of leftOut)
        findings.notice('invisible_characters', `row ${row}, ${column}: ${character}`);
      if (unmarked) findings.notice('marks_for_text', `row ${row}, ${column}`);
      this.#texts.set(column, text);
    }
  }

  text(column: EnrolmentColumn): string {
    return this.#texts.get(column) ?? '';
  }

  get place(): string {
    return `row ${this.#row}`;
  }

  get row(): number {
    return this.#row;
  }

  report(column: EnrolmentColumn, problem: string): undefined {
    this.problems.push({ row: this.#row, column, problem });
  }

  /** A problem, unless the person who enrols has looked at questions of this kind. */
  ask(question: Question, column: EnrolmentColumn, words: string): void {
    if (this.#findings.accepts(question))
      this.#findings.notice('looked_at', `row ${this.#row}, ${column}: ${words}`);
    else this.report(column, `${words} (if it is right all the same: --accept ${question})`);
  }

  /** Whether a spreadsheet has made a rounded number of the cell, which is reported. */
  isRounded(column: EnrolmentColumn): boolean {
    if (!ROUNDED.test(this.text(column))) return false;
    this.report(
      column,
      'was made a rounded number by a spreadsheet: make the column text, and fill it anew from the source',
    );
    return true;
  }

  oneOf<Choice extends string>(column: EnrolmentColumn, choices: readonly Choice[], otherwise?: Choice) {
    const text = this.text(column);
    const choice = choices.find((name) => name.toLowerCase() === text.toLowerCase());
    if (choice !== undefined) return choice;
    if (text === '' && otherwise !== undefined) return otherwise;
    return this.report(column, `must be one of ${choices.join(', ')}`);
  }

  notice(...notice: Parameters<Findings['notice']>): void {
    this.#findings.notice(...notice);
  }
}
