import { Option } from 'commander';
import { DATE_ORDERS } from '../customers/enrolment/dates.ts';
import type { EnrolmentProblem } from '../customers/enrolment/findings.ts';
import { tellProblems } from './enrolment-words.ts';
import { CommandRefused, type Terminal } from './terminal.ts';

/** How a file writes dates, where they can be read both ways. */
export function datesOption(): Option {
  return new Option('--dates <order>', 'how dates are written that can be read both ways').choices([
    ...DATE_ORDERS,
  ]);
}

/** Written, but rows with a problem were left out: neither success nor failure. */
const SOME_LEFT_OUT = 3;

/** What became of a file; it was written where its kind is none of these words. */
interface FileResult {
  readonly kind: string;
  readonly refusedRows: number;
  readonly problems: readonly EnrolmentProblem[];
  readonly problemCount: number;
}

/**
 * Prints what became of a file, as JSON or in `lines`, and throws the refusal that its exit code follows from: 1 where nothing
 * was written, 3 where rows were left out.
 */
export function endFile<Result extends FileResult>(
  terminal: Terminal,
  result: Result | { readonly kind: 'wrong_keys' },
  isJson: boolean,
  lines: (result: Result) => readonly string[],
): void {
  if (isJson) terminal.print(JSON.stringify(result, undefined, 2));
  if (!('problems' in result))
    throw new CommandRefused(
      'The keys are not those the customers of this database are sealed with: nothing was written.',
    );
  if (!isJson) for (const line of lines(result)) terminal.print(line);
  if (result.kind === 'refused') throw new CommandRefused([...tellProblems(result), 'Nothing was written.']);
  if (result.refusedRows > 0)
    throw new CommandRefused(
      [...tellProblems(result), `${result.refusedRows} rows were left out.`],
      result.kind === 'checked' ? undefined : SOME_LEFT_OUT,
    );
}
