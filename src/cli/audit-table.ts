import { displayWidth } from '../../phone-sim/transcript.ts';
import { describeAmount, isCurrency } from '../jurisdictions/currency.ts';
import type { EntryData, LedgerEntry } from '../ledger/entry.ts';
import type { StreamDifference } from '../ledger/verify.ts';

/** One row of a table; `lead` rows are decisions, the others only steps from one place to the next. */
interface TableRow {
  readonly text: string;
  readonly lead: boolean;
}

const HEADINGS = ['#', 'time (UTC)', 'what', 'step', 'outcome', 'rules'] as const;
const NUMBER_COLUMN = 0;
/** Identifiers say nothing to a reader; `hotline audit` prints them. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  'customerId',
  'codeId',
  'accountId',
  'loanId',
  'payeeId',
  'key',
  'revision',
  'currency',
]);

/** The entries of a call as a table to read, the time only where it changes (R11.1); the last line tells whether they hold together. */
export function auditTable(
  entries: readonly LedgerEntry[],
  differences: readonly StreamDifference[],
): {
  readonly head: string;
  readonly rows: readonly TableRow[];
  readonly verdict: string;
  readonly intact: boolean;
} {
  let last = '';
  const cells = entries.map((entry) => {
    const time = timeOf(entry.at);
    const shown = time === last ? '' : time;
    last = time;
    return [String(entry.seq), shown, entry.type, entry.step ?? '', outcomeOf(entry), entry.rules.join(' ')];
  });
  const widths = HEADINGS.map((heading, column) =>
    Math.max(displayWidth(heading), ...cells.map((row) => displayWidth(row[column] ?? ''))),
  );
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => {
        const space = ' '.repeat(Math.max(0, (widths[column] ?? 0) - displayWidth(cell)));
        return column === NUMBER_COLUMN ? space + cell : cell + space;
      })
      .join('  ')
      .trimEnd();
  const [first] = differences;
  return {
    head: line(HEADINGS),
    rows: cells.map((row, index) => ({ text: line(row), lead: entries[index]?.type !== 'call.step' })),
    verdict:
      first === undefined
        ? `the chain of ${entries.length} entries is intact`
        : `THE CHAIN IS BROKEN at ${first.where === 'end' ? 'the end' : `entry ${first.where}`} of ${entries.length}`,
    intact: first === undefined,
  };
}

const timeOf = (at: number) => new Date(at).toISOString().slice(11, 19);

function outcomeOf({ type, data }: LedgerEntry): string {
  if (type === 'call.step') {
    const language = data.language === undefined ? [] : [`in ${data.language}`];
    return [`${data.event} → ${data.to}`, ...language].join(' ');
  }
  return Object.entries(data)
    .flatMap(([name, value]) =>
      value === undefined || LEFT_OUT.has(name) ? [] : [wordOf(name, value, data)],
    )
    .join(' ');
}

/** A member as a word where the word says enough, otherwise with its name. */
function wordOf(name: string, value: string | number | boolean, data: EntryData): string {
  switch (name) {
    case 'amountMinor':
      return data.currency !== undefined && isCurrency(data.currency)
        ? describeAmount(Number(value), data.currency)
        : `${value} minor units`;
    case 'until':
    case 'expiresAt':
      return `until ${timeOf(Number(value))}`;
    case 'receipt':
    case 'line':
    case 'queue':
    case 'attestation':
    case 'freeze':
    case 'by':
      return `${name} ${value}`;
    default:
      return typeof value === 'boolean' ? `${value ? '' : 'not '}${name}` : String(value);
  }
}
