import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { SETTINGS_TABLES } from '../config/config.ts';
import { environmentExample, settingsDocument } from '../config/settings-document.ts';
import { CommandRefused, type Terminal } from './terminal.ts';

/** What is generated from the settings tables, by its path in the project. */
const GENERATED = {
  'docs/settings.md': settingsDocument(SETTINGS_TABLES),
  '.env.example': environmentExample(SETTINGS_TABLES),
} as const;

const fileOf = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** `hotline settings`: prints every setting; `--write` renews the generated files, `--check` says which of them are stale. */
export function settingsCommand(terminal: Terminal): Command {
  return new Command('settings')
    .description('print every setting with its default')
    .option('--write', 'write docs/settings.md and .env.example')
    .option('--check', 'fail where one of them is not what would be written')
    .action(async ({ write, check }: { readonly write?: true; readonly check?: true }) => {
      if (!write && !check) return terminal.print(GENERATED['docs/settings.md'].trimEnd());
      const stale: string[] = [];
      for (const [path, text] of Object.entries(GENERATED)) {
        if (write) await writeFile(fileOf(path), text);
        else if ((await readFile(fileOf(path), 'utf8').catch(() => '')) !== text) stale.push(path);
      }
      if (stale.length > 0)
        throw new CommandRefused(
          stale.map((path) => `${path} is stale: run npm run -s hotline -- settings --write.`),
        );
      terminal.print(
        `${Object.keys(GENERATED).join(' and ')} ${write ? 'written' : 'show the settings as they are'}.`,
      );
    });
}
