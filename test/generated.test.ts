import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type TestContext, test } from 'node:test';
import { invariantsDocument } from '../invariants/document.ts';
import { runHotline } from '../src/cli/hotline.ts';
import { picturesOf } from '../src/diagram/draw.ts';
import { placePicture } from '../src/diagram/layout.ts';
import type { Release } from '../src/flow/release.ts';
import { loadRelease } from '../src/flow/release-files.service.ts';
import { seededRandom } from '../src/platform/random.ts';
import { systemClock } from '../src/platform/system-clock.ts';

const PROJECT = resolve(import.meta.dirname, '..');
const FLOW = join(PROJECT, 'flows/hotline.yaml');
const PICTURES = join(PROJECT, 'docs/flow');

/** Runs `hotline flows …`, which must not write into the project; answers exit code and everything said. */
const flows = (...words: readonly string[]) => hotline('flows', ...words);

async function hotline(...words: readonly string[]) {
  const said: string[] = [];
  const terminal = {
    environment: {},
    clock: systemClock,
    random: seededRandom('generated'),
    print: (text: string) => void said.push(text),
  };
  const code = await runHotline(terminal, words, (text) => void said.push(text));
  return { code, said: said.join('\n') };
}

function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'generated-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** A copy of the flow with one thing changed. */
function changedFlow(t: TestContext, from: string, to: string): string {
  const text = readFileSync(FLOW, 'utf8');
  assert.ok(text.includes(from), `the flow says ${from}`);
  const file = join(temporaryFolder(t), 'hotline.yaml');
  writeFileSync(file, text.replace(from, to));
  return file;
}

test('the pictures in docs/flow show the flow as it is', async () => {
  assert.ok(readdirSync(PICTURES).length > 10, 'there are pictures');
  assert.deepEqual(await flows('draw', '--check'), {
    code: 0,
    said: `${readdirSync(PICTURES).length} files in ${PICTURES} show the flow as it is.`,
  });
});

test('docs/lanes.md shows what each lane costs, as the flow and its words are', async () => {
  const { code, said } = await flows('lanes', '--check');
  assert.equal(code, 0, said);
  assert.match(said, /tells the lanes as they are/);
});

test('docs/settings.md and .env.example show the settings as they are', async () => {
  assert.deepEqual(await hotline('settings', '--check'), {
    code: 0,
    said: 'docs/settings.md and .env.example show the settings as they are.',
  });
});

test('docs/invariants.md shows the list of invariants as it is', () => {
  assert.equal(
    readFileSync(join(PROJECT, 'docs/invariants.md'), 'utf8'),
    invariantsDocument(),
    'docs/invariants.md is stale: npm run invariants',
  );
});

test('docs/rules.md tells the rules as they are kept', async () => {
  const { code, said } = await flows('rules', '--check');
  assert.equal(code, 0, said);
});

test('a state that leads another way makes the pictures stale, and the check names them', async (t) => {
  const flow = changedFlow(
    t,
    "KEY.1: '#hotline.menu.main'\n      KEY.2: '#hotline.goodbye'",
    "KEY.1: '#hotline.menu.main'\n      KEY.2: '#hotline.menu.main'",
  );
  const { code, said } = await flows('draw', '--check', '--flow', flow);
  assert.equal(code, 1);
  assert.match(said, /transfer\.svg is stale/);
  assert.match(said, /transfer\.mmd is stale/);
  assert.match(said, /npm run flows -- draw/);
});

test('a state that keeps another rule makes pictures and document stale', async (t) => {
  const flow = changedFlow(t, 'meta: { rules: [R4.1] }', 'meta: { rules: [R4.2] }');
  const drawn = await flows('draw', '--check', '--flow', flow);
  assert.equal(drawn.code, 1);
  assert.match(drawn.said, /overview\.svg is stale/);
  assert.doesNotMatch(drawn.said, /code\.svg is stale/);
  const written = await flows('rules', '--check', '--flow', flow);
  assert.equal(written.code, 1);
  assert.match(written.said, /rules\.md is stale/);
});

test('a rule that is not in the rulebook is refused', async (t) => {
  const { code, said } = await flows(
    'rules',
    '--check',
    '--flow',
    changedFlow(t, 'meta: { rules: [R4.1] }', 'meta: { rules: [R99] }'),
  );
  assert.equal(code, 1);
  assert.match(said, /answering: the rule R99 is not in the rulebook/);
});

test('drawing writes what the check then finds, removes what it drew before and leaves the rest alone', async (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, 'ours.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
  writeFileSync(join(folder, 'gone.svg'), readFileSync(join(PICTURES, 'code.svg')));
  assert.match(
    (await flows('draw', '--check', '--folder', folder)).said,
    /gone\.svg is of no picture any more/,
  );
  assert.equal((await flows('draw', '--folder', folder)).code, 0);
  assert.deepEqual(readdirSync(folder).sort(), [...readdirSync(PICTURES), 'ours.svg'].sort());
  for (const name of readdirSync(PICTURES))
    assert.equal(readFileSync(join(folder, name), 'utf8'), readFileSync(join(PICTURES, name), 'utf8'), name);
});

async function shippedRelease(): Promise<Release> {
  const loaded = await loadRelease({
    flow: FLOW,
    policy: join(PROJECT, 'flows/policy/default.yaml'),
    company: join(PROJECT, 'flows/company.yaml'),
    locales: join(PROJECT, 'flows/locales'),
  });
  assert.ok(loaded.ok);
  return loaded.release;
}

interface Area {
  readonly what: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

function overlap(a: Area, b: Area): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

/** A screen and a little to scroll. */
const SCREEN = { width: 1400, height: 1300 };

test('every state is in a picture, every picture fits one screen, and nothing in it covers anything else', async () => {
  const release = await shippedRelease();
  const pictures = picturesOf(release);
  assert.ok(pictures.length > 5, 'there are pictures');
  const shown = new Set(pictures.flatMap(({ boxes }) => boxes.map(({ title }) => title)));
  const missing = [...release.flow.steps.values()].filter(
    ({ name, transient }) => !transient && !shown.has(name),
  );
  assert.deepEqual(
    missing.map(({ name }) => name),
    [],
  );
  for (const picture of pictures) {
    const svg = readFileSync(join(PICTURES, `${picture.id}.svg`), 'utf8');
    const [, width, height] = /width="(\d+)" height="([\d.]+)"/.exec(svg) ?? [];
    assert.ok(
      Number(width) <= SCREEN.width && Number(height) <= SCREEN.height,
      `${picture.id}: ${width} x ${height}`,
    );
    const placed = placePicture(picture);
    const areas: readonly Area[] = [
      ...placed.boxes.map((box) => ({ ...box, what: box.box.id })),
      ...placed.arrows.map(({ arrow, label }) => ({ ...label, what: `${arrow.from} to ${arrow.to}` })),
    ];
    for (const [index, area] of areas.entries())
      for (const other of areas.slice(index + 1))
        assert.ok(!overlap(area, other), `${picture.id}: ${area.what} covers ${other.what}`);
    // A line through a box would seem to belong to it.
    for (const { arrow, points } of placed.arrows)
      for (const [index, point] of points.entries()) {
        const next = points[index + 1];
        if (!next) continue;
        const line: Area = {
          what: `${arrow.from} to ${arrow.to}`,
          x: Math.min(point.x, next.x),
          y: Math.min(point.y, next.y),
          width: Math.abs(point.x - next.x),
          height: Math.abs(point.y - next.y),
        };
        for (const box of placed.boxes)
          assert.ok(
            !overlap(line, { ...box, what: box.box.id }),
            `${picture.id}: ${line.what} runs through ${box.box.id}`,
          );
      }
  }
});
