import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { ENTRY_TYPES } from '../../entry-types.ts';
import type { Release } from '../../flow/release.ts';
import { PROPERTIES } from '../../prover/properties/catalogue.ts';
import { listedInvariants, type ProjectFile } from '../../rulebook/citations.ts';
import { parseRulebook } from '../../rulebook/rulebook.ts';
import { type RulesSources, rulebookProblems, rulesDocument } from '../../rulebook/rules-document.ts';
import { CommandRefused, type Terminal } from '../terminal.ts';
import { documentCommand } from './document-command.ts';

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

/** The rules document of a release; refused where the rulebook names what is not there. */
function rulesOf({ flow }: Release): string {
  const rulebook = parseRulebook(textOf('docs/rulebook.yaml') ?? '', new Set(Object.keys(ENTRY_TYPES)));
  if (!rulebook.ok)
    throw new CommandRefused(rulebook.problems.map((problem) => `docs/rulebook.yaml: ${problem}`));
  const program = projectFiles('src/**/*.ts', 'db/**/*.ts', 'test/**/*.ts');
  const sources: RulesSources = {
    rulebook: rulebook.rulebook,
    steps: flow.steps,
    properties: PROPERTIES,
    invariants: listedInvariants(textOf('docs/invariants.md') ?? ''),
    code: program.filter((one) => !isTest(one)),
    tests: program.filter(isTest),
    scripts: projectFiles('flows/scripts/*.call'),
    policies: projectFiles('flows/policy/*.yaml'),
  };
  const problems = rulebookProblems(sources, textOf);
  if (problems.length > 0) throw new CommandRefused(problems);
  return rulesDocument(sources);
}

/** `flows rules`: makes the document that leads from each rule to what keeps, proves and shows it. */
export function rulesCommand(terminal: Terminal): Command {
  return documentCommand(terminal, {
    name: 'rules',
    description: 'write which rule is kept where, what proves it and which audit entry shows it',
    file: DOCUMENT,
    fresh: 'tells the rules as they are kept.',
    make: rulesOf,
  });
}
