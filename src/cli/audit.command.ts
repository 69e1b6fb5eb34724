import { Command } from 'commander';
import { type AuditEntry, firstBrokenEntry } from '../ledger/entry.ts';
import { entriesOfCall } from '../ledger/ledger.store.ts';
import { CommandRefused, describeDatabase, readSettings, type Terminal, withDatabase } from './terminal.ts';

/** A call's audit entries as lines to read: number, time, type, step, what was recorded, rules (R11.1). */
export function auditLines(entries: readonly AuditEntry[]): readonly string[] {
  const width = Math.max(0, ...entries.map((entry) => entry.type.length));
  const lines = entries.map((entry) => {
    const time = new Date(entry.at).toISOString().slice(0, 23).replace('T', ' ');
    const data = Object.entries(entry.data).map(([name, value]) => `${name}=${String(value)}`);
    const rules = entry.rules.length > 0 ? `[${entry.rules.join(' ')}]` : '';
    const words = [String(entry.seq).padStart(3), time, entry.type.padEnd(width), entry.step, ...data, rules];
    return words.filter((word) => word !== '').join('  ');
  });
  const releases = [...new Set(entries.map((entry) => entry.release.slice(0, 12)))];
  const broken = firstBrokenEntry(entries);
  return [
    ...lines,
    `${entries.length} entries, times in UTC, flow and policy release ${releases.join(', ')}`,
    broken === undefined
      ? 'The chain of hashes is unbroken.'
      : `THE CHAIN OF HASHES IS BROKEN at entry ${broken}.`,
  ];
}

/** `hotline audit CALLSID`: prints what was decided in a call. Fails when the entries do not hold together. */
export function auditCommand(terminal: Terminal): Command {
  return new Command('audit')
    .description('print the audit entries of a call and check that they hold together')
    .argument('<callsid>', "the carrier's CallSid")
    .option('--demo', 'look in the demo database')
    .action(async (callId: string, options: { demo?: true }) => {
      const { database } = readSettings(terminal, options.demo ? 'demo' : 'tool');
      const entries = await withDatabase(
        database,
        options.demo
          ? 'There is no demo database yet: run `npm run demo` first.'
          : `There is no database at ${describeDatabase(database)}; for a call of the demo add --demo.`,
        (knex) => entriesOfCall(knex, callId),
      );
      if (entries.length === 0) throw new CommandRefused('No call with this CallSid is recorded.');
      for (const line of auditLines(entries)) terminal.print(line);
      if (firstBrokenEntry(entries) !== undefined)
        throw new CommandRefused('The entries of this call were changed after they were written.');
    });
}
