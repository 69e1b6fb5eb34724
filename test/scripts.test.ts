import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { Inbox } from '../phone-sim/inbox.client.ts';
import type { Duplicates } from '../phone-sim/phone-options.ts';
import { playScript } from '../phone-sim/script.service.ts';
import { readScript } from '../phone-sim/script.ts';
import { listDemoCustomers } from '../src/cli/demo-customers.command.ts';
import { startWorld } from './support/world.ts';

const FOLDER = new URL('../flows/scripts/', import.meta.url);
const EXTENSION = '.call';
/** An address nobody has: asking for its messages waits until the outbox is empty. */
const NOBODY = '+8613800009999';

const names = readdirSync(FOLDER)
  .filter((name) => name.endsWith(EXTENSION))
  .sort();
const textOf = (name: string) => readFileSync(new URL(name, FOLDER), 'utf8');

/** Plays a script in a world of its own; what did not come about, with its lines. */
async function failuresOf(name: string, duplicates: Duplicates = 'none'): Promise<readonly string[]> {
  const script = readScript(textOf(name));
  if (script.kind === 'refused')
    return script.problems.map(({ line, message }) => `${name}:${line}: ${message}`);
  const world = await startWorld({ seed: name });
  try {
    const { failures } = await playScript(script.instructions, {
      newPhone: (onEvent) => world.phone({ onEvent, duplicates }),
      customers: () =>
        listDemoCustomers(world.knex, world.config.keyring, world.release.policy, world.clock.now()),
      openInbox: (number) => new Inbox(world.url, number),
      rest: async () => void (await world.messagesTo(NOBODY)),
    });
    return failures.map(({ line, source, message }) => `${name}:${line}: ${source}\n  ${message}`);
  } finally {
    await world.stop();
  }
}

describe('call scripts', () => {
  test('there are scripts to play', () => assert.ok(names.length > 0));

  for (const name of names) {
    test(`${name} says what it shows and what must come about`, () => {
      const lines = textOf(name).split('\n');
      const comment = lines
        .slice(
          0,
          lines.findIndex((line) => !line.startsWith('#')),
        )
        .join(' ');
      assert.match(comment, /\b(?:R|S|V|E|Z)\d/, `${name}: the comment at the top names its rules`);
      assert.ok(
        lines.some((line) => line.trimStart().startsWith('expect ')),
        `${name}: a script without an expect shows nothing`,
      );
    });

    test(`${name} goes as written`, async () => assert.deepEqual(await failuresOf(name), []));

    test(`${name} goes as written when every webhook comes twice at once`, async () =>
      assert.deepEqual(await failuresOf(name, 'parallel'), []));
  }

  test('the index names every script, and no other', () => {
    const index = textOf('README.md');
    const named = [...index.matchAll(/^\| \[`([a-z0-9-]+\.call)`\]/gm)].map((match) => match[1]).sort();
    assert.deepEqual(named, names);
  });
});
