import { Command } from 'commander';
import { callHead, callIdsAfter } from '../calls/calls.store.ts';
import type { LedgerEntry } from '../ledger/entry.ts';
import { LEDGER_ENTRIES } from '../ledger/ledger.entries.ts';
import { Ledger } from '../ledger/ledger.service.ts';
import { callStream, parseStream, type Stream, SYSTEM_STREAM, streamName } from '../ledger/stream.ts';
import { allStreams, type CallHeads, type VerifiedStream, verifyStored } from '../ledger/verify.service.ts';
import type { StreamDifference } from '../ledger/verify.ts';
import { readOpaqueId } from '../platform/opaque-id.ts';
import type { Knex } from '../storage/connect.ts';
import { describeDatabase } from '../storage/database-trouble.ts';
import { AS_OPTION, personRunning } from './person.ts';
import { CommandRefused, readSettings, type Terminal, withDatabase } from './terminal.ts';

/** Where `hotline audit` finds the ends of calls' streams. */
export const CALL_HEADS: CallHeads = { headOf: callHead, idsAfter: callIdsAfter };
/** More differences than this say nothing new; the rest is told as a number. */
const MOST_DIFFERENCES_TOLD = 20;

const ledger = new Ledger(LEDGER_ENTRIES);

interface AuditOptions {
  readonly stream?: string;
  readonly all?: true;
  readonly as?: string;
  readonly demo?: true;
}

/** A stream's entries as lines to read: number, time, type, step, what was recorded, rules (R11.1). */
function entryLines(entries: readonly LedgerEntry[]): readonly string[] {
  const width = Math.max(0, ...entries.map((entry) => entry.type.length));
  return entries.map((entry) => {
    const time = new Date(entry.at).toISOString().slice(0, 23).replace('T', ' ');
    const data = Object.entries(entry.data).map(([name, value]) => `${name}=${String(value)}`);
    const rules = entry.rules.length > 0 ? `[${entry.rules.join(' ')}]` : '';
    const step = entry.step ?? '';
    const words = [String(entry.seq).padStart(3), time, entry.type.padEnd(width), step, ...data, rules];
    return words.filter((word) => word !== '').join('  ');
  });
}

/** One difference as a sentence: what was calculated, and what the entry or the database says instead. */
function differenceSentence(stream: Stream, difference: StreamDifference): string {
  const { where, what, calculated, recorded } = difference;
  const keeper = stream.kind === 'call' ? 'the call' : 'the stream';
  if (where === 'end')
    return recorded === undefined
      ? `the end: calculated ${what} ${calculated}, but the database knows no such ${stream.kind === 'call' ? 'call' : 'stream'}`
      : `the end: calculated ${what} ${calculated}, but ${keeper} says ${recorded}`;
  return `entry ${where}: calculated ${what} ${calculated}, but the entry says ${recorded ?? 'nothing'}`;
}

function verdictLines({ stream, differences }: VerifiedStream): readonly string[] {
  if (differences.length === 0)
    return ['The chain of hashes is unbroken and ends where the database says it does.'];
  const told = differences.slice(0, MOST_DIFFERENCES_TOLD).map((one) => differenceSentence(stream, one));
  const untold = differences.length - told.length;
  return [
    `THE CHAIN OF HASHES IS BROKEN in ${streamName(stream)}:`,
    ...told,
    ...(untold > 0 ? [`and ${untold} more differences`] : []),
  ];
}

/** Records who reads, before anything is shown. In the system's stream: a read must not lengthen a call's own. */
async function recordRead(
  knex: Knex,
  terminal: Terminal,
  person: string,
  read: Stream | 'all',
): Promise<void> {
  const data = read === 'all' ? { person, stream: 'all' } : { person, stream: read.kind, streamId: read.id };
  await knex.transaction((transaction) =>
    ledger.append(
      transaction,
      SYSTEM_STREAM,
      [{ type: 'record.read', rules: ['R11.1'], data }],
      terminal.clock.now(),
    ),
  );
}

export async function auditOne(
  knex: Knex,
  terminal: Terminal,
  stream: Stream,
  person: string,
): Promise<void> {
  if (!/^[\x21-\x7e]{1,64}$/.test(stream.id)) throw new CommandRefused(nothingRecorded(stream));
  await recordRead(knex, terminal, person, stream);
  const verified = await verifyStored(knex, stream, CALL_HEADS);
  const { entries, head, differences } = verified;
  if (entries.length === 0 && head === undefined) throw new CommandRefused(nothingRecorded(stream));
  for (const line of entryLines(entries)) terminal.print(line);
  const releases = new Set(
    entries.flatMap(({ release }) => (release === undefined ? [] : [release.slice(0, 12)])),
  );
  const decidedBy = releases.size > 0 ? `, flow and policy release ${[...releases].join(', ')}` : '';
  terminal.print(`${entries.length} entries, times in UTC${decidedBy}`);
  for (const line of verdictLines(verified)) terminal.print(line);
  if (differences.length > 0)
    throw new CommandRefused(`The entries of ${streamName(stream)} were changed after they were written.`);
}

function nothingRecorded(stream: Stream): string {
  return stream.kind === 'call'
    ? 'No call with this CallSid is recorded.'
    : `Nothing is recorded of ${streamName(stream)}.`;
}

async function auditAll(knex: Knex, terminal: Terminal, person: string): Promise<void> {
  await recordRead(knex, terminal, person, 'all');
  const broken: string[] = [];
  let [streams, entries] = [0, 0];
  for await (const stream of allStreams(knex, CALL_HEADS)) {
    const verified = await verifyStored(knex, stream, CALL_HEADS);
    streams += 1;
    entries += verified.entries.length;
    if (verified.differences.length === 0) continue;
    broken.push(streamName(stream));
    for (const line of verdictLines(verified)) terminal.print(line);
  }
  terminal.print(`${streams} streams with ${entries} entries were read.`);
  if (broken.length > 0)
    throw new CommandRefused(`${broken.length} streams were changed after they were written.`);
  terminal.print('Every chain of hashes is unbroken and ends where the database says it does.');
}

function streamAsked(callId: string | undefined, { stream, all }: AuditOptions): Stream | 'all' {
  const asked = [callId, stream, all].filter((one) => one !== undefined);
  if (asked.length !== 1)
    throw new CommandRefused('Name one thing to audit: a CallSid, --stream KIND:ID or --all.');
  if (all) return 'all';
  if (callId !== undefined) return callStream(readOpaqueId(callId) ?? '');
  const parsed = parseStream(stream ?? '');
  if (parsed) return parsed;
  throw new CommandRefused('A stream is written KIND:ID, for example call:CA… or system:hotline.');
}

/** `hotline audit`: prints a stream of the record, or checks all of them. Fails, and says where, when one does not hold. */
export function auditCommand(terminal: Terminal): Command {
  return new Command('audit')
    .description(
      'print what is recorded of a call or another stream, and check that nothing of it was changed',
    )
    .argument('[callid]', "the carrier's CallSid")
    .option('--stream <kind:id>', 'another stream: customer, session, case, release or system')
    .option('--all', 'check every stream and print only what differs')
    .option(...AS_OPTION)
    .option('--demo', 'look in the demo database')
    .action(async (callId: string | undefined, options: AuditOptions) => {
      const asked = streamAsked(callId, options);
      const person = personRunning(options.as);
      const { database } = readSettings(terminal, options.demo ? 'demo' : 'tool');
      await withDatabase(
        database,
        options.demo
          ? 'There is no demo database yet: run `npm run demo` first.'
          : `There is no database at ${describeDatabase(database)}; for a call of the demo add --demo.`,
        (knex) =>
          asked === 'all' ? auditAll(knex, terminal, person) : auditOne(knex, terminal, asked, person),
      );
    });
}
