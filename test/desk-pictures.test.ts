import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pixelmatch from 'pixelmatch';
import { PNG } from 'pngjs';
import { browserTest } from './support/browser.ts';
import { drawScreens, PICTURES } from './support/screens.ts';

/** Of all points: letters are drawn a little otherwise on other machines, and nothing else may be. */
const MOST_DIFFERENT = 0.01;

const picture = (folder: string, name: string) => PNG.sync.read(readFileSync(join(folder, name)));

browserTest('the pictures in docs/desk show the pages as they are', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'desk-pictures-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const names = await drawScreens(folder);
  assert.deepEqual(readdirSync(PICTURES).sort(), [...names].sort());
  for (const name of names) {
    const [there, now] = [picture(PICTURES, name), picture(folder, name)];
    assert.deepEqual([there.width, there.height], [now.width, now.height], name);
    const different = pixelmatch(there.data, now.data, undefined, now.width, now.height, { threshold: 0.2 });
    const share = different / (now.width * now.height);
    assert.ok(
      share <= MOST_DIFFERENT,
      `${name} is stale (${(share * 100).toFixed(1)} %): npm run screenshots`,
    );
  }
});
