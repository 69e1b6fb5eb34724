import { Command, Option } from 'commander';
import { isDemoCompany } from '../../db/seeds/demo-company.ts';
import { isLanguage, LANGUAGES } from '../locales/catalogue.ts';
import { endOfCalendarDay, isCalendarDay } from '../platform/clock.ts';
import { comparableSignIn, type StaffAccount, type StaffProfile } from '../staff/account.ts';
import { allAccounts, findAccount } from '../staff/accounts.store.ts';
import { type ChangeAsked, requestChange } from '../staff/administration.service.ts';
import type { ChangeRefusal } from '../staff/administration.ts';
import { STAFF_ROLES, type StaffRole } from '../staff/roles.ts';
import { sessionIdsOf } from '../staff/sessions.store.ts';
import { sessionStream } from '../staff/staff-record.service.ts';
import type { Knex } from '../storage/connect.ts';
import { describeDatabase } from '../storage/database-trouble.ts';
import { transactionsOn } from '../storage/transactions.ts';
import { auditOne } from './audit.command.ts';
import { AS_OPTION, personRunning } from './person.ts';
import { CommandRefused, readSettings, type Terminal, withDatabase } from './terminal.ts';

interface AddOptions {
  readonly name: string;
  readonly role: StaffRole;
  readonly number: string;
  readonly languages: readonly string[];
  readonly phone: string;
  readonly qualifiedUntil?: string;
  readonly as?: string;
}

const HELP = `
The first administrator is added at once; so is a change that no other administrator could approve, such as a new link for the
only one. Everything else is a request: an administrator who is not the one changed decides about it at the desk (S3, S4).`;

const REFUSED: { readonly [reason in ChangeRefusal]: string } = {
  not_allowed: 'Nobody but an administrator may ask for this.',
  own_request: 'Nobody approves what they asked for.',
  about_oneself: 'Nobody decides about their own account.',
  gone: 'There is no such account.',
  another_waits:
    'Another request about this person waits: have an administrator decide it at the desk first.',
  sign_in_unfit: 'A sign-in name has 3 to 32 small letters, digits, dots and hyphens, a letter first.',
  name_unfit: 'A name has at most 64 letters, a letter first: give it with --name.',
  number_unfit: 'An adviser number has 4 digits, the first not 0: give it with --number.',
  languages_missing: `Give at least one language with --languages: ${LANGUAGES.join(', ')}.`,
  phone_unfit: 'A phone is a number such as +861058880100 or an address such as sip:agent@pbx.example.',
  sign_in_taken: 'Somebody else has this sign-in name.',
  number_taken: 'Somebody else has this adviser number: give another with --number.',
  nothing_changes: 'Nothing is different.',
  wrong_state: 'This does not fit the state of the account: see `hotline staff list`.',
  last_administrator:
    'There must be an administrator first, and always one left: add somebody with --role administrator.',
};

/** `hotline staff`: who works at the desk. */
export function staffCommand(terminal: Terminal): Command {
  const staff = new Command('staff').description('who works at the desk').addHelpText('after', HELP);
  staff.addCommand(addCommand(terminal));
  staff.addCommand(listCommand(terminal));
  staff.addCommand(logCommand(terminal));
  const about = (name: string, kind: 'disable' | 'enable' | 'reset', description: string) =>
    staff.addCommand(
      new Command(name)
        .description(description)
        .argument('<sign-in>')
        .option(...AS_OPTION)
        .action(async (signIn: string, options: { as?: string }) => {
          await onDesk(terminal, async (knex) => {
            const person = await findAccount(knex, { signIn: comparableSignIn(signIn) });
            if (!person) throw new CommandRefused(`Nobody signs in as ${signIn}.`);
            await ask(terminal, knex, options.as, { kind, staffId: person.id });
          });
        }),
    );
  about('disable', 'disable', 'ask that somebody may not sign in any more');
  about('enable', 'enable', 'ask that somebody who was disabled gets a new link');
  about('reset-link', 'reset', 'ask for a new one-time link, which takes password and second factor away');
  return staff;
}

function addCommand(terminal: Terminal): Command {
  return new Command('add')
    .description('add somebody, who gets a one-time link for setting password and second factor')
    .argument('<sign-in>')
    .requiredOption('--name <name>', 'as colleagues and the record call them')
    .addOption(new Option('--role <role>').choices([...STAFF_ROLES]).makeOptionMandatory())
    .requiredOption('--number <digits>', 'adviser number that callers are told: 4 digits')
    .option('--languages <tags...>', 'spoken with callers, best first', [])
    .option('--phone <address>', 'where calls ring: +86… or sip:…', '')
    .option('--qualified-until <day>', 'YYYY-MM-DD, the last day they may take calls')
    .option(...AS_OPTION)
    .action(async (signIn: string, options: AddOptions) => {
      const profile = profileOf(signIn, options);
      await onDesk(terminal, (knex) => ask(terminal, knex, options.as, { kind: 'add', profile }));
    });
}

function profileOf(signIn: string, options: AddOptions): StaffProfile {
  const { name, role, number, phone, qualifiedUntil: day } = options;
  const unknown = options.languages.find((tag) => !isLanguage(tag));
  if (unknown !== undefined)
    throw new CommandRefused(`${unknown} is no language of this program: ${LANGUAGES.join(', ')}.`);
  if (day !== undefined && !isCalendarDay(day))
    throw new CommandRefused('--qualified-until is a day such as 2027-06-30.');
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
  return {
    ...{ signIn: comparableSignIn(signIn), name: name.trim(), role, number, phone },
    languages: options.languages.filter(isLanguage),
    qualifiedUntil: day === undefined ? undefined : endOfCalendarDay(day, timeZone) + 1,
  };
}

function listCommand(terminal: Terminal): Command {
  return new Command('list')
    .description('who works at the desk, and who may sign in')
    .option('--json', 'as JSON, for programs')
    .action(async (options: { json?: true }) => {
      const people = await onStaff(terminal, 'tool', allAccounts);
      if (options.json) terminal.print(JSON.stringify(people, null, 2));
      else terminal.print(people.length === 0 ? 'Nobody yet.' : people.map(describe).join('\n'));
    });
}

/** What somebody did at the desk, session by session; that it was read is recorded (S4). */
function logCommand(terminal: Terminal): Command {
  return new Command('log')
    .description('print what is recorded of everything somebody did at the desk')
    .argument('<sign-in>')
    .option(...AS_OPTION)
    .option('--demo', 'look in the demo database')
    .action(async (signIn: string, options: { as?: string; demo?: true }) => {
      const reader = personRunning(options.as);
      await onStaff(terminal, options.demo ? 'demo' : 'tool', async (knex) => {
        const person = await findAccount(knex, { signIn: comparableSignIn(signIn) });
        if (!person) throw new CommandRefused(`Nobody signs in as ${signIn}.`);
        const sessions = await sessionIdsOf(knex, person.id);
        if (sessions.length === 0) terminal.print(`${person.name} has not signed in yet.`);
        for (const id of sessions) {
          terminal.print(`Session ${id}`);
          await auditOne(knex, terminal, sessionStream(id), reader);
        }
      });
    });
}

function describe({ signIn, name, role, number, state, qualifiedUntil }: StaffAccount): string {
  const until =
    qualifiedUntil === undefined ? '' : `, qualified until ${new Date(qualifiedUntil).toISOString()}`;
  return `${signIn.padEnd(16)} ${number}  ${state.padEnd(8)} ${role.padEnd(13)} ${name}${until}`;
}

function onStaff<Result>(
  terminal: Terminal,
  mode: 'tool' | 'demo',
  work: (knex: Knex) => Promise<Result>,
): Promise<Result> {
  const { database } = readSettings(terminal, mode);
  const missing = `There is no database at ${describeDatabase(database)} yet: run \`npm run -s hotline -- migrate\` first.`;
  return withDatabase(database, missing, work);
}

/** The same for what changes somebody: not in a demo, whose people are fixed. */
function onDesk(terminal: Terminal, work: (knex: Knex) => Promise<void>): Promise<void> {
  return onStaff(terminal, 'tool', async (knex) => {
    if (await isDemoCompany(knex))
      throw new CommandRefused('This is the demo database: real people do not belong in it.');
    await work(knex);
  });
}

async function ask(
  { clock, random, print }: Terminal,
  knex: Knex,
  as: string | undefined,
  asked: ChangeAsked,
): Promise<void> {
  const parts = { transactions: transactionsOn(knex), random };
  const answer = await requestChange(parts, { person: personRunning(as) }, asked, clock.now());
  if (answer.kind === 'refused') throw new CommandRefused(REFUSED[answer.reason]);
  if (answer.kind === 'waits')
    return print('The request waits for an administrator at the desk, for 7 days. Nothing has changed yet.');
  print('Done.');
  if (answer.link !== undefined)
    print(
      `One-time key, good for 24 hours: ${answer.link}\nIts owner opens /sign-in/link at the address of the desk and types it in. It is shown only now.`,
    );
}
