import { Command } from 'commander';
import { isDemoCompany } from '../../db/seeds/demo-company.ts';
import { enrolCustomers } from '../customers/enrolment.service.ts';
import { ENROLMENT_COLUMNS, type EnrolmentProblem } from '../customers/enrolment-file.ts';
import { readPolicy, readWhole } from './files.ts';
import { AS_OPTION, personRunning } from './person.ts';
import {
  CommandRefused,
  describeDatabase,
  readSettings,
  requireKeys,
  type Terminal,
  withDatabase,
} from './terminal.ts';

/** More lines than this scroll out of sight; the rest is told as a number. */
const MOST_PROBLEMS_TOLD = 200;

/** `hotline enrol FILE.csv`: enrols every customer of the file, or none and says why. */
export function enrolCommand(terminal: Terminal): Command {
  return new Command('enrol')
    .description(`enrol customers from a CSV file (UTF-8) with the columns ${ENROLMENT_COLUMNS.join(', ')}`)
    .argument('<file.csv>')
    .option('--dry-run', 'check everything and write nothing')
    .option(...AS_OPTION)
    .action(async (path: string, options: { dryRun?: true; as?: string }) => {
      const person = personRunning(options.as);
      const config = readSettings(terminal, 'tool');
      const keyring = requireKeys(config);
      const policy = await readPolicy(config.files.policy);
      const file = await readWhole(path);
      const result = await withDatabase(
        config.database,
        `There is no database at ${describeDatabase(config.database)} yet: run \`npm run -s hotline -- migrate\` first.`,
        async (knex) => {
          if (await isDemoCompany(knex))
            throw new CommandRefused('This is the demo database: real customers do not belong in it.');
          const dryRun = options.dryRun === true;
          const { random, clock } = terminal;
          return enrolCustomers({ knex, keyring, random, policy, person }, file, { dryRun }, clock.now());
        },
      );
      switch (result.kind) {
        case 'wrong_keys':
          throw new CommandRefused(
            'The keys are not those the customers of this database are sealed with: nothing was written.',
          );
        case 'refused':
          throw new CommandRefused([...tell(result.problems), 'Nothing was written.']);
        default:
          terminal.print(
            result.kind === 'enrolled'
              ? `Enrolled ${result.customers} customers.`
              : `${result.customers} customers can be enrolled; nothing was written.`,
          );
          if (result.withoutPin > 0)
            terminal.print(`${result.withoutPin} of them lack a PIN and have to set it in person.`);
      }
    });
}

/** One line per problem, in the order of the file. */
function tell(problems: readonly EnrolmentProblem[]): readonly string[] {
  const lines = [...problems]
    .sort((a, b) => a.row - b.row)
    .slice(0, MOST_PROBLEMS_TOLD)
    .map(({ row, column, problem }) => `row ${row}${column ? `, ${column}` : ''}: ${problem}`);
  const untold = problems.length - lines.length;
  return untold > 0 ? [...lines, `and ${untold} more`] : lines;
}
