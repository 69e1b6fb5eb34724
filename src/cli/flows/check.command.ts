import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Command } from 'commander';
import { readWords } from '../../console/words/words-files.service.ts';
import { loadRelease, type ReleaseFiles } from '../../flow/release-files.service.ts';
import type { Property } from '../../prover/properties/property.ts';
import { prove } from '../../prover/prove.ts';
import { counterexamples, isProved, proofLines } from '../../prover/report.ts';
import { CommandRefused, readSettings, type Terminal } from '../terminal.ts';

interface CheckOptions {
  readonly flow?: string;
  readonly policy?: string;
  readonly company?: string;
  readonly locales?: string;
  readonly properties?: string;
  readonly counterexamples: string;
}

/** The files of the release a command works on: the configured ones, each replaced by the option of its name. */
export function releaseFiles(terminal: Terminal, options: Partial<ReleaseFiles>): ReleaseFiles {
  const { files } = readSettings(terminal, 'tool');
  const chosen = (name: keyof ReleaseFiles) => {
    const given = options[name];
    return given === undefined ? files[name] : resolve(given);
  };
  return {
    flow: chosen('flow'),
    policy: chosen('policy'),
    company: chosen('company'),
    locales: chosen('locales'),
  };
}

/** The bank's own properties: a module that exports `properties`. */
export async function ownProperties(file: string): Promise<readonly Property[]> {
  const loaded = (await import(pathToFileURL(resolve(file)).href).catch((error: unknown) => {
    throw new CommandRefused(
      `${file} cannot be loaded: ${error instanceof Error ? error.message : 'unknown error'}`,
    );
  })) as { readonly properties?: unknown };
  const { properties } = loaded;
  const fits =
    Array.isArray(properties) &&
    properties.every(
      (one: Partial<Property>) =>
        typeof one.id === 'string' && Array.isArray(one.rules) && typeof one.claim === 'string',
    );
  if (!fits)
    throw new CommandRefused(
      `${file} must export properties: a list of { id, rules, claim, onTransition or onGraph or onRelease }.`,
    );
  return properties as Property[];
}

/** `flows check`: proves flow, policy and prompts, and refuses what does not hold with a call that shows it. */
export function checkCommand(terminal: Terminal): Command {
  return new Command('check')
    .description(
      'prove that flow, policy and prompts keep every rule on every path; a violation comes with a call script',
    )
    .option('--flow <file>', 'another flow file')
    .option('--policy <file>', 'another policy file')
    .option('--company <file>', 'another company file')
    .option('--locales <folder>', 'another folder of words, with a folder for each language')
    .option('--properties <module>', "the bank's own properties, beside the built-in ones")
    .option(
      '--counterexamples <folder>',
      'where call scripts of violations are written',
      'data/counterexamples',
    )
    .action(async (options: CheckOptions) => {
      const { properties: module, counterexamples: folder, ...files } = options;
      const extra = module === undefined ? [] : await ownProperties(module);
      const checked = releaseFiles(terminal, files);
      const loaded = await loadRelease(checked);
      // Words of the desk are no part of a release, and stand in the same folders.
      const words = await readWords(checked.locales);
      if (!loaded.ok || !words.ok)
        throw new CommandRefused([
          'The release is refused:',
          ...[loaded, words]
            .flatMap((read) => (read.ok ? [] : read.problems))
            .map((problem) => `- ${problem}`),
        ]);
      const begun = terminal.clock.now();
      const proof = prove(loaded.release, { extra });
      for (const line of proofLines(proof, (terminal.clock.now() - begun) / 1000)) terminal.print(line);
      if (isProved(proof)) return;
      const scripts = counterexamples(proof, loaded.release);
      if (scripts.size > 0) await mkdir(folder, { recursive: true });
      for (const [id, script] of scripts) {
        const file = join(folder, `${id}.call`);
        await writeFile(file, script);
        terminal.print(`\n${file}\n${script.replace(/^/gm, '  ').trimEnd()}`);
      }
      throw new CommandRefused(
        scripts.size > 0
          ? 'Not to be published. Start the demo with these files (FLOW_FILE, POLICY_FILE) and play a script: npm run phone -- --script FILE'
          : 'Not to be published.',
      );
    });
}
