import { Command } from 'commander';
import { type FreezeTelling, pendingTellings } from '../freeze/freeze-tellings.store.ts';
import { type Instant, MINUTE } from '../platform/clock.ts';
import { describeDatabase } from '../storage/database-trouble.ts';
import { readSettings, type Terminal, withDatabase } from './terminal.ts';

/** More lines than people read at once; the oldest come first. */
const MOST_TOLD = 100;

interface FreezesOptions {
  readonly demo?: true;
}

/** One freeze as a line: since when it was asked for, whose, and how often the core was asked. */
function lineOf({ askedAt, createdAt, customerId, callId, tries }: FreezeTelling, now: Instant): string {
  const asked = new Date(askedAt).toISOString().slice(0, 16).replace('T', ' ');
  const waits = Math.max(0, Math.floor((now - createdAt) / MINUTE));
  return `${asked} UTC  customer ${customerId}  call ${callId ?? '-'}  ${tries} tries in ${waits} min`;
}

/** `hotline freezes`: the freezes that the core system has not answered yet, oldest first. */
export function freezesCommand(terminal: Terminal): Command {
  return new Command('freezes')
    .description('list the freezes that the core system has not answered yet')
    .option('--demo', 'in the demo database')
    .action(async (options: FreezesOptions) => {
      const { database } = readSettings(terminal, options.demo ? 'demo' : 'tool');
      const pending = await withDatabase(
        database,
        `There is no database at ${describeDatabase(database)}.`,
        (knex) => pendingTellings(knex, MOST_TOLD),
      );
      if (pending.length === 0) {
        terminal.print('The core system has answered every freeze.');
        return;
      }
      terminal.print('The core system has not answered these freezes; they are repeated until it does:');
      for (const telling of pending) terminal.print(lineOf(telling, terminal.clock.now()));
      if (pending.length === MOST_TOLD) terminal.print('There may be more.');
    });
}
