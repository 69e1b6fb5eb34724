import { Command, Option } from 'commander';
import { isDemoCompany } from '../../db/seeds/demo-company.ts';
import type { DateOrder } from '../customers/enrolment/dates.ts';
import { importSimDates, type SimImportResult } from '../customers/sim/import-sim-dates.service.ts';
import { readMoment } from '../customers/sim/read-sim-row.ts';
import { JURISDICTIONS, type Jurisdiction } from '../jurisdictions/catalogue.ts';
import type { Instant } from '../platform/clock.ts';
import { describeDatabase } from '../storage/database-trouble.ts';
import { tellNotices } from './enrolment-words.ts';
import { datesOption, endFile } from './file-result.ts';
import { piecesOf } from './files.ts';
import { AS_OPTION, personRunning } from './person.ts';
import { CommandRefused, readSettings, requireKeys, type Terminal, withDatabase } from './terminal.ts';

interface SimDatesOptions {
  readonly dryRun?: true;
  readonly skipBad?: true;
  readonly correct?: true;
  readonly asOf?: string;
  readonly home?: Jurisdiction;
  readonly dates?: DateOrder;
  readonly as?: string;
  readonly json?: true;
}

const HELP = `
A file has two columns, separated as in \`hotline enrol\`:
  phone                the registered number, with its country code unless --home says whose numbers these are
  sim_changed_at       when its SIM was last changed: a moment with its zone (2026-01-15T10:30:00+08:00), or a day, which
                       counts to its end where the number is

A date says nothing of what happened since the moment the file is of (--as-of, now when left out): the policy says for how long it
is good (code.simDateGoodForSeconds). Numbers that are nobody's registered phone are counted and not named. A date before a change
that is known already is refused unless --correct says that the other one was wrong.
The whole file is checked before anything is written. Exit codes: 0 done, 1 nothing written, 3 written without the rows that
were refused.`;

/** `hotline sim-dates FILE.csv`: brings in when the SIMs of registered phones were last changed. */
export function simDatesCommand(terminal: Terminal): Command {
  return new Command('sim-dates')
    .description('bring in when the SIMs of registered phones were last changed')
    .argument('<file.csv>')
    .option('--dry-run', 'check everything and write nothing')
    .option('--skip-bad', 'leave out rows with a problem instead of refusing the file')
    .option('--correct', 'take dates before the change that is known already')
    .option('--as-of <moment>', 'the moment the file is of, such as 2026-01-15T10:30:00+08:00')
    .addOption(
      new Option('--home <code>', 'whose numbers are written without a country code').choices([
        ...JURISDICTIONS,
      ]),
    )
    .addOption(datesOption())
    .option('--json', 'print the result as JSON')
    .option(...AS_OPTION)
    .addHelpText('after', HELP)
    .action(async (path: string, options: SimDatesOptions) => {
      const result = await bringIn(terminal, path, options);
      endFile(terminal, result, options.json === true, tell);
    });
}

function asOfIn({ asOf }: SimDatesOptions, now: Instant): Instant {
  if (asOf === undefined) return now;
  const at = readMoment(asOf);
  if (at === undefined)
    throw new CommandRefused('--as-of must be a moment with its zone, such as 2026-01-15T10:30:00+08:00.');
  if (at > now) throw new CommandRefused('--as-of lies in the future: no file knows of that.');
  return at;
}

async function bringIn(terminal: Terminal, path: string, options: SimDatesOptions): Promise<SimImportResult> {
  const person = personRunning(options.as);
  const now = terminal.clock.now();
  const asOf = asOfIn(options, now);
  const config = readSettings(terminal, 'tool');
  const keyring = requireKeys(config);
  const source = await piecesOf(path);
  const onProgress = (rows: number) => {
    if (!options.json) terminal.print(`${rows} rows are done.`);
  };
  return withDatabase(
    config.database,
    `There is no database at ${describeDatabase(config.database)} yet: run \`npm run -s hotline -- migrate\` first.`,
    async (knex) => {
      if (await isDemoCompany(knex))
        throw new CommandRefused('This is the demo database, which has an operator of its own.');
      return importSimDates(
        { knex, keyring, person, onProgress },
        source,
        {
          ...{ asOf, home: options.home, dateOrder: options.dates },
          ...{ dryRun: options.dryRun === true, skipBad: options.skipBad === true },
          correct: options.correct === true,
        },
        now,
      );
    },
  );
}

/** What a file did, or would do, one line for each fact; of numbers nothing. */
function tell({
  kind,
  summary,
  notices,
  refusedRows,
}: Exclude<SimImportResult, { kind: 'wrong_keys' }>): readonly string[] {
  if (kind === 'refused') return tellNotices(notices);
  const { changed, confirmed, older, unknownNumbers } = summary;
  return [
    `${changed} customers ${kind === 'imported' ? 'changed' : 'to change'}, ${confirmed} confirmed, ${older} known better already, ${refusedRows} rows refused.`,
    ...(kind === 'imported' ? [] : ['Nothing was written.']),
    ...(unknownNumbers > 0
      ? [`${unknownNumbers} rows have a number that is nobody's registered phone.`]
      : []),
    ...tellNotices(notices),
  ];
}
