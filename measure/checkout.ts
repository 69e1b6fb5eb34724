import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseFiles } from './parse.ts';
import { readSource, type Source } from './source.ts';

/** A checkout as the measures see it. */
export interface Checkout {
  /** Files of `src/` that are no tests, by path. */
  readonly sources: ReadonlyMap<string, Source>;
  /** All other TypeScript that may import them: tests, benchmarks, simulations, the database's migrations and seeds. */
  readonly others: ReadonlyMap<string, Source>;
  /** Texts of the data that the service reads: `flows/`. */
  readonly data: ReadonlyMap<string, string>;
}

/** Tests by their name: `x.test.ts`, and a suite that several implementations pass, `x.contract.ts`. */
const TEST = /\.(test|contract)\.ts$/;
const DATA = /\.(yaml|yml|json|call)$/;

/** Whether a path is a source file that the measures count: under `src/`, and no test. */
function isMeasured(path: string): boolean {
  return path.startsWith('src/') && !TEST.test(path);
}

/** Reads and parses a checkout below `root`. Throws an Error where there is no `src/` or a file does not parse. */
export function readCheckout(root: string): Checkout {
  const paths = globSync('**/*.{ts,yaml,yml,json,call}', {
    cwd: root,
    exclude: (name) => /(^|\/)(node_modules|data|\.[^/]+)$/.test(name),
  })
    .map((path) => path.replaceAll('\\', '/'))
    .sort();
  const textOf = (path: string) => readFileSync(join(root, path), 'utf8');
  const texts = new Map(paths.filter((path) => path.endsWith('.ts')).map((path) => [path, textOf(path)]));
  const parsed = [...parseFiles(texts)].map(([path, file]) => readSource(path, file));
  const sources = parsed.filter(({ path }) => isMeasured(path));
  if (sources.length === 0) throw new Error(`${root} has no TypeScript under src/`);
  const data = paths.filter((path) => path.startsWith('flows/') && DATA.test(path));
  return {
    sources: byPath(sources),
    others: byPath(parsed.filter(({ path }) => !isMeasured(path))),
    data: new Map(data.map((path) => [path, textOf(path)])),
  };
}

function byPath(sources: readonly Source[]): ReadonlyMap<string, Source> {
  return new Map(sources.map((source) => [source.path, source]));
}
