import { readFile, writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import type { Release } from '../../flow/release.ts';
import { loadRelease } from '../../flow/release-files.service.ts';
import { CommandRefused, type Terminal } from '../terminal.ts';
import { releaseFiles } from './check.command.ts';

interface DocumentOptions {
  readonly flow?: string;
  readonly policy?: string;
  readonly company?: string;
  readonly locales?: string;
  readonly file: string;
  readonly check?: true;
}

/** A document that is made from the files of a release. */
interface GeneratedDocument {
  /** The command that makes it. */
  readonly name: string;
  readonly description: string;
  /** Where it is kept. */
  readonly file: string;
  /** Said of a fresh one, after its name. */
  readonly fresh: string;
  /** Throws CommandRefused where it cannot be made. */
  readonly make: (release: Release) => string;
}

/** A command that writes a generated document, and with `--check` refuses a stale one and writes nothing. */
export function documentCommand(terminal: Terminal, document: GeneratedDocument): Command {
  return new Command(document.name)
    .description(document.description)
    .option('--flow <file>', 'another flow file')
    .option('--policy <file>', 'another policy file')
    .option('--company <file>', 'another company file')
    .option('--locales <folder>', 'another folder of words, with a folder for each language')
    .option('--file <file>', 'where the document is kept', document.file)
    .option('--check', 'write nothing; fail when the document is stale')
    .action(async ({ file, check, ...files }: DocumentOptions) => {
      const loaded = await loadRelease(releaseFiles(terminal, files));
      if (!loaded.ok) throw new CommandRefused(loaded.problems);
      const made = document.make(loaded.release);
      if (!check) {
        await writeFile(file, made);
        terminal.print(`${file} written.`);
        return;
      }
      const kept = await readFile(file, 'utf8').catch(() => undefined);
      if (kept !== made)
        throw new CommandRefused([
          `${file} is ${kept === undefined ? 'missing' : 'stale'}`,
          `Write it again: npm run flows -- ${document.name}`,
        ]);
      terminal.print(`${file} ${document.fresh}`);
    });
}
