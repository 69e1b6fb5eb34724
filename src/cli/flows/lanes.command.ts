import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { lanesDocument } from '../../prover/lanes-document.ts';
import type { Terminal } from '../terminal.ts';
import { documentCommand } from './document-command.ts';

const DOCUMENT = join(resolve(import.meta.dirname, '../../..'), 'docs/lanes.md');

/** `flows lanes`: makes the document of what each lane costs a caller in seconds and keys. */
export function lanesCommand(terminal: Terminal): Command {
  return documentCommand(terminal, {
    name: 'lanes',
    description: 'write how many seconds and keys callers need for what they come for',
    file: DOCUMENT,
    fresh: 'tells the lanes as they are.',
    make: lanesDocument,
  });
}
