import { basename } from 'node:path';
import { Command, Option } from 'commander';
import { isDemoCompany } from '../../db/seeds/demo-company.ts';
import { COLUMN_RULES, ENROLMENT_COLUMNS } from '../customers/enrolment/columns.ts';
import type { FileSource } from '../customers/enrolment/csv-rows.service.ts';
import type { DateOrder } from '../customers/enrolment/dates.ts';
import { type EnrolmentResult, enrolCustomers } from '../customers/enrolment/enrolment.service.ts';
import { QUESTIONS, type Question } from '../customers/enrolment/findings.ts';
import { MODES, type Mode } from '../customers/enrolment/judge-rows.service.ts';
import { DOCUMENT_KINDS, describeDocuments } from '../jurisdictions/documents.ts';
import { twoCanApprove } from '../staff/proposals.service.ts';
import { describeDatabase } from '../storage/database-trouble.ts';
import { enrolmentCounts, tellEnrolment } from './enrolment-words.ts';
import { datesOption, endFile } from './file-result.ts';
import { piecesOf, readPolicy } from './files.ts';
import { AS_OPTION, personRunning } from './person.ts';
import { digestOfFile, unchangedFile } from './same-file.ts';
import { CommandRefused, readSettings, requireKeys, type Terminal, withDatabase } from './terminal.ts';
import { twoApprovers } from './two-people.ts';

interface EnrolOptions {
  readonly dryRun?: true;
  readonly mode: Mode;
  readonly skipBad?: true;
  readonly accept: readonly Question[];
  readonly dates?: DateOrder;
  readonly json?: true;
  readonly as?: string;
}

const HELP = `
Columns (separated by commas, semicolons or tabs; UTF-8 or UTF-16):
${ENROLMENT_COLUMNS.map((name) => `  ${name.padEnd(20)} ${COLUMN_RULES[name].required ? '' : 'optional: '}${COLUMN_RULES[name].about}`).join('\n')}

Documents (column document):
${DOCUMENT_KINDS.map((kind) => `  ${describeDocuments([kind])}`).join('\n')}

Modes: insert refuses a customer who is enrolled already, skip leaves them as they are, update changes what differs. An update
never touches PINs, locks, budgets or freezes; an empty cell changes nothing; a new phone begins its cooling-off.
The whole file is checked before anything is written. Exit codes: 0 done, 1 nothing written, 3 written without the rows that
were refused, 4 waits for two members of staff. Once two accounts at the desk could approve, they do (/desk/proposals): run the same
command again when both have.`;

/** `hotline enrol FILE.csv`: brings the customers of a file in, or says what is wrong with it. */
export function enrolCommand(terminal: Terminal): Command {
  return new Command('enrol')
    .description('bring customers in from a CSV file: add them, or update those who are enrolled')
    .argument('<file.csv>')
    .option('--dry-run', 'check everything and write nothing')
    .addOption(
      new Option('--mode <mode>', 'what becomes of customers who are enrolled already')
        .choices([...MODES])
        .default('insert'),
    )
    .option('--skip-bad', 'leave out rows with a problem instead of refusing the file')
    .addOption(
      new Option('--accept <questions...>', 'what was looked at and is right')
        .choices([...QUESTIONS])
        .default([]),
    )
    .addOption(datesOption())
    .option('--json', 'print the result as JSON')
    .option(...AS_OPTION)
    .addHelpText('after', HELP)
    .action(async (path: string, options: EnrolOptions) => {
      const { result, untilBreak } = await enrol(terminal, path, options);
      if (untilBreak) throw untilBreak;
      if (!result) return;
      endFile(terminal, result, options.json === true, tellEnrolment);
    });
}

async function enrol(
  terminal: Terminal,
  path: string,
  options: EnrolOptions,
): Promise<{ result?: EnrolmentResult; untilBreak?: unknown }> {
  const person = personRunning(options.as);
  const config = readSettings(terminal, 'tool');
  const keyring = requireKeys(config);
  const policy = await readPolicy(config.files.policy);
  const source = await piecesOf(path);
  let written = 0;
  const onProgress = (rows: number) => {
    written = rows;
    if (!options.json) terminal.print(`${rows} rows are done.`);
  };
  const { random, clock } = terminal;
  try {
    const result = await withDatabase(
      config.database,
      `There is no database at ${describeDatabase(config.database)} yet: run \`npm run -s hotline -- migrate\` first.`,
      async (knex) => {
        if (await isDemoCompany(knex))
          throw new CommandRefused('This is the demo database: real customers do not belong in it.');
        const { mode, skipBad = false, accept: accepted, dates: dateOrder } = options;
        const run = (file: FileSource, dryRun: boolean) =>
          enrolCustomers(
            { knex, keyring, random, policy, person, onProgress },
            file,
            { dryRun, mode, skipBad, accepted, dateOrder },
            clock.now(),
          );
        if (options.dryRun) return run(source, true);
        if (!(await twoCanApprove(knex, clock.now()))) return run(source, false);
        const checked = await run(source, true);
        if (checked.kind !== 'checked') return checked;
        const file = await digestOfFile(source);
        await twoApprovers(terminal, knex, {
          kind: 'enrol',
          bound: { file, mode, skipBad, accepted: [...accepted].sort(), dates: dateOrder ?? null },
          facts: [`${basename(path)}, mode ${mode}`, ...enrolmentCounts(checked)],
          person,
        });
        return run(unchangedFile(source, file), false);
      },
    );
    return { result };
  } catch (error) {
    if (written === 0 || !(error instanceof CommandRefused)) throw error;
    return {
      untilBreak: new CommandRefused([
        error.message,
        `The first ${written} rows are in: run the same file again with --mode update or --mode skip for the rest.`,
      ]),
    };
  }
}
