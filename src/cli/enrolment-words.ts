import type { EnrolmentResult } from '../customers/enrolment/enrolment.service.ts';
import type { Notice, Notices } from '../customers/enrolment/findings.ts';

/** More lines than this scroll out of sight; the rest is told as a number. */
const MOST_PROBLEMS_TOLD = 200;
const MOST_CHANGES_TOLD = 50;

const NOTICE_WORDS: { readonly [notice in Notice]: string } = {
  empty_rows: 'empty rows were left out',
  empty_columns: 'empty columns were left out',
  invisible_characters: 'characters that nobody sees were left out',
  marks_for_text: 'marks of a spreadsheet for text (\' or ="…") were left out',
  spreadsheet_days: "dates were read from a spreadsheet's count of days: check one of them",
  former_numbers: 'phone numbers of before a renumbering were read as those of today',
  one_name: 'customers have one name only',
  looked_at: 'questions were answered with --accept',
  rounded_ids: 'national IDs end in 000, as a spreadsheet rounds them: compare them with the source',
  pins_not_looked_at:
    'rows have PINs of customers who are enrolled: these were not looked at, a PIN is changed in person',
};

type Told = Exclude<EnrolmentResult, { kind: 'wrong_keys' }>;

/** What a file did, or would do, one line for each fact; of customers no more than the last four digits. */
export function tellEnrolment({ kind, summary, notices, refusedRows }: Told): readonly string[] {
  const lines: string[] = [];
  const done = kind === 'enrolled';
  const { withoutPin, noMessages } = summary;
  if (kind !== 'refused') {
    lines.push(counted({ summary, refusedRows }, done));
    if (!done) lines.push('Nothing was written.');
    for (const { row, idLastFour, field, shown } of summary.changes.slice(0, MOST_CHANGES_TOLD))
      lines.push(`row ${row} (ID …${idLastFour}): ${field} ${shown}`);
    lines.push(...changedFields(summary));
    if (withoutPin > 0) lines.push(`${withoutPin} of those added lack a PIN and have to set it in person.`);
  }
  if (kind !== 'refused' && summary.withoutAgreement > 0)
    lines.push(
      `${summary.withoutAgreement} have not accepted the agreement or risk notice in force, as far as is known (policy: consent).`,
    );
  if (noMessages.noPhone > 0) lines.push(`${noMessages.noPhone} have no phone: no code can reach them.`);
  if (noMessages.landline > 0)
    lines.push(
      `${noMessages.landline} have a landline or another number that gets no SMS: no code can reach them.`,
    );
  if (noMessages.country > 0)
    lines.push(
      `${noMessages.country} have a phone in a country the policy sends no codes to (code.countries): no code can reach them.`,
    );
  return [...lines, ...tellNotices(notices)];
}

/** What a checked file would do, in numbers alone: nothing of any customer. */
export function enrolmentCounts(told: Told): readonly string[] {
  return [counted(told, false), ...changedFields(told.summary)];
}

function counted({ summary, refusedRows }: Pick<Told, 'summary' | 'refusedRows'>, done: boolean): string {
  const { added, changed, unchanged, skipped } = summary;
  return `${added} ${done ? 'added' : 'to add'}, ${changed} ${done ? 'changed' : 'to change'}, ${unchanged} unchanged, ${skipped} skipped, ${refusedRows} refused.`;
}

function changedFields({ changedFields: fields }: Told['summary']): readonly string[] {
  return Object.entries(fields).map(([field, count]) => `${count} times changed: ${field}`);
}

/** What was put right in a file, or is worth knowing, one line for each kind. */
export function tellNotices(notices: Notices): readonly string[] {
  return Object.entries(notices).map(
    ([notice, { count, examples }]) =>
      `${count} ${NOTICE_WORDS[notice as Notice]}${examples.length > 0 ? ` (${examples.join('; ')}${count > examples.length ? '; …' : ''})` : ''}`,
  );
}

/** One line per problem, in the order of the file. */
export function tellProblems({
  problems,
  problemCount,
}: Pick<Told, 'problems' | 'problemCount'>): readonly string[] {
  const lines = [...problems]
    .sort((a, b) => a.row - b.row)
    .slice(0, MOST_PROBLEMS_TOLD)
    .map(({ row, column, problem }) => `row ${row}${column ? `, ${column}` : ''}: ${problem}`);
  const untold = problemCount - lines.length;
  return untold > 0 ? [...lines, `and ${untold} more`] : lines;
}
