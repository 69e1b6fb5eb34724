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

/** Reads the first row. Columns without a heading are left out, as spreadsheets save them; others have to be known. */
function readHeader({ row, cells }: CsvRow): Header | readonly EnrolmentProblem[] {
  const problems: EnrolmentProblem[] = [];
  const places = new Map<EnrolmentColumn, number>();
  const unnamed: number[] = [];
  for (const [place, cell] of cells.entries()) {
    const heading = cell.replace(/[\u200b\ufeff\u00a0]/g, '').trim();
    const column = ENROLMENT_COLUMNS.find((name) => name === heading.toLowerCase());
    if (heading === '') unnamed.push(place);
    else if (column === undefined)
      problems.push({
        row,
        problem: `column ${place + 1} is not one of ${ENROLMENT_COLUMNS.join(', ')} (separated by commas, semicolons or tabs)`,
      });
    else if (places.has(column)) problems.push({ row, column, problem: 'stands here twice' });
    else places.set(column, place);
  }
  for (const column of ENROLMENT_COLUMNS)
    if (COLUMN_RULES[column].required && !places.has(column))
      problems.push({ row, column, problem: 'is missing' });
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

/** What reading a file yields for each row with something in it: a customer, or undefined where it is refused. */
interface ReadRow {
  readonly row: number;
  readonly customer: EnrolmentRow | undefined;
}

/**
 * Reads a file row by row and tells `findings` what it finds (memory does not grow with the file). Rows without anything in
 * them are left out and counted. Where the file itself cannot be used nothing is yielded after that problem.
 */
export async function* readEnrolmentFile(
  source: FileSource,
  context: RowContext,
  findings: Findings,
): AsyncGenerator<ReadRow> {
  let header: Header | undefined;
  let customers = 0;
  for await (const found of csvRows(source)) {
    if ('problem' in found) return findings.refuseFile([found]);
    if (found.cells.every(isEmpty)) {
      if (header) findings.notice('empty_rows', `row ${found.row}`);
      continue;
    }
    if (!header) {
      const read = readHeader(found);
      if (!('places' in read)) return findings.refuseFile(read);
      header = read;
      for (const place of header.unnamed) findings.notice('empty_columns', `column ${place + 1}`);
      continue;
    }
    customers++;
    const customer = readCustomer(found, header, context, findings, context.now);
    yield { row: found.row, customer };
  }
  if (!header) findings.refuseFile([{ row: 1, problem: 'the file is empty' }]);
  else if (customers === 0)
    findings.refuseFile([{ row: 1, problem: 'there is no customer below the header' }]);
}

function readCustomer(
  row: CsvRow,
  header: Header,
  context: RowContext,
  findings: Findings,
  now: Instant,
): EnrolmentRow | undefined {
  const cells = new RowCells(row, header.places, findings, now);
  const stray = strayCell(row, header);
  if (stray) cells.problems.push(stray);
  const customer = readRow(cells, context);
  if (cells.problems.length > 0) findings.refuse(cells.problems);
  return customer;
}
