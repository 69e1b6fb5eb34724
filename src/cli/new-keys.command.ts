import { Command } from 'commander';
import { calendarDay } from '../platform/clock.ts';
import type { Random } from '../platform/random.ts';
import type { Terminal } from './terminal.ts';

const KEY_BYTES = 32;
const ID_SUFFIX_BYTES = 2;

/** Fresh settings for .env: three kinds of keys, the encryption key named by the day it was made. */
function newKeyLines(random: Random, day: string): readonly string[] {
  const key = () => random.bytes(KEY_BYTES).toString('base64');
  const id = `${day}-${random.bytes(ID_SUFFIX_BYTES).toString('hex')}`;
  return [`ENCRYPTION_KEYS=${id}:${key()}`, `INDEX_KEY=${key()}`, `PIN_KEY=${key()}`];
}

/** `hotline new-keys`: prints fresh keys and stores nothing. */
export function newKeysCommand(terminal: Terminal): Command {
  return new Command('new-keys')
    .description('print fresh keys as lines for .env; nothing is stored')
    .action(() => {
      for (const line of newKeyLines(terminal.random, calendarDay(terminal.clock.now(), 'UTC')))
        terminal.print(line);
    });
}
