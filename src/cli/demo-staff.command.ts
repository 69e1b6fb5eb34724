import { Command } from 'commander';
import { isDemoCompany } from '../../db/seeds/demo-company.ts';
import { DEMO_STAFF } from '../../db/seeds/demo-staff.ts';
import type { Instant } from '../platform/clock.ts';
import { type StaffRole, type StaffTier, tierOf } from '../staff/roles.ts';
import { totpCode } from '../staff/totp.ts';
import { CommandRefused, readSettings, type Terminal, withDatabase } from './terminal.ts';

/** Somebody of the demo's desk as a tester needs them, with the code of this moment. */
interface DemoStaffListing {
  readonly name: string;
  readonly role: StaffRole;
  readonly tier: StaffTier | null;
  readonly signIn: string;
  readonly password: string;
  readonly totpSecret: string;
  /** Good until the next one, once. */
  readonly code: string;
  readonly adviserNumber: string;
  /** Where their telephone rings; empty for a person who takes no calls. */
  readonly phone: string;
  readonly languages: readonly string[];
}

/** The people of the demo's desk, with how they sign in now. */
function listDemoStaff(now: Instant): readonly DemoStaffListing[] {
  return DEMO_STAFF.map(({ name, role, signIn, password, totpSecret, number, phone, languages }) => ({
    ...{ name, role, tier: tierOf(role) ?? null, signIn, password, totpSecret },
    ...{ code: totpCode(totpSecret, now), adviserNumber: number, phone, languages },
  }));
}

/** `hotline demo-staff`: prints who works at the demo's desk, with passwords and current codes; refuses any other data. */
export function demoStaffCommand(terminal: Terminal): Command {
  return new Command('demo-staff')
    .description('print who works at the demo’s desk, with password and current code')
    .option('--json', 'as JSON, for programs')
    .action(async (options: { json?: true }) => {
      const { database } = readSettings(terminal, 'demo');
      await withDatabase(
        database,
        'There is no demo database yet: run `npm run demo` first.',
        async (knex) => {
          if (!(await isDemoCompany(knex)))
            throw new CommandRefused(
              'The database of this environment (DATABASE_URL, also in a file .env) is not a demo: leave the setting out to see the desk of `npm run demo`.',
            );
        },
      );
      const listings = listDemoStaff(terminal.clock.now());
      terminal.print(options.json ? JSON.stringify(listings, null, 2) : listings.map(describe).join('\n'));
    });
}

function describe({ name, role, signIn, password, code, totpSecret }: DemoStaffListing): string {
  return `${signIn.padEnd(10)}  code ${code}  password “${password}”  secret ${totpSecret}  ${name}, ${role}`;
}
