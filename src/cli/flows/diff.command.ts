import { Command } from 'commander';
import { makeRelease, type ReleaseTexts } from '../../flow/load-release.ts';
import { type ReleaseFiles, readReleaseTexts } from '../../flow/release-files.service.ts';
import { changeLines, describeChanges } from '../../releases/changes/changes.ts';
import { storedRelease, storedTexts } from '../../releases/releases.store.ts';
import type { Knex } from '../../storage/connect.ts';
import { CommandRefused, type Terminal } from '../terminal.ts';
import { releaseFiles } from './check.command.ts';
import { nameRelease, refusalSentences, releaseNamed, withReleases } from './published.ts';

interface DiffOptions extends Partial<ReleaseFiles> {
  readonly from: string;
  readonly to?: string;
  readonly files?: true;
  readonly demo?: true;
}

interface Side {
  readonly name: string;
  readonly texts: ReleaseTexts;
}

async function storedSide(knex: Knex, name: string): Promise<Side> {
  const release = await releaseNamed(knex, name);
  // Also that this version of the program can still read it.
  await storedRelease(knex, release.hash);
  const texts = await storedTexts(knex, release.hash);
  if (!texts) throw new CommandRefused(`There is no release ${name}.`);
  return { name: nameRelease(release), texts };
}

async function filesSide(terminal: Terminal, files: Partial<ReleaseFiles>): Promise<Side> {
  const read = await readReleaseTexts(releaseFiles(terminal, files));
  const made = read.ok ? makeRelease(read.texts) : read;
  if (!read.ok || !made.ok)
    throw new CommandRefused(refusalSentences({ reason: 'unfit', problems: made.ok ? [] : made.problems }));
  return { name: 'the files', texts: read.texts };
}

/** `flows diff`: what is different for callers, in words. */
export function diffCommand(terminal: Terminal): Command {
  return new Command('diff')
    .description(
      'say in words what changes for callers, from a published release to the files or to another release',
    )
    .option('--from <release>', 'number or hash from `flows list`, or active', 'active')
    .option('--to <release>', 'number, hash or active; the files when left out')
    .option('--files', 'to the files; what is meant without --to')
    .option('--flow <file>', 'another flow file')
    .option('--policy <file>', 'another policy file')
    .option('--company <file>', 'another company file')
    .option('--locales <folder>', 'another folder of words, with a folder for each language')
    .option('--demo', 'of the demo database')
    .action(async ({ from, to, files: _files, demo, ...files }: DiffOptions) => {
      await withReleases(terminal, demo ? { demo } : {}, async (knex) => {
        const before = await storedSide(knex, from);
        const after = to === undefined ? await filesSide(terminal, files) : await storedSide(knex, to);
        const lines = changeLines(describeChanges(before.texts, after.texts));
        terminal.print(`From ${before.name} to ${after.name}:`);
        for (const line of lines.length > 0 ? lines : ['Nothing changes for callers.']) terminal.print(line);
      });
    });
}
