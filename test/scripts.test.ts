import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Duplicates } from '../phone-sim/phone-options.ts';
import { CALL_SCRIPTS, playCallScript, scriptText } from './support/call-scripts.ts';
import { startWorld } from './support/world.ts';

/** Plays a script in a world of its own; what did not come about, with its lines. */
async function failuresOf(name: string, duplicates: Duplicates = 'none'): Promise<readonly string[]> {
  const world = await startWorld({ seed: name });
  try {
    return await playCallScript(world, name, duplicates);
  } finally {
    await world.stop();
  }
}

describe('call scripts', () => {
  test('there are scripts to play', () => assert.ok(CALL_SCRIPTS.length > 0));

  for (const name of CALL_SCRIPTS) {
    test(`${name} says what it shows and what must come about`, () => {
      const lines = scriptText(name).split('\n');
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
    const index = scriptText('README.md');
    const named = [...index.matchAll(/^\| \[`([a-z0-9-]+\.call)`\]/gm)].map((match) => match[1]).sort();
    assert.deepEqual(named, CALL_SCRIPTS);
  });
});
