import assert from 'node:assert/strict';
import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { runHotline } from '../src/cli/hotline.ts';
import { REASON_MEANINGS } from '../src/escalation/reasons.ts';
import { seededRandom } from '../src/platform/random.ts';
import { systemClock } from '../src/platform/system-clock.ts';
import { BOUNDS } from '../src/policy/bounds.ts';

const PROJECT = resolve(import.meta.dirname, '..');
const read = (path: string) => readFileSync(resolve(PROJECT, path), 'utf8');
const DOCUMENTS = [
  'README.md',
  'ARCHITECTURE.md',
  'SECURITY.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'flows/scripts/README.md',
  ...globSync('docs/**/*.md', { cwd: PROJECT }).sort(),
];

interface Manifest {
  readonly scripts: { readonly [name: string]: string };
  readonly dependencies: { readonly [name: string]: string };
  readonly devDependencies: { readonly [name: string]: string };
  readonly peerDependencies: { readonly [name: string]: string };
}
const manifest: Manifest = JSON.parse(read('package.json'));

/** The first cells of the table rows under a heading (down to the next one), without backticks. */
function firstCells(document: string, heading: string): readonly string[] {
  const [, after = ''] = document.split(`\n${heading}\n`);
  const part = after.split(/\n#{1,6} /)[0] ?? '';
  return [...part.matchAll(/^\| *(?!-|\|)(.*?) *\|/gm)]
    .slice(1)
    .map(([, cell = '']) => cell.replaceAll('`', ''));
}

/** What stands between backticks, in running text and in blocks. */
function quoted(document: string): readonly string[] {
  return [...document.matchAll(/```\w*\n([\s\S]*?)```|`([^`\n]+)`/g)].flatMap(([, block, inline]) =>
    inline === undefined ? (block ?? '').split('\n') : [inline],
  );
}

test('every file and folder the documents name exists', () => {
  const missing: string[] = [];
  let seen = 0;
  for (const document of DOCUMENTS) {
    for (const text of quoted(read(document))) {
      for (const [path] of text.matchAll(
        /(?<![\w./:-])(?:src|flows|db|test|docs|bench|measure|invariants|phone-sim|world-sim|\.ci)\/[\w./*-]*/g,
      )) {
        if (/NAME|\*/.test(path)) continue;
        seen += 1;
        if (!existsSync(resolve(PROJECT, path.replace(/[.]+$/, '')))) missing.push(`${document}: ${path}`);
      }
    }
  }
  assert.ok(seen > 100, 'paths were read');
  assert.deepEqual(missing, []);
});

/** How a heading is named in a link. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} -]/gu, '')
    .trim()
    .replaceAll(' ', '-');
}

test('every link inside the project leads somewhere', () => {
  const broken: string[] = [];
  let seen = 0;
  for (const document of DOCUMENTS) {
    for (const [, target = ''] of read(document).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(target)) continue;
      seen += 1;
      const [path = '', anchor] = target.split('#');
      const file = path === '' ? document : resolve(PROJECT, document, '..', path);
      if (!existsSync(resolve(PROJECT, file))) broken.push(`${document}: ${target}`);
      else if (anchor !== undefined) {
        const headings = [...read(file).matchAll(/^#{1,6} (.*)$/gm)].map(([, heading = '']) =>
          anchorOf(heading),
        );
        if (!headings.includes(anchor)) broken.push(`${document}: ${target}`);
      }
    }
  }
  assert.ok(seen > 20, 'links were read');
  assert.deepEqual(broken, []);
});

test('every npm script and every command of hotline that the documents name exists', async () => {
  const printed: string[] = [];
  const terminal = {
    environment: {},
    clock: systemClock,
    random: seededRandom('docs'),
    print: (text: string) => void printed.push(text),
  };
  await runHotline(terminal, ['--help'], () => {});
  const commands = [...printed.join('\n').matchAll(/^ {2}([a-z-]+) /gm)].map(([, name]) => name);
  assert.ok(commands.includes('enrol'), 'the commands were read');
  const unknown: string[] = [];
  let seen = 0;
  for (const document of DOCUMENTS) {
    const text = read(document);
    for (const [, script = ''] of text.matchAll(/\bnpm run (?:-s )?([a-z][\w:-]*)/g)) {
      seen += 1;
      if (!(script in manifest.scripts)) unknown.push(`${document}: npm run ${script}`);
    }
    for (const [, script = ''] of text.matchAll(/\bnpm (start|test)\b/g))
      if (!(script in manifest.scripts)) unknown.push(`${document}: npm ${script}`);
    for (const [, command = ''] of text.matchAll(/(?:`|-s )hotline (?:-- )?([a-z][a-z-]*)/g))
      if (!commands.includes(command)) unknown.push(`${document}: hotline ${command}`);
  }
  assert.ok(seen > 10, 'scripts were read');
  assert.deepEqual(unknown, []);
});

test('every dependency has exactly one reason', () => {
  const document = read('docs/dependencies.md');
  const reasons = ['## At run time', '## For development and tests', '## Optional'].map((heading) =>
    firstCells(document, heading),
  );
  assert.deepEqual(reasons[0], Object.keys(manifest.dependencies).sort());
  assert.deepEqual(reasons[1], Object.keys(manifest.devDependencies).sort());
  assert.deepEqual(reasons[2], Object.keys(manifest.peerDependencies).sort());
});

const RULE = /\b[RSVEZ]\d+(?:\.\d+)?\b/g;

/** Every value of a member called `rules` in a YAML file. */
function rulesIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(rulesIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    name === 'rules' && Array.isArray(inner) ? inner.map(String) : rulesIn(inner),
  );
}

test('every rule that flow, policy, bounds and hand-offs cite is in docs/rules.md, once', () => {
  const listed = [...read('docs/rules.md').matchAll(/^\| ([RSVEZ][\d.]+) \|/gm)].map(([, id = '']) => id);
  assert.deepEqual(listed, [...new Set(listed)]);
  const cited = new Set([
    ...rulesIn(parse(read('flows/hotline.yaml'))),
    ...rulesIn(parse(read('flows/policy/default.yaml'))),
    ...Object.values(REASON_MEANINGS).flatMap(({ rules }) => rules),
    ...BOUNDS.flatMap(({ basis }) => basis.match(RULE) ?? []),
  ]);
  assert.ok(cited.size > 20, 'citations were read');
  assert.deepEqual(
    [...cited].filter((id) => !listed.includes(id)),
    [],
  );
});

test('ARCHITECTURE.md lists every folder of src, in the order imports are held to', () => {
  const order = /const ORDER = \[([\s\S]*?)\]/.exec(read('test/layers.test.ts'))?.[1] ?? '';
  const folders = readdirSync(resolve(PROJECT, 'src'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
  const places = [...order.matchAll(/'(\w+)'/g)].map(([, name = '']) => name);
  assert.ok(places.length > 10, 'the order was read');
  const listed = firstCells(read('ARCHITECTURE.md'), '## Layout').map((cell) => cell.split('/')[1] ?? '');
  // A folder without a place is the layer test's matter.
  assert.deepEqual(
    folders.filter((name) => places.includes(name) && !listed.includes(name)),
    [],
  );
  const placed = listed.filter((name) => places.includes(name));
  assert.deepEqual(
    placed,
    places.filter((name) => placed.includes(name)),
  );
});

test('each decision has a number of its own and the same parts', () => {
  const records = readdirSync(resolve(PROJECT, 'docs/adr')).sort();
  assert.ok(records.length > 10, 'the decisions were read');
  const numbers = records.map((name) => Number(name.slice(0, 4)));
  assert.equal(new Set(numbers).size, numbers.length, 'no number is given twice');
  for (const [index, name] of records.entries()) {
    const number = numbers[index];
    assert.match(name, /^\d{4}-/);
    const text = read(`docs/adr/${name}`);
    assert.ok(text.startsWith(`# ${number}. `), name);
    assert.deepEqual(
      [...text.matchAll(/^## (.*)$/gm)].map(([, part]) => part),
      ['Context', 'Decision', 'Rejected', 'Consequences'],
      name,
    );
  }
});
