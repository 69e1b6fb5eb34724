import { type Sources, valueTargets } from './graph.ts';

/** One file of a walk, and how a reader gets to it. */
interface Step {
  readonly path: string;
  /** The earlier file of the walk that leads here; the one before when left out. */
  readonly from?: string;
  /** What both files name where one is called through a port, because neither imports the other's values. */
  readonly port?: string;
}

/** The files somebody opens, in order, to follow one thing through the code. Later walks of a name are of older layouts. */
export interface Walk {
  readonly name: string;
  readonly files: readonly Step[];
}

/**
 * Whatever keeps a walk from being walked in these sources: a file that is not there or comes twice, or that nothing on
 * the way leads to. Empty when it stands.
 */
export function problemsOfWalk({ files }: Walk, sources: Sources): readonly string[] {
  const seen: string[] = [];
  return files.flatMap(({ path, from, port }) => {
    const caller = from ?? seen.at(-1);
    const problems = sources.has(path) ? [] : [`${path} is not there`];
    if (seen.includes(path)) problems.push(`${path} comes twice`);
    if (from !== undefined && !seen.includes(from)) problems.push(`${from} does not come before ${path}`);
    if (caller !== undefined && !leads(caller, path, port, sources))
      problems.push(`${caller} leads to ${path} by no ${port === undefined ? 'import' : `port ${port}`}`);
    seen.push(path);
    return problems;
  });
}

function leads(caller: string, path: string, port: string | undefined, sources: Sources): boolean {
  const [one, two] = [sources.get(caller), sources.get(path)];
  if (!one || !two) return false;
  if (port === undefined) return valueTargets(one).includes(path);
  return one.identifiers.has(port) && two.identifiers.has(port);
}
