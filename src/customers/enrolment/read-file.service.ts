import type { Instant } from '../../platform/clock.ts';
import { COLUMN_RULES, ENROLMENT_COLUMNS, type EnrolmentColumn } from './columns.ts';
import { csvRows, type FileSource } from './csv-rows.service.ts';
import type { EnrolmentProblem, Findings } from './findings.ts';
import { type EnrolmentRow, type RowContext, readRow } from './read-row.ts';
import { type CsvRow, RowCells } from './row-cells.ts';

const isEmpty = (cell: string) => cell.trim() === '';

interface Header {
  readonly places: ReadonlyMap<EnrolmentColumn, number>;
  /** Columns without a heading: empty all the way down, or refused. */
  readonly unnamed: readonly number[];
  readonly length: number;
}

/** The columns a file may have. */
interface FileColumns {
  readonly names: readonly EnrolmentColumn[];
  readonly required: readonly EnrolmentColumn[];
}

/** Reads the first row. Columns without a heading are left out, as spreadsheets save them; others have to be known. */
function readHeader(
  { row, cells }: CsvRow,
  { names, required }: FileColumns,
): Header | readonly EnrolmentProblem[] {
  const problems: EnrolmentProblem[] = [];
  const places = new Map<EnrolmentColumn, number>();
  const unnamed: number[] = [];
  for (const [place, cell] of cells.entries()) {
    const heading = cell.replace(/[\u200b\ufeff\u00a0]/g, '').trim();
    const column = names.find((name) => name === heading.toLowerCase());
    if (heading === '') unnamed.push(place);
    else if (column === undefined)
      problems.push({
        row,
        problem: `column ${place + 1} is not one of ${names.join(', ')} (separated by commas, semicolons or tabs)`,
      });
    else if (places.has(column)) problems.push({ row, column, problem: 'stands here twice' });
    else places.set(column, place);
  }
  for (const column of required)
    if (!places.has(column)) problems.push({ row, column, problem: 'is missing' });
  return problems.length > 0 ? problems : { places, unnamed, length: cells.length };
}

/** Cells that stand under no heading. */
function strayCell({ row, cells }: CsvRow, { unnamed, length }: Header): EnrolmentProblem | undefined {
  const stray = [
    ...unnamed,
    ...Array.from({ length: Math.max(0, cells.length - length) }, (_, n) => length + n),
  ];
  const place = stray.find((one) => !isEmpty(cells[one] ?? ''));
  if (place === undefined) return undefined;
  if (place < length) return { row, problem: `has something in column ${place + 1}, which has no heading` };
  return { row, problem: `has ${cells.length} cells, the header has ${length}` };
}

/** What reading a file yields for each row with something in it: what was read, or undefined where it is refused. */
interface ReadRow<Read> {
  readonly row: number;
  readonly read: Read | undefined;
}

/**
 * Reads a file row by row and tells `findings` what it finds (memory does not grow with the file). Rows without anything in
 * them are left out and counted. Where the file itself cannot be used nothing is yielded after that problem.
 */
export async function* readRows<Read>(
  source: FileSource,
  columns: FileColumns,
  read: (cells: RowCells) => Read | undefined,
  findings: Findings,
  now: Instant,
): AsyncGenerator<ReadRow<Read>> {
  let header: Header | undefined;
  let customers = 0;
  for await (const found of csvRows(source)) {
    if ('problem' in found) return findings.refuseFile([found]);
    if (found.cells.every(isEmpty)) {
      if (header) findings.notice('empty_rows', `row ${found.row}`);
      continue;
    }
    if (!header) {
      const first = readHeader(found, columns);
      if (!('places' in first)) return findings.refuseFile(first);
      header = first;
      for (const place of header.unnamed) findings.notice('empty_columns', `column ${place + 1}`);
      continue;
    }
    customers++;
    const cells = new RowCells(found, header.places, findings, now);
    const stray = strayCell(found, header);
    if (stray) cells.problems.push(stray);
    const value = read(cells);
    if (cells.problems.length > 0) findings.refuse(cells.problems);
    yield { row: found.row, read: cells.problems.length > 0 ? undefined : value };
  }
  if (!header) findings.refuseFile([{ row: 1, problem: 'the file is empty' }]);
  else if (customers === 0)
    findings.refuseFile([{ row: 1, problem: 'there is no customer below the header' }]);
}

const ENROLMENT_FILE: FileColumns = {
  names: ENROLMENT_COLUMNS,
  required: ENROLMENT_COLUMNS.filter((column) => COLUMN_RULES[column].required),
};

/** Reads an enrolment file row by row. */
export async function* readEnrolmentFile(
  source: FileSource,
  context: RowContext,
  findings: Findings,
): AsyncGenerator<{ readonly customer: EnrolmentRow | undefined }> {
  const read = (cells: RowCells) => readRow(cells, context);
  for await (const { read: customer } of readRows(source, ENROLMENT_FILE, read, findings, context.now))
    yield { customer };
}
