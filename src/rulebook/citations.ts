const RULE = /\b[RSVEZ]\d+(?:\.\d+)?\b/g;
const INVARIANTS = /\binvariants? (\d+(?:(?:, | and |, and | to )\d+)*)/gi;
const COMMENT = /\/\*[\s\S]*?\*\/|\/\/[^\n]*/g;
const TEST_NAME = /\b(?:test|it|describe)\(\s*(['"`])([\s\S]*?)\1/g;

/** A file of the project with its text; the path is relative to the project. */
export interface ProjectFile {
  readonly path: string;
  readonly text: string;
}

/** The rule ids a text cites, each once; only known ones, because a letter and a number can be other things. */
export function rulesCited(text: string, known: ReadonlySet<string>): ReadonlySet<string> {
  return new Set([...text.matchAll(RULE)].map(([id]) => id).filter((id) => known.has(id)));
}

/** Returns the numbers of the invariants a text cites: "invariants 12, 13", "invariants 5 to 8". */
export function invariantsCited(text: string): ReadonlySet<number> {
  const cited = new Set<number>();
  for (const [, list = ''] of text.matchAll(INVARIANTS)) {
    for (const part of list.split(/, and |, | and /)) {
      const [first = Number.NaN, last = first] = part.split(' to ').map(Number);
      for (let number = first; number <= last; number++) cited.add(number);
    }
  }
  return cited;
}

/** Returns what a test file says it tests: its comments and the names of its tests, without its data. */
export function testWords(text: string): string {
  const comments = text.match(COMMENT) ?? [];
  const names = [...text.matchAll(TEST_NAME)].map(([, , name = '']) => name);
  return [...comments, ...names].join('\n');
}

/** Keys of a policy file with the rules cited beside them, in a comment or a list, by the indentation of the file. */
export function policyKeysCiting(
  text: string,
  known: ReadonlySet<string>,
): ReadonlyMap<string, readonly string[]> {
  const keys = new Map<string, string[]>();
  const above: { readonly indent: number; readonly key: string }[] = [];
  for (const line of text.split('\n')) {
    // What a jurisdiction asks names the key by its whole path.
    const bound = /^\s*- \{ key: ([\w.]+)/.exec(line)?.[1];
    if (bound !== undefined) {
      for (const id of rulesCited(line, known)) keys.set(id, [...(keys.get(id) ?? []), bound]);
      continue;
    }
    const found = /^(\s*)(?:- )?([A-Za-z]\w*):/.exec(line);
    if (!found) continue;
    const [, space = '', key = ''] = found;
    while ((above.at(-1)?.indent ?? -1) >= space.length) above.pop();
    above.push({ indent: space.length, key });
    const path = above.map((one) => one.key).join('.');
    for (const id of rulesCited(line, known)) keys.set(id, [...(keys.get(id) ?? []), path]);
  }
  return keys;
}

/** An invariant as docs/invariants.md lists it. */
export interface ListedInvariant {
  readonly number: number;
  readonly statement: string;
  /** The cell as it stands: test files in backticks, or what is missing. */
  readonly tests: string;
}

/** Reads the invariants from the text of docs/invariants.md, in its order. */
export function listedInvariants(document: string): readonly ListedInvariant[] {
  return [...document.matchAll(/^\| *(\d+) *\|(.*)\|$/gm)].map(([, number = '', rest = '']) => {
    const [statement = '', , tests = ''] = rest.split('|').map((cell) => cell.trim());
    return { number: Number(number), statement, tests };
  });
}
