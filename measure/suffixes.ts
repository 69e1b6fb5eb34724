import { type Sources, suffixOf, valueTargets } from './graph.ts';
import { describeUse, type ForbiddenUse, PURE_SUFFIXES } from './purity.ts';
import type { Source } from './source.ts';

type Effect = ForbiddenUse['reason'];

interface SuffixRule {
  /** What a file of this suffix may not do. */
  readonly never: readonly Effect[];
  /** What it must do, or the suffix says too much. */
  readonly must?: Effect;
}

const SUFFIXES: Readonly<Record<string, SuffixRule>> = {
  store: { never: ['http in', 'http out'], must: 'sql' },
  service: { never: ['sql', 'http in', 'http out'], must: 'awaits' },
  routes: { never: ['sql', 'http out'], must: 'http in' },
  client: { never: ['sql', 'http in'], must: 'http out' },
  page: { never: ['sql', 'http out'] },
  command: { never: ['sql', 'http in'] },
};
/** Declarations of a package's types have no effects and no choice of name. */
const DECLARATION = 'd';

/** What a suffix says, as it is measured. */
export const SUFFIX_RULE: readonly string[] = [
  'A suffix is true when: none (or .view, .entries, .events, .settings) breaks none of (a) to (f) of the purity rule itself and imports',
  'no value of a .store, .service, .routes, .client, .command or .page; .store holds SQL and no HTTP; .service awaits and',
  'holds no SQL and no HTTP; .routes takes HTTP in, holds no SQL and sends nothing out; .client sends HTTP out, holds no SQL',
  'and takes nothing in; .command holds no SQL and takes no HTTP in; .page holds no SQL and sends nothing out.',
];

/** The files whose suffix is not true, each with the reasons. */
export function untrueSuffixes(sources: Sources): ReadonlyMap<string, readonly string[]> {
  const untrue = new Map<string, readonly string[]>();
  for (const [path, source] of sources) {
    const reasons = reasonsAgainst(source);
    if (reasons.length > 0) untrue.set(path, reasons);
  }
  return untrue;
}

function reasonsAgainst(source: Source): readonly string[] {
  const suffix = suffixOf(source.path);
  if (suffix === DECLARATION) return [];
  if (PURE_SUFFIXES.has(suffix)) {
    const effects = source.forbidden.map(describeUse);
    return [
      ...effects,
      ...valueTargets(source)
        .filter((target) => Object.hasOwn(SUFFIXES, suffixOf(target)))
        .map((target) => `imports ${target}`),
    ];
  }
  const rule = Object.hasOwn(SUFFIXES, suffix) ? SUFFIXES[suffix] : undefined;
  if (!rule) return [`.${suffix} is no suffix of this project`];
  const wrong = source.forbidden.filter(({ reason }) => rule.never.includes(reason)).map(describeUse);
  const { must } = rule;
  if (must && !source.forbidden.some(({ reason }) => reason === must)) wrong.push(`has none of: ${must}`);
  return wrong;
}
