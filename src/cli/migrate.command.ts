import { Command } from 'commander';
import { describeDatabase } from '../storage/database-trouble.ts';
import { migrate } from '../storage/migrate.ts';
import { readSettings, type Terminal, withConnection } from './terminal.ts';

/** `hotline migrate`: brings the schema up to date, creating the database file where there is none. */
export function migrateCommand(terminal: Terminal): Command {
  return new Command('migrate')
    .description('bring the database schema up to date; safe to repeat')
    .action(async () => {
      const { database } = readSettings(terminal, 'tool');
      const ran = await withConnection(database, migrate);
      for (const name of ran) terminal.print(`ran ${name}`);
      terminal.print(`The schema of ${describeDatabase(database)} is up to date.`);
    });
}
