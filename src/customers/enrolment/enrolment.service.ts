import type { Knex } from 'knex';
import { PIN_KINDS } from '../../actions/requirement.ts';
import type { Instant } from '../../platform/clock.ts';
import type { Policy } from '../../policy/policy.ts';
import { sampleCustomers } from '../customers.store.ts';
import { keysOpenCustomer } from '../key-rotation.service.ts';
import type { FileSource } from './csv-rows.service.ts';
import { type EnrolmentProblem, Findings, type Notices, type Question } from './findings.ts';
import { judgeRows, type Mode, type Verdict } from './judge-rows.service.ts';
import { readEnrolmentFile } from './read-file.service.ts';
import type { EnrolmentRow, RowContext } from './read-row.ts';
import { type EnrolmentSummary, Tally } from './summary.ts';
import { SeenInFile } from './twice-in-file.ts';
import { PORTION_ROWS, type Writing, writePortion } from './write-portion.service.ts';

interface EnrolmentOptions {
  readonly dryRun: boolean;
  readonly mode: Mode;
  /** Rows with a problem are left out; otherwise one of them keeps the whole file out. */
  readonly skipBad: boolean;
  /** Questions that a person has looked at. */
  readonly accepted: readonly Question[];
  readonly dateOrder: RowContext['dateOrder'];
}

interface Told {
  readonly summary: EnrolmentSummary;
  readonly refusedRows: number;
  /** The first of the problems, and how many there are. */
  readonly problems: readonly EnrolmentProblem[];
  readonly problemCount: number;
  readonly notices: Notices;
}

export type EnrolmentResult =
  | ({ readonly kind: 'enrolled' | 'checked' | 'refused' } & Told)
  /** The keys are not those the customers of this database are sealed with. */
  | { readonly kind: 'wrong_keys' };

type Enrolment = Writing & {
  readonly knex: Knex;
  readonly policy: Policy;
  /** Told how many rows are done, now and then, while a file is written. */
  readonly onProgress?: (rows: number) => void;
};

/**
 * Brings the customers of a CSV file in (E1, R11.2). The whole file is checked before anything is written; one wrong row keeps
 * all of it out, unless bad rows are to be skipped. It is written in portions of PORTION_ROWS, each of them wholly or not at
 * all: what a break in between leaves out, the same file brings in when it is run again in mode `update` or `skip`.
 */
export async function enrolCustomers(
  enrolment: Enrolment,
  source: FileSource,
  options: EnrolmentOptions,
  now: Instant,
): Promise<EnrolmentResult> {
  for (const customer of await sampleCustomers(enrolment.knex))
    if (!keysOpenCustomer(customer, enrolment.keyring)) return { kind: 'wrong_keys' };
  const checked = await walk(enrolment, source, options, now, (rows) =>
    judgeRows(enrolment.knex, rows, { ...enrolment, mode: options.mode, now }),
  );
  if (checked.fileRefused || (checked.told.problemCount > 0 && !options.skipBad))
    return { kind: 'refused', ...checked.told };
  if (options.dryRun) return { kind: 'checked', ...checked.told };
  const { added, changed } = checked.told.summary;
  if (added + changed === 0) return { kind: 'enrolled', ...checked.told };

  let done = 0;
  const written = await walk(enrolment, source, options, now, async (rows) => {
    const verdicts = await writePortion(enrolment, rows, { ...options, now });
    done += rows.length;
    if (rows.length === PORTION_ROWS) enrolment.onProgress?.(done);
    return verdicts;
  });
  const failed = written.told.problemCount > 0 && !options.skipBad;
  return { kind: failed ? 'refused' : 'enrolled', ...written.told };
}

/** Reads the file from its begin and hands its rows on in portions; gathers what became of each. */
async function walk(
  { policy }: Enrolment,
  source: FileSource,
  options: EnrolmentOptions,
  now: Instant,
  take: (rows: readonly EnrolmentRow[]) => Promise<readonly Verdict[]>,
): Promise<{ readonly told: Told; readonly fileRefused: boolean }> {
  const findings = new Findings(options.accepted);
  const tally = new Tally(policy);
  const seen = new SeenInFile();
  let portion: EnrolmentRow[] = [];
  const finish = async () => {
    const verdicts = portion.length === 0 ? [] : await take(portion);
    for (const verdict of verdicts) count(verdict, tally, findings);
    portion = [];
  };
  const context = { policy, dateOrder: options.dateOrder, now };
  for await (const { customer } of readEnrolmentFile(source, context, findings)) {
    if (!customer) continue;
    const twice = seen.take(customer);
    tally.reach(customer);
    if (twice) findings.refuse([twice]);
    else portion.push(customer);
    if (portion.length === PORTION_ROWS) await finish();
  }
  await finish();
  askAboutRounding(seen, findings);
  const { problems, problemCount, refusedRows, notices, fileRefused } = findings;
  return { told: { summary: tally.summary, problems, problemCount, refusedRows, notices }, fileRefused };
}

function askAboutRounding(seen: SeenInFile, findings: Findings): void {
  if (!seen.looksRounded || findings.accepts('rounded')) {
    for (let n = 0; n < seen.roundedIds; n++) findings.notice('rounded_ids');
    return;
  }
  const problem = `${seen.roundedIds} national IDs end in 000: a spreadsheet keeps 15 digits and makes zeros of the rest; make the column text and fill it anew from the source (if they are right all the same: --accept rounded)`;
  findings.refuseFile([{ row: 1, column: 'national_id', problem }]);
}

function count(verdict: Verdict, tally: Tally, findings: Findings): void {
  const { row } = verdict;
  if (verdict.kind === 'add') tally.added(row);
  else if (verdict.kind === 'change') tally.changed(row, verdict.difference);
  else if (verdict.kind === 'unchanged') tally.unchanged();
  else if (verdict.kind === 'refuse') findings.refuse([verdict.problem]);
  else tally.skipped();
  if ('customer' in verdict) tally.consent({ ...verdict.customer.facts, ...row.facts });
  else if (verdict.kind === 'add') tally.consent(row.facts);
  const isCompared = verdict.kind === 'change' || verdict.kind === 'unchanged';
  if (isCompared && PIN_KINDS.some((kind) => row.pins[kind] !== undefined))
    findings.notice('pins_not_looked_at');
}
