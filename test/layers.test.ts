import assert from 'node:assert/strict';
import { globSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, normalize, resolve } from 'node:path';
import { type TestContext, test } from 'node:test';

/** The files directly under src/, which wire the rest together. */
const WIRING = '(wiring)';
/** A folder imports only from itself and from those before it (ARCHITECTURE.md "Layout"). */
const ORDER = [
  'platform',
  'jurisdictions',
  'locales',
  'storage',
  'telemetry',
  'ledger',
  'actions',
  'policy',
  'assurance',
  'speech',
  'credentials',
  'customers',
  'bank',
  'outbox',
  'lockout',
  'staff',
  'cases',
  'factors',
  'fraud',
  'escalation',
  'freeze',
  'approvals',
  'flow',
  'orders',
  'keying',
  'calls',
  'desk',
  'prover',
  'releases',
  'diagram',
  'rulebook',
  'carriers',
  'console',
  'api',
  'http',
  'config',
  WIRING,
  'cli',
];
/** Who may leave src/, and for what: the commands seed the demo company. */
const OUTSIDE: { readonly [folder: string]: readonly string[] } = { cli: ['db/seeds/', 'phone-sim/'] };
/** What is loaded by a name that is only known at run time: a bank's own adapter and properties, and the migrations. */
const LOADS_BY_NAME = [
  'src/platform/load-adapter.service.ts',
  'src/storage/migrate.ts',
  'src/cli/flows/check.command.ts',
];

const SOURCE = resolve(import.meta.dirname, '..');

interface Reading {
  readonly modules: readonly string[];
  /** Imports between files of the project, tests left out. */
  readonly imports: readonly { readonly from: string; readonly to: string }[];
  readonly problems: readonly string[];
}

/** Source without comments, so that a path in one is no import. Strings keep their content. */
function withoutComments(source: string): string {
  return source.replace(
    /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g,
    (found) => (found.startsWith('/') ? ' ' : found),
  );
}

const IMPORT = /\b(?:import|export)\b(?:[^;'"`]*?\bfrom)?\s*(['"])([^'"]+)\1/g;
const IMPORT_CALL = /\bimport\s*\(\s*([^)]*)\)/g;
const RELATIVE_MODULE = /['"](\.{1,2}\/[^'"\n]+\.[cm]?[jt]sx?)['"]/g;

function folderOf(module: string): string {
  const parts = module.split('/');
  return parts.length === 2 ? WIRING : (parts[1] ?? '');
}

/** Reads every module below `root`/src and says where an import goes against the order. */
function readLayers(root: string): Reading {
  const modules = globSync('src/**/*', { cwd: root, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => normalize(join(entry.parentPath, entry.name)).slice(root.length + 1))
    .filter((path) => /\.[cm]?[jt]sx?$/.test(path))
    .sort();
  const imports: { from: string; to: string }[] = [];
  const problems: string[] = [];
  for (const module of modules) {
    if (!module.endsWith('.ts')) problems.push(`${module} is not a .ts file`);
    if (module.endsWith('/index.ts')) problems.push(`${module} is a barrel`);
    const isTest = module.endsWith('.test.ts');
    const folder = folderOf(module);
    const place = ORDER.indexOf(folder);
    if (place < 0) problems.push(`${module} is in a folder that has no place in the order`);
    const source = withoutComments(readFileSync(join(root, module), 'utf8'));
    const found = [...source.matchAll(IMPORT)].map((match) => match[2] ?? '');
    for (const [, argument = ''] of source.matchAll(IMPORT_CALL)) {
      const literal = /^(['"])([^'"]+)\1$/.exec(argument.trim())?.[2];
      if (literal !== undefined) found.push(literal);
      else if (!isTest && !LOADS_BY_NAME.includes(module)) problems.push(`${module} loads by a name`);
    }
    // Whatever else names a module of ours depends on it as well: a worker, a command that is started.
    for (const [, path = ''] of source.matchAll(RELATIVE_MODULE)) if (!found.includes(path)) found.push(path);
    if (/\bcreateRequire\b/.test(source)) problems.push(`${module} makes a require of its own`);
    for (const path of found) {
      if (!path.startsWith('.')) continue;
      if (!path.endsWith('.ts')) problems.push(`${module} imports ${path}, which does not end in .ts`);
      if (isTest) continue;
      const to = normalize(join(dirname(module), path));
      imports.push({ from: module, to });
      if (!to.startsWith('src/')) {
        if (!(OUTSIDE[folder] ?? []).some((allowed) => to.startsWith(allowed)))
          problems.push(`${module} imports ${to}, outside src`);
        continue;
      }
      if (!modules.includes(to)) problems.push(`${module} imports ${to}, which was not read`);
      if (to.endsWith('.test.ts')) problems.push(`${module} imports the test ${to}`);
      const target = folderOf(to);
      if (ORDER.indexOf(target) > place) problems.push(`${module} imports ${to}, to its right`);
      else if (target === WIRING && folder !== WIRING && folder !== 'cli')
        problems.push(`${module} imports the wiring ${to}`);
    }
  }
  // A reader that sees nothing finds nothing wrong; so what it saw is counted by other means.
  const files = countFiles(join(root, 'src'));
  if (files !== modules.length) problems.push(`${modules.length} modules were read of ${files} files`);
  return { modules, imports, problems: [...problems, ...circles(imports)] };
}

/** The first circle found from each module that is in one. */
function circles(imports: Reading['imports']): string[] {
  const next = new Map<string, string[]>();
  for (const { from, to } of imports) next.set(from, [...(next.get(from) ?? []), to]);
  const done = new Set<string>();
  const found: string[] = [];
  const walk = (module: string, path: readonly string[]): void => {
    const at = path.indexOf(module);
    if (at >= 0) found.push(`a circle of imports: ${[...path.slice(at), module].join(' → ')}`);
    if (at >= 0 || done.has(module)) return;
    for (const to of next.get(module) ?? []) walk(to, [...path, module]);
    done.add(module);
  };
  for (const module of next.keys()) walk(module, []);
  return found;
}

/** Every file below src, counted without anything that reads modules. */
function countFiles(folder: string): number {
  let count = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true }))
    count += entry.isDirectory() ? countFiles(join(folder, entry.name)) : 1;
  return count;
}

test('a folder imports only from folders to its left, and no import goes in a circle', () => {
  const { modules, imports, problems } = readLayers(SOURCE);
  assert.ok(modules.length > 100, 'the project was found');
  assert.ok(imports.length > modules.length, 'imports were read');
  assert.deepEqual(problems, []);
});

/** A small project on disk, with one file per folder that imports the one before it. */
function project(t: TestContext, changes: { readonly [path: string]: string }): string {
  const root = mkdtempSync(join(tmpdir(), 'layers-'));
  t.after(() => rmSync(root, { recursive: true }));
  const files: { [path: string]: string } = {
    'src/platform/clock.ts': 'export const now = 1;\n',
    'src/flow/machine.ts': "import { now } from '../platform/clock.ts';\nexport const then = now;\n",
    'src/calls/decide.ts':
      "import type { then } from '../flow/machine.ts';\nexport type Then = typeof then;\n",
    'src/app.ts': "export * from './calls/decide.ts';\n",
    'src/cli/demo.ts': "import './../app.ts';\nimport '../../db/seeds/demo.ts';\n",
    ...changes,
  };
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  return root;
}

test('a project in order has no problems', (t) => {
  const reading = readLayers(project(t, {}));
  assert.deepEqual(reading.problems, []);
  assert.equal(reading.imports.length, 5);
});

const PLANTED: { readonly [what: string]: readonly [path: string, content: string, problem: RegExp] } = {
  'an import to the right': [
    'src/platform/keyring.ts',
    "import { then } from '../flow/machine.ts';\nexport const key = then;\n",
    /platform\/keyring\.ts imports src\/flow\/machine\.ts, to its right/,
  ],
  'an import of types alone to the right': [
    'src/speech/reply.ts',
    "import type {\n  Then,\n} from '../calls/decide.ts';\nexport type Reply = Then;\n",
    /speech\/reply\.ts imports src\/calls\/decide\.ts, to its right/,
  ],
  'an export from the right': [
    'src/actions/order.ts',
    "export { then } from '../flow/machine.ts';\n",
    /order\.ts imports src\/flow/,
  ],
  'an import call to the right': [
    'src/actions/order.ts',
    "export const later = () => import('../flow/machine.ts');\n",
    /order\.ts imports src\/flow/,
  ],
  'an import by a computed name': [
    'src/actions/order.ts',
    "const path = ['..', 'flow', 'machine.ts'].join('/');\nexport const later = () => import(path);\n",
    /order\.ts loads by a name/,
  ],
  'a module named other than by an import': [
    'src/actions/order.ts',
    "export const other = new URL('../flow/machine.ts', import.meta.url);\n",
    /order\.ts imports src\/flow/,
  ],
  'an import of the wiring': [
    'src/carriers/phone.ts',
    "import '../app.ts';\n",
    /phone\.ts imports src\/app\.ts, to its right/,
  ],
  'an import of the commands by the wiring': [
    'src/main.ts',
    "import './cli/demo.ts';\n",
    /main\.ts imports src\/cli\/demo\.ts, to its right/,
  ],
  'an import from outside src': [
    'src/bank/demo.ts',
    "import '../../db/seeds/demo.ts';\n",
    /bank\/demo\.ts imports db\/seeds\/demo\.ts, outside src/,
  ],
  'an import of a test': ['src/bank/demo.ts', "import './demo.test.ts';\n", /imports the test/],
  'a circle': [
    'src/platform/clock.ts',
    "import type { A } from './a.ts';\nexport type B = A;\n",
    /a circle of imports: .*clock\.ts → src\/platform\/a\.ts/,
  ],
  'a folder without a place': ['src/helpers/things.ts', 'export {};\n', /no place in the order/],
  'a barrel': ['src/flow/index.ts', "export * from './machine.ts';\n", /is a barrel/],
  'a file that was not read': ['src/flow/.hidden/a.ts', 'export {};\n', /7 modules were read of 8 files/],
  'a file of another kind': ['src/flow/old.js', 'export {};\n', /is not a \.ts file/],
};

for (const [what, [path, content, problem]] of Object.entries(PLANTED))
  test(`${what} is found`, (t) => {
    const root = project(t, {
      'src/bank/demo.test.ts': '',
      'src/platform/a.ts': "import type { B } from './clock.ts';\nexport type A = B | 1;\n",
      [path]: content,
    });
    const { problems } = readLayers(root);
    assert.ok(
      problems.some((found) => problem.test(found)),
      `found only: ${problems.join('; ')}`,
    );
  });

test('an import in a comment or a string is none', (t) => {
  const root = project(t, {
    'src/platform/keyring.ts':
      "// import '../flow/machine.ts';\n/* export * from '../flow/machine.ts' */\nexport const said = 'see https://x.example/';\n",
  });
  assert.deepEqual(readLayers(root).problems, []);
});

/** Ports to the machine: in platform/ everything else is pure or is given them. */
const MACHINE = /^src\/platform\/system-[a-z-]+\.ts$/;
const TIME_AND_CHANCE = /Math\.random|Date\.now|new Date\(\s*\)|\brandom(?:Bytes|Int|UUID)\b/g;
const TIMERS_AND_SYSTEM =
  /\bset(?:Timeout|Interval|Immediate)\b|\bperformance\.now\b|'node:(?:fs|os|net|timers)\b/g;

test('time and chance come from their ports alone (invariant 16)', () => {
  const problems: string[] = [];
  let ports = 0;
  for (const module of readLayers(SOURCE).modules) {
    if (module.endsWith('.test.ts')) continue;
    if (MACHINE.test(module)) {
      ports += 1;
      continue;
    }
    const source = withoutComments(readFileSync(join(SOURCE, module), 'utf8'));
    const found = [...source.matchAll(TIME_AND_CHANCE)];
    if (folderOf(module) === 'platform') found.push(...source.matchAll(TIMERS_AND_SYSTEM));
    problems.push(...found.map(([text]) => `${module}: ${text}`));
  }
  assert.ok(ports >= 3, 'the ports were found');
  assert.deepEqual(problems, []);
});
