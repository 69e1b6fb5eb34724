import { globSync, readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { ENTRY_TYPES } from '../../entry-types.ts';
import { loadRelease } from '../../flow/release-files.service.ts';
import { PROPERTIES } from '../../prover/properties/catalogue.ts';
import { listedInvariants, type ProjectFile } from '../../rulebook/citations.ts';
import { parseRulebook } from '../../rulebook/rulebook.ts';
import { type RulesSources, rulebookProblems, rulesDocument } from '../../rulebook/rules-document.ts';
import { CommandRefused, type Terminal } from '../terminal.ts';
import { releaseFiles } from './check.command.ts';

interface RulesOptions {
  readonly flow?: string;
  readonly policy?: string;
  readonly company?: string;
  readonly locales?: string;
  readonly file: string;
  readonly check?: true;
}

const PROJECT = resolve(import.meta.dirname, '../../..');
const DOCUMENT = join(PROJECT, 'docs/rules.md');

/** Files of the project by pattern, in a fixed order, with forward slashes on every system. */
function projectFiles(...patterns: readonly string[]): readonly ProjectFile[] {
  return globSync(patterns, { cwd: PROJECT })
    .map((path) => path.replaceAll('\\', '/'))
    .sort()
    .map((path) => ({ path, text: readFileSync(join(PROJECT, path), 'utf8') }));
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(join(PROJECT, path), 'utf8');
  } catch {
    return undefined;
  }
}

function isTest({ path }: ProjectFile): boolean {
  return /\.(?:test|contract)\.ts$/.test(path) || path.startsWith('test/');
}

/** `flows rules`: makes the document that leads from each rule to what keeps, proves and shows it. */
export function rulesCommand(terminal: Terminal): Command {
  return new Command('rules')
    .description('write which rule is kept where, what proves it and which audit entry shows it')
    .option('--flow <file>', 'another flow file')
    .option('--policy <file>', 'another policy file')
    .option('--company <file>', 'another company file')
    .option('--locales <folder>', 'another folder of words, with a folder for each language')
    .option('--file <file>', 'where the document is kept', DOCUMENT)
    .option('--check', 'write nothing; fail when the document is stale')
    .action(async ({ file, check, ...files }: RulesOptions) => {
      const loaded = await loadRelease(releaseFiles(terminal, files));
      if (!loaded.ok) throw new CommandRefused(loaded.problems);
      const rulebook = parseRulebook(textOf('docs/rulebook.yaml') ?? '', new Set(Object.keys(ENTRY_TYPES)));
      if (!rulebook.ok)
        throw new CommandRefused(rulebook.problems.map((problem) => `docs/rulebook.yaml: ${problem}`));
      const program = projectFiles('src/**/*.ts', 'db/**/*.ts', 'test/**/*.ts');
      const sources: RulesSources = {
        rulebook: rulebook.rulebook,
        steps: loaded.release.flow.steps,
        properties: PROPERTIES,
        invariants: listedInvariants(textOf('docs/invariants.md') ?? ''),
        code: program.filter((one) => !isTest(one)),
        tests: program.filter(isTest),
        scripts: projectFiles('flows/scripts/*.call'),
        policies: projectFiles('flows/policy/*.yaml'),
      };
      const problems = rulebookProblems(sources, textOf);
      if (problems.length > 0) throw new CommandRefused(problems);
      const made = rulesDocument(sources);
      if (!check) {
        await writeFile(file, made);
        terminal.print(`${file} written.`);
        return;
      }
      const kept = await readFile(file, 'utf8').catch(() => undefined);
      if (kept !== made)
        throw new CommandRefused([
          `${file} is ${kept === undefined ? 'missing' : 'stale'}`,
          'Write it again: npm run flows -- rules',
        ]);
      terminal.print(`${file} tells the rules as they are kept.`);
    });
}
