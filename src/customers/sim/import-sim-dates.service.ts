import type { Knex } from 'knex';
import { Ledger } from '../../ledger/ledger.service.ts';
import { SYSTEM_STREAM } from '../../ledger/stream.ts';
import type { Instant } from '../../platform/clock.ts';
import { blindIndex, type Keyring } from '../../platform/keyring.ts';
import { CUSTOMER_ENTRIES } from '../customers.entries.ts';
import { sampleCustomers } from '../customers.store.ts';
import type { FileSource } from '../enrolment/csv-rows.service.ts';
import { lockEnrolmentForUpdate } from '../enrolment/enrolment.store.ts';
import { type EnrolmentProblem, Findings, type Notices } from '../enrolment/findings.ts';
import { readRows } from '../enrolment/read-file.service.ts';
import { PORTION_ROWS } from '../enrolment/write-portion.service.ts';
import { keysOpenCustomer } from '../key-rotation.service.ts';
import { judgeSimDate } from './judge-sim-date.ts';
import { readSimRow, type SimRow, type SimRowContext } from './read-sim-row.ts';
import { ownersOfPhones, type SimOwner, setSimDate } from './sim-import.store.ts';

const COLUMNS = ['phone', 'sim_changed_at'] as const;

interface Importing {
  readonly knex: Knex;
  readonly keyring: Keyring;
  /** Who brings the dates in, for the record. */
  readonly person: string;
  /** Told how many rows are done, now and then, while a file is written. */
  readonly onProgress?: (rows: number) => void;
}

interface ImportOptions extends SimRowContext {
  readonly dryRun: boolean;
  /** Rows with a problem are left out; otherwise one of them keeps the whole file out. */
  readonly skipBad: boolean;
  /** A date before the change that is known already is taken: that one was wrong. */
  readonly correct: boolean;
}

/** What a file does, or would do, in customers; `unknownNumbers` in rows, because nobody has them. */
interface SimImportSummary {
  readonly changed: number;
  readonly confirmed: number;
  /** More is known already than the file says. */
  readonly older: number;
  readonly unknownNumbers: number;
}

export type SimImportResult =
  | {
      readonly kind: 'imported' | 'checked' | 'refused';
      readonly summary: SimImportSummary;
      readonly refusedRows: number;
      readonly problems: readonly EnrolmentProblem[];
      readonly problemCount: number;
      readonly notices: Notices;
    }
  | { readonly kind: 'wrong_keys' };

interface Verdict {
  readonly row: SimRow;
  readonly owner: SimOwner;
  readonly kind: 'change' | 'confirmed' | 'older' | 'earlier';
}

const ledger = new Ledger(CUSTOMER_ENTRIES);

/**
 * Brings in when the SIMs of registered phones were last changed (Z5). The whole file is checked before anything is written; it
 * is written in portions, each wholly or not at all, and a second run of the same file changes nothing.
 */
export async function importSimDates(
  importing: Importing,
  source: FileSource,
  options: ImportOptions,
  now: Instant,
): Promise<SimImportResult> {
  for (const customer of await sampleCustomers(importing.knex))
    if (!keysOpenCustomer(customer, importing.keyring)) return { kind: 'wrong_keys' };
  const checked = await walk(source, options, now, (rows) => judge(importing.knex, importing, rows, options));
  if (checked.fileRefused || (checked.told.problemCount > 0 && !options.skipBad))
    return { kind: 'refused', ...checked.told };
  if (options.dryRun) return { kind: 'checked', ...checked.told };
  let done = 0;
  const written = await walk(source, options, now, async (rows) => {
    const judged = await writePortion(importing, rows, options, now);
    done += rows.length;
    if (rows.length === PORTION_ROWS) importing.onProgress?.(done);
    return judged;
  });
  const failed = written.told.problemCount > 0 && !options.skipBad;
  return { kind: failed ? 'refused' : 'imported', ...written.told };
}

interface Judged {
  readonly verdicts: readonly Verdict[];
  readonly unknownNumbers: number;
}

/** Reads the file from its begin and hands its rows on in portions; gathers what became of each. */
async function walk(
  source: FileSource,
  options: ImportOptions,
  now: Instant,
  take: (rows: readonly SimRow[]) => Promise<Judged>,
) {
  const findings = new Findings([]);
  const counts = { changed: 0, confirmed: 0, older: 0, unknownNumbers: 0 };
  const seen = new Map<string, number>();
  let portion: SimRow[] = [];
  const finish = async () => {
    if (portion.length > 0) count(await take(portion), counts, findings);
    portion = [];
  };
  const columns = { names: COLUMNS, required: COLUMNS };
  for await (const { read: row } of readRows(
    source,
    columns,
    (cells) => readSimRow(cells, options),
    findings,
    now,
  )) {
    if (!row) continue;
    const twin = seen.get(row.number);
    if (twin === undefined) {
      seen.set(row.number, row.row);
      portion.push(row);
    } else findings.refuse([{ row: row.row, column: 'phone', problem: `is the same as in row ${twin}` }]);
    if (portion.length === PORTION_ROWS) await finish();
  }
  await finish();
  const { problems, problemCount, refusedRows, notices, fileRefused } = findings;
  return { told: { summary: counts, problems, problemCount, refusedRows, notices }, fileRefused };
}

function count(
  { verdicts, unknownNumbers }: Judged,
  counts: { -readonly [name in keyof SimImportSummary]: number },
  findings: Findings,
): void {
  counts.unknownNumbers += unknownNumbers;
  const refused = new Set<number>();
  for (const { kind, row } of verdicts) {
    if (kind === 'change') counts.changed++;
    else if (kind === 'confirmed') counts.confirmed++;
    else if (kind === 'older') counts.older++;
    else refused.add(row.row);
  }
  const problem = 'is before a change that is known already: if that one was wrong, --correct takes this one';
  for (const row of refused) findings.refuse([{ row, column: 'sim_changed_at', problem }]);
}

/** Compares rows with what is known and says what is to be done for each customer. Writes nothing. */
async function judge(
  knex: Knex,
  { keyring }: Pick<Importing, 'keyring'>,
  rows: readonly SimRow[],
  { asOf, correct }: ImportOptions,
): Promise<Judged> {
  const indexOf = ({ number }: SimRow) => blindIndex(keyring, 'phone', number);
  const owners = await ownersOfPhones(knex, rows.map(indexOf));
  let unknownNumbers = 0;
  const verdicts = rows.flatMap((row) => {
    const found = owners.get(indexOf(row)) ?? [];
    if (found.length === 0) unknownNumbers++;
    return found.map((owner): Verdict => {
      const kind = judgeSimDate(owner, { changedAt: row.changedAt, knownAt: asOf }, row.timeZone);
      return { row, owner, kind: kind === 'earlier' && correct ? 'change' : kind };
    });
  });
  return { verdicts, unknownNumbers };
}

/** Writes the dates of some rows, all of them or none, each change with an entry in the customer's stream. */
async function writePortion(
  { knex, keyring, person }: Importing,
  rows: readonly SimRow[],
  options: ImportOptions,
  now: Instant,
): Promise<Judged> {
  return knex.transaction(async (transaction) => {
    await lockEnrolmentForUpdate(transaction, now);
    const judged = await judge(transaction, { keyring }, rows, options);
    if (!options.skipBad && judged.verdicts.some(({ kind }) => kind === 'earlier'))
      return { verdicts: judged.verdicts.filter(({ kind }) => kind === 'earlier'), unknownNumbers: 0 };
    let written = 0;
    for (const { kind, row, owner } of judged.verdicts) {
      if (kind !== 'change' && kind !== 'confirmed') continue;
      written++;
      await setSimDate(transaction, owner.id, kind === 'change' ? row.changedAt : undefined, options.asOf);
      if (kind === 'confirmed') continue;
      const entry = {
        type: 'customer.changed',
        rules: ['Z5', 'R11.1'],
        data: { person, part: 'sim_changed_at' },
      } as const;
      await ledger.append(transaction, { kind: 'customer', id: owner.id }, [entry], now);
    }
    const imported = {
      type: 'sim_dates.imported',
      rules: ['Z5', 'V3.2'],
      data: { person, count: written },
    } as const;
    if (written > 0) await ledger.append(transaction, SYSTEM_STREAM, [imported], now);
    return judged;
  });
}
