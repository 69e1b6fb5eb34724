import { readdirSync, readFileSync } from 'node:fs';
import { Inbox } from '../../phone-sim/inbox.client.ts';
import type { Duplicates } from '../../phone-sim/phone-options.ts';
import { playScript } from '../../phone-sim/script.service.ts';
import { readScript } from '../../phone-sim/script.ts';
import { listDemoCustomers } from '../../src/cli/demo-customers.command.ts';
import type { World } from './world.ts';

const FOLDER = new URL('../../flows/scripts/', import.meta.url);
/** An address nobody has: asking for its messages waits until the outbox is empty. */
const NOBODY = '+8613800009999';

/** The text of a file of `flows/scripts`. */
export const scriptText = (name: string): string => readFileSync(new URL(name, FOLDER), 'utf8');

/** Every script of `flows/scripts`, by name. */
export const CALL_SCRIPTS: readonly string[] = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.call'))
  .sort();

/** Plays a script in a world; what did not come about, each with its line. */
export async function playCallScript(
  world: World,
  name: string,
  duplicates: Duplicates = 'none',
): Promise<readonly string[]> {
  const script = readScript(scriptText(name));
  if (script.kind === 'refused')
    return script.problems.map(({ line, message }) => `${name}:${line}: ${message}`);
  const { failures } = await playScript(script.instructions, {
    newPhone: (onEvent) => world.phone({ onEvent, duplicates }),
    customers: () =>
      listDemoCustomers(world.knex, world.config.keyring, world.release.policy, world.clock.now()),
    openInbox: (number) => new Inbox(world.url, number),
    rest: async () => void (await world.messagesTo(NOBODY)),
  });
  return failures.map(({ line, source, message }) => `${name}:${line}: ${source}\n  ${message}`);
}
