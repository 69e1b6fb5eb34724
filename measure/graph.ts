import { posix } from 'node:path';
import type { Import } from './imports.ts';
import { describeUse, PURE_SUFFIXES } from './purity.ts';
import type { Source } from './source.ts';

/** Sources by path. */
export type Sources = ReadonlyMap<string, Source>;

/** The path an import of one file of the checkout names; undefined for a package. */
export function targetOf(from: string, { specifier }: Pick<Import, 'specifier'>): string | undefined {
  return specifier.startsWith('.') ? posix.join(posix.dirname(from), specifier) : undefined;
}

/** The files of the checkout that a file imports by values. */
export function valueTargets(source: Source): readonly string[] {
  return targets(source, (found) => found.kind === 'value');
}

function targets(source: Source, isWanted: (found: Import) => boolean): readonly string[] {
  return source.imports.filter(isWanted).flatMap((found) => targetOf(source.path, found) ?? []);
}

/**
 * Import cycles: groups of files that all reach each other, by imports of values, types and paths alike. Each is a
 * strongly connected component (Tarjan), its paths sorted.
 */
export function importCycles(sources: Sources): readonly (readonly string[])[] {
  const order = new Map<string, number>();
  const stack: string[] = [];
  const cycles: string[][] = [];
  const edges = (path: string) => {
    const source = sources.get(path);
    return source ? targets(source, () => true).filter((target) => sources.has(target)) : [];
  };
  const visit = (path: string): number => {
    const index = order.size;
    order.set(path, index);
    stack.push(path);
    let lowest = index;
    for (const target of edges(path)) {
      if (!order.has(target)) lowest = Math.min(lowest, visit(target));
      else if (stack.includes(target)) lowest = Math.min(lowest, order.get(target) ?? lowest);
    }
    if (lowest === index) {
      const group = stack.splice(stack.indexOf(path));
      if (group.length > 1 || edges(path).includes(path)) cycles.push(group.sort());
    }
    return lowest;
  };
  for (const path of sources.keys()) if (!order.has(path)) visit(path);
  return cycles;
}

/** A file name's suffix: `store` of `calls.store.ts`, empty for `turn.ts`. */
export function suffixOf(path: string): string {
  const [, ...rest] = posix.basename(path, '.ts').split('.');
  return rest.join('.');
}

/**
 * Why each file that is not honestly pure is not, by the rule in purity.ts: its own forbidden uses, then the impure files
 * whose values it imports. Files with the suffix of an effect are never pure.
 */
export function impureFiles(sources: Sources): ReadonlyMap<string, readonly string[]> {
  const impure = new Map<string, string[]>();
  for (const [path, { forbidden }] of sources) {
    const suffix = suffixOf(path);
    if (!PURE_SUFFIXES.has(suffix)) impure.set(path, [`has the suffix .${suffix}`]);
    else if (forbidden.length > 0) impure.set(path, forbidden.map(describeUse));
  }
  for (let grown = true; grown; ) {
    grown = false;
    for (const [path, source] of sources) {
      if (impure.has(path)) continue;
      const through = valueTargets(source).filter((target) => impure.has(target) || !sources.has(target));
      if (through.length === 0) continue;
      impure.set(
        path,
        through.map((target) => `imports ${target}`),
      );
      grown = true;
    }
  }
  return impure;
}

/** The folders of `src/` that query each table through knex, by table. */
export function foldersOfTables(sources: Sources): ReadonlyMap<string, readonly string[]> {
  const folders = new Map<string, string[]>();
  for (const { path, forbidden } of sources.values())
    for (const { table } of forbidden) {
      if (table === undefined) continue;
      const folder = path.split('/').slice(0, -1)[1] ?? '(wiring)';
      const known = folders.get(table) ?? [];
      if (!known.includes(folder)) folders.set(table, [...known, folder]);
    }
  return folders;
}
