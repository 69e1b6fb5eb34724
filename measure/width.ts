import { type Sources, targetOf } from './graph.ts';

/** An export that no other file of `src/` imports, tests left out. */
interface WideExport {
  readonly path: string;
  readonly name: string;
  readonly line: number;
  /** Files outside the measured sources that import it: tests, benchmarks, simulations, migrations, seeds. */
  readonly usedOutside: readonly string[];
}

/**
 * The exports wider than needed. A name counts as imported by an import that names it, by a namespace import that uses it,
 * by an `import()` of its file and by a re-export; an import of types alone counts as well.
 */
export function wideExports(sources: Sources, others: Sources): readonly WideExport[] {
  const inside = importers(sources);
  const outside = importers(others);
  return [...sources.values()].flatMap(({ path, exports }) =>
    exports
      .filter(({ name }) => name !== '*' && usersOf(inside, path, name).every((user) => user === path))
      .map(({ name, line }) => ({ path, name, line, usedOutside: usersOf(outside, path, name) })),
  );
}

type Importers = ReadonlyMap<string, readonly string[]>;

function importers(sources: Sources): Importers {
  const users = new Map<string, string[]>();
  for (const source of sources.values())
    for (const found of source.imports) {
      const target = targetOf(source.path, found);
      for (const name of target === undefined ? [] : found.names) {
        const key = `${target} ${name}`;
        users.set(key, [...(users.get(key) ?? []), source.path]);
      }
    }
  return users;
}

function usersOf(users: Importers, path: string, name: string): readonly string[] {
  return [...(users.get(`${path} ${name}`) ?? []), ...(users.get(`${path} *`) ?? [])];
}
