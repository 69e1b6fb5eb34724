import { Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { ENROLMENT_COLUMNS } from './columns.ts';
import type { EnrolmentProblem } from './findings.ts';
import type { CsvRow } from './row-cells.ts';

/** A file that can be read from its begin more than once, so that it is checked as a whole before anything is written. */
export type FileSource = () => AsyncIterable<Buffer>;

/** Two PINs a row and 20 to 40 ms each: more rows than this would hash for hours. */
export const MOST_ENROLMENT_ROWS = 200_000;
/** A row of a customer has some hundred characters; a longer one is a quotation mark without its partner. */
const LONGEST_ROW = 64 * 1024;
/** A header longer than this is no header. */
const LONGEST_HEADER = 16 * 1024;
const DELIMITERS = [',', ';', '\t'] as const;
/** The begin of a spreadsheet's own file (a zip archive, or an older compound file). */
const LONGEST_MARK = 4;
const WORKBOOKS = ['504b0304', 'd0cf11e0'];
/** Excel writes it to say how it separates. */
const SEPARATOR_LINE = /^sep=(.)\r?\n/i;

/** The file cannot be read as text; the words are for the person who enrols. */
class UnreadableFile extends Error {}

type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be';

function encodingOf(begin: Buffer): Encoding {
  const [first, second] = begin;
  if ((first === 0xff && second === 0xfe) || (first !== 0 && second === 0)) return 'utf-16le';
  if ((first === 0xfe && second === 0xff) || (first === 0 && second !== 0)) return 'utf-16be';
  return 'utf-8';
}

/** The pieces of a file, the first of them long enough to tell the encoding by. */
async function* withBegin(source: FileSource): AsyncGenerator<Buffer> {
  let begin: Buffer | undefined = Buffer.alloc(0);
  for await (const bytes of source()) {
    if (begin) {
      begin = Buffer.concat([begin, bytes]);
      if (begin.length < LONGEST_MARK) continue;
    }
    yield begin ?? bytes;
    begin = undefined;
  }
  if (begin) yield begin;
}

/** The text of a file in UTF-8 or UTF-16, piece by piece and without its byte-order mark. */
async function* decoded(source: FileSource): AsyncGenerator<string> {
  let decoder: TextDecoder | undefined;
  try {
    for await (const bytes of withBegin(source)) {
      if (!decoder && WORKBOOKS.includes(bytes.subarray(0, LONGEST_MARK).toString('hex')))
        throw new UnreadableFile('the file is a spreadsheet, not CSV: save it as "CSV UTF-8"');
      decoder ??= new TextDecoder(encodingOf(bytes), { fatal: true });
      yield decoder.decode(bytes, { stream: true });
    }
    yield decoder?.decode() ?? '';
  } catch (error) {
    if (error instanceof TypeError)
      throw new UnreadableFile(
        'the file is neither UTF-8 nor UTF-16 (perhaps GBK or Windows-1258): save it as "CSV UTF-8"',
      );
    throw error;
  }
}

/** How a file separates its cells: as most of the known columns in its header are found. */
function delimiterOf(begin: string): string {
  const header = /[^\r\n]*/.exec(begin.trimStart())?.[0].toLowerCase() ?? '';
  const known = (delimiter: string) =>
    header
      .split(delimiter)
      .filter((cell) => ENROLMENT_COLUMNS.some((name) => name === cell.replace(/["\s]/g, ''))).length;
  return DELIMITERS.reduce((best, next) => (known(next) > known(best) ? next : best));
}

/** The begin of the text, long enough for the header, and all the text after it. */
async function begun(text: AsyncGenerator<string>): Promise<{ begin: string; rest: AsyncGenerator<string> }> {
  let begin = '';
  while (begin.length < LONGEST_HEADER && !/\S[^\n]*\n/.test(begin)) {
    const next = await text.next();
    if (next.done) break;
    begin += next.value;
  }
  return { begin, rest: text };
}

async function* joined(begin: string, rest: AsyncGenerator<string>): AsyncGenerator<string> {
  yield begin;
  yield* rest;
}

/**
 * The rows of a CSV file, one at a time, so that its size does not matter: separated by commas, semicolons or tabs, in UTF-8
 * or UTF-16, with any line ends. Rows count as a spreadsheet shows them, from 1. A problem is the last thing it yields.
 */
export async function* csvRows(source: FileSource): AsyncGenerator<CsvRow | EnrolmentProblem> {
  let row = 0;
  try {
    const { begin, rest } = await begun(decoded(source));
    const separator = SEPARATOR_LINE.exec(begin);
    const delimiter = separator?.[1] ?? delimiterOf(begin);
    if (separator) row++;
    const parser = parse({
      delimiter,
      relax_column_count: true,
      // A tab at the begin of a row is an empty cell.
      trim: delimiter !== '\t',
      max_record_size: LONGEST_ROW,
    });
    const text = Readable.from(joined(begin.slice(separator?.[0].length ?? 0), rest));
    text.on('error', (error) => parser.destroy(error));
    for await (const cells of text.pipe(parser)) {
      row++;
      if (row > MOST_ENROLMENT_ROWS + 1) {
        yield { row, problem: `there are more than ${MOST_ENROLMENT_ROWS} customers: split the file` };
        return;
      }
      yield { row, cells };
    }
  } catch (error) {
    if (error instanceof UnreadableFile) yield { row: row + 1, problem: error.message };
    // The parser's own message quotes the row.
    else if (error instanceof CsvError)
      yield { row: row + 1, problem: 'this is not CSV: look for a quotation mark without its partner' };
    else throw error;
  }
}
