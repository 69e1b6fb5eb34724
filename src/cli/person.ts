import { userInfo } from 'node:os';
import { isPersonName } from '../ledger/entry.ts';
import { CommandRefused } from './terminal.ts';

/** The option of every command whose use is recorded. */
export const AS_OPTION = [
  '--as <name>',
  'who runs the command, for the record; the system user when left out',
] as const;

/**
 * Who runs a command: the name given, otherwise the user of the operating system. A name is no account: what takes two people
 * takes two accounts (two-people.ts).
 */
export function personRunning(given: string | undefined): string {
  const name = (given ?? systemUser()).trim();
  if (isPersonName(name)) return name;
  throw new CommandRefused(
    'The record needs a name: give --as NAME, at most 64 letters, digits and . _ - @ with a letter first.',
  );
}

function systemUser(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run under a number that has no name.
    return '';
  }
}
