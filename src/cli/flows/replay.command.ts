import { Command } from 'commander';
import type { StoredCall } from '../../calls/calls.store.ts';
import { callsSince, findCall, turnsOfCall } from '../../calls/calls.store.ts';
import {
  compareCall,
  type Divergence,
  type RecordedCall,
  recordedCall,
  replayCall,
} from '../../calls/replay.ts';
import { CARRIERS } from '../../carriers/catalogue.ts';
import type { Release } from '../../flow/release.ts';
import { loadRelease, type ReleaseFiles } from '../../flow/release-files.service.ts';
import { DAY, HOUR, MINUTE } from '../../platform/clock.ts';
import type { Keyring } from '../../platform/keyring.ts';
import { readOpaqueId } from '../../platform/opaque-id.ts';
import { storedRelease } from '../../releases/releases.store.ts';
import type { Knex } from '../../storage/connect.ts';
import { describeDatabase } from '../../storage/database-trouble.ts';
import { CommandRefused, readSettings, requireKeys, type Terminal, withDatabase } from '../terminal.ts';
import { releaseFiles } from './check.command.ts';

const UNITS = { d: DAY, h: HOUR, m: MINUTE } as const;

/** `30d`, `12h` or `90m` in milliseconds. */
function spanOf(text: string): number {
  const [, count, unit] = /^(\d{1,5})([dhm])$/.exec(text) ?? [];
  if (count === undefined || unit === undefined)
    throw new CommandRefused(`${text} is not a time such as 30d, 12h or 90m.`);
  return Number(count) * UNITS[unit as keyof typeof UNITS];
}

/** Runs `work` on the recorded calls of this deployment, or of the demo. */
async function withRecordedCalls(
  terminal: Terminal,
  demo: boolean,
  work: (store: { readonly knex: Knex; readonly keyring: Keyring }) => Promise<void>,
): Promise<void> {
  const config = readSettings(terminal, demo ? 'demo' : 'tool');
  const keyring = requireKeys(config);
  const ifMissing = demo
    ? 'There is no demo database yet: run `npm run demo` first.'
    : `There is no database at ${describeDatabase(config.database)}; for the calls of the demo add --demo.`;
  await withDatabase(config.database, ifMissing, (knex) => work({ knex, keyring }));
}

/** The public address the answers of a call were made for. */
function publicUrlOf(call: RecordedCall): string {
  return (
    call.turns
      .map(({ answer }) => /="(https?:[^"]*?)\/voice\/turn\?/.exec(answer)?.[1])
      .find((url) => url !== undefined) ?? ''
  );
}

interface Recorded {
  readonly stored: StoredCall;
  readonly call: RecordedCall;
}

async function findRecorded(knex: Knex, keyring: Keyring, id: string): Promise<Recorded | undefined> {
  const stored = await findCall(knex, keyring, id);
  if (!stored) return undefined;
  return { stored, call: recordedCall(stored, await turnsOfCall(knex, keyring, id)) };
}

/** The releases calls ran on, each loaded once; undefined where the database does not have it. */
function releasesOf(knex: Knex): (hash: string) => Promise<Release | undefined> {
  const known = new Map<string, Release | undefined>();
  return async (hash) => {
    if (!known.has(hash)) known.set(hash, await storedRelease(knex, hash));
    return known.get(hash);
  };
}

/** `flows replay`: decides recorded calls again under the releases they ran on; every answer must come out byte for byte. */
export function replayCommand(terminal: Terminal): Command {
  return new Command('replay')
    .description(
      'decide recorded calls again under the release they ran on; every answer must be the same, byte for byte',
    )
    .option('--last <span>', 'calls that began within this time, such as 30d or 12h', '30d')
    .option('--call <sid>', 'one call only')
    .option('--demo', 'the calls of the demo')
    .action(async (options: { last: string; call?: string; demo?: true }) => {
      const since = terminal.clock.now() - spanOf(options.last);
      await withRecordedCalls(terminal, options.demo === true, async ({ knex, keyring }) => {
        const releaseOf = releasesOf(knex);
        const ids =
          options.call === undefined ? await callsSince(knex, since) : [readOpaqueId(options.call) ?? ''];
        let [same, turns] = [0, 0];
        const problems: string[] = [];
        for (const id of ids) {
          const recorded = await findRecorded(knex, keyring, id);
          const release = recorded && (await releaseOf(recorded.stored.release));
          if (!recorded || !release) {
            problems.push(`${id}: ${recorded ? 'its release is not stored here' : 'there is no such call'}`);
            continue;
          }
          const renderer = CARRIERS.twilio.createRenderer({
            publicUrl: publicUrlOf(recorded.call),
            prompts: release.prompts,
          });
          const result = replayCall(recorded.call, release, renderer);
          if (result.kind === 'same') {
            same += 1;
            turns += result.turns;
          } else {
            problems.push(
              `${id}: turn ${result.seq} at ${result.step} comes out differently (${result.why.replaceAll('_', ' ')})`,
            );
          }
        }
        terminal.print(
          `${same} of ${ids.length} calls decided again, ${turns} answers the same byte for byte.`,
        );
        if (problems.length > 0) throw new CommandRefused(problems);
      });
    });
}

/** `flows what-if`: who would have been treated differently under a proposed release. Changes nothing. */
export function whatIfCommand(terminal: Terminal): Command {
  return new Command('what-if')
    .description(
      'decide recorded calls under a proposed release and tell who would be treated differently; changes nothing',
    )
    .option('--demo', 'the calls of the demo')
    .option('--release <hash>', 'a stored release; without it the files are the proposal')
    .option('--last <span>', 'calls that began within this time, such as 30d or 12h', '30d')
    .option('--flow <file>', 'another flow file')
    .option('--policy <file>', 'another policy file')
    .option('--company <file>', 'another company file')
    .option('--locales <folder>', 'another folder of words, with a folder for each language')
    .action(async (options: { last: string; release?: string; demo?: true } & Partial<ReleaseFiles>) => {
      const { last, release: hash, demo, ...files } = options;
      const since = terminal.clock.now() - spanOf(last);
      await withRecordedCalls(terminal, demo === true, async ({ knex, keyring }) => {
        const releaseOf = releasesOf(knex);
        const proposed = hash === undefined ? await proposedFiles(terminal, files) : await releaseOf(hash);
        if (!proposed) throw new CommandRefused(`There is no release ${hash}.`);
        const ids = await callsSince(knex, since);
        const different = new Map<string, { readonly at: Divergence; readonly calls: string[] }>();
        let [looked, unknown] = [0, 0];
        for (const id of ids) {
          const recorded = await findRecorded(knex, keyring, id);
          const own = recorded && (await releaseOf(recorded.stored.release));
          if (!recorded || !own) {
            unknown += 1;
            continue;
          }
          looked += 1;
          const result = compareCall(recorded.call, own, proposed);
          if (result.kind === 'same') continue;
          const { at } = result;
          const key = [at.step, at.event, at.before, at.after, at.wordsOnly].join(' ');
          const group = different.get(key) ?? { at, calls: [] };
          group.calls.push(id);
          different.set(key, group);
        }
        const groups = [...different.values()].sort((a, b) => b.calls.length - a.calls.length);
        const ways = groups
          .filter(({ at }) => !at.wordsOnly)
          .reduce((sum, { calls }) => sum + calls.length, 0);
        const words = groups
          .filter(({ at }) => at.wordsOnly)
          .reduce((sum, { calls }) => sum + calls.length, 0);
        terminal.print(
          `${looked} calls compared: ${ways} would go another way, ${words} would first differ in words, ${looked - ways - words} would be the same.`,
        );
        for (const { at, calls } of groups) {
          const change = at.wordsOnly ? 'other words or times' : `${at.before} → ${at.after}`;
          terminal.print(
            `${String(calls.length).padStart(6)}  at ${at.step} after ${at.event}: ${change}  (for example ${calls[0]})`,
          );
        }
        if (unknown > 0)
          terminal.print(`${unknown} calls ran on releases that are not stored here and were left out.`);
      });
    });
}

async function proposedFiles(terminal: Terminal, files: Partial<ReleaseFiles>): Promise<Release> {
  const loaded = await loadRelease(releaseFiles(terminal, files));
  if (!loaded.ok)
    throw new CommandRefused([
      'The proposed release is refused:',
      ...loaded.problems.map((problem) => `- ${problem}`),
    ]);
  return loaded.release;
}
