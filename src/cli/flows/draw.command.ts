import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { drawFlow } from '../../diagram/draw.ts';
import { GENERATED } from '../../diagram/picture.ts';
import { loadRelease } from '../../flow/release-files.service.ts';
import { CommandRefused, type Terminal } from '../terminal.ts';
import { releaseFiles } from './check.command.ts';

interface DrawOptions {
  readonly flow?: string;
  readonly policy?: string;
  readonly company?: string;
  readonly locales?: string;
  readonly folder: string;
  readonly check?: true;
}

/** Where the pictures are kept, below the project. */
const FOLDER = resolve(import.meta.dirname, '../../../docs/flow');

/** The generated files in a folder; anything else in it is left alone. */
async function picturesIn(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch((): string[] => []);
  const generated: string[] = [];
  for (const name of names.filter((one) => /\.(svg|mmd|md)$/.test(one)).sort())
    if ((await readFile(join(folder, name), 'utf8')).includes(GENERATED)) generated.push(name);
  return generated;
}

/** What is wrong with a folder of generated files: missing, different, or of a picture there is no more. */
async function staleFiles(folder: string, drawn: ReadonlyMap<string, string>): Promise<readonly string[]> {
  const stale: string[] = [];
  for (const [name, text] of drawn) {
    const kept = await readFile(join(folder, name), 'utf8').catch(() => undefined);
    if (kept !== text) stale.push(`${join(folder, name)} is ${kept === undefined ? 'missing' : 'stale'}`);
  }
  for (const name of await picturesIn(folder))
    if (!drawn.has(name)) stale.push(`${join(folder, name)} is of no picture any more`);
  return stale;
}

/** `flows draw`: draws the flow as pictures, or tells whether the ones that are kept still show it. */
export function drawCommand(terminal: Terminal): Command {
  return new Command('draw')
    .description('draw the flow, one picture per lane, as SVG and Mermaid')
    .option('--flow <file>', 'another flow file')
    .option('--policy <file>', 'another policy file')
    .option('--company <file>', 'another company file')
    .option('--locales <folder>', 'another folder of words, with a folder for each language')
    .option('--folder <folder>', 'where the pictures are kept', FOLDER)
    .option('--check', 'write nothing; fail when the pictures are stale')
    .action(async ({ folder, check, ...files }: DrawOptions) => {
      const loaded = await loadRelease(releaseFiles(terminal, files));
      if (!loaded.ok)
        throw new CommandRefused([
          'What is refused is not drawn:',
          ...loaded.problems.map((problem) => `- ${problem}`),
        ]);
      const drawn = drawFlow(loaded.release);
      if (check) {
        const stale = await staleFiles(folder, drawn);
        if (stale.length > 0) throw new CommandRefused([...stale, 'Draw them again: npm run flows -- draw']);
        terminal.print(`${drawn.size} files in ${folder} show the flow as it is.`);
        return;
      }
      await mkdir(folder, { recursive: true });
      for (const name of await picturesIn(folder)) if (!drawn.has(name)) await rm(join(folder, name));
      for (const [name, text] of drawn) await writeFile(join(folder, name), text);
      terminal.print(`${drawn.size} files written to ${folder}.`);
    });
}
