import { REASON_MEANINGS } from '../escalation/reasons.ts';
import type { FlowStep } from '../flow/definition.ts';
import type { Operation } from '../flow/vocabulary.ts';
import { BOUNDS } from '../policy/bounds.ts';
import type { Property } from '../prover/properties/property.ts';
import {
  invariantsCited,
  type ListedInvariant,
  type ProjectFile,
  policyKeysCiting,
  rulesCited,
  testWords,
} from './citations.ts';
import type { Rulebook, RulePlace, WrittenRule } from './rulebook.ts';

/** Everything the document is made from. */
export interface RulesSources {
  readonly rulebook: Rulebook;
  readonly steps: ReadonlyMap<string, FlowStep>;
  readonly properties: readonly Property[];
  readonly invariants: readonly ListedInvariant[];
  /** Program files without their tests. */
  readonly code: readonly ProjectFile[];
  readonly tests: readonly ProjectFile[];
  /** Call scripts, which the tests play. */
  readonly scripts: readonly ProjectFile[];
  /** Policy files: the policy itself and what jurisdictions ask of it. */
  readonly policies: readonly ProjectFile[];
}

const OPERATION_ENTRIES: { readonly [operation in Operation]: readonly string[] } = {
  'list.loans': ['call.step'],
  'list.payees': ['call.step'],
  'list.accounts': ['call.step'],
  'order.obstacles': ['order.assessed', 'code.not_sent'],
  'order.assess': ['order.assessed'],
  'order.carryOut': ['order.carried', 'order.refused'],
  'code.send': ['code.sent', 'code.not_sent'],
  'account.freeze': ['account.freeze'],
  'account.freezeDenied': ['account.freeze'],
};

/** The audit entries that show a step in production; every step also leaves `call.step`. */
function entriesOfStep({ meta }: FlowStep): readonly string[] {
  const { collect, perform, handoff, end } = meta;
  if (perform) return OPERATION_ENTRIES[perform];
  if (handoff) return ['call.handoff'];
  if (end) return ['call.ended'];
  if (collect?.kind === 'entry' && collect.factor) return ['factor.outcome'];
  return collect?.kind === 'confirm' ? ['confirmation.given'] : ['call.step'];
}

/** One rule with everything that was found of it. */
interface RuleRow {
  readonly id: string;
  readonly written: WrittenRule;
  readonly kept: readonly string[];
  readonly proved: readonly string[];
  readonly seen: readonly string[];
  /** What is not there; empty for a rule that is kept, proved and seen. */
  readonly missing: readonly string[];
}

/** Files that cite rules to list, prove or draw them, not because they keep them. */
const LISTS_RULES = /^src\/(?:prover\/|escalation\/reasons|policy\/bounds|diagram\/|cli\/flows\/rules)/;

function code(text: string): string {
  return `\`${text}\``;
}

function line(what: string, things: readonly string[]): readonly string[] {
  return things.length > 0 ? [`${what}: ${things.map(code).join(', ')}`] : [];
}

function placeWords(place: RulePlace): string {
  return typeof place === 'string' ? place : code(place.file);
}

/** Messages that say what an id looks like cite nothing. */
function withoutExamples(text: string): string {
  return text.replace(/a rule id such as \S+/g, '');
}

function pathsCiting(files: readonly ProjectFile[], id: string, wordsOf: (text: string) => string) {
  const known = new Set([id]);
  return files.filter(({ text }) => rulesCited(wordsOf(text), known).size > 0).map(({ path }) => path);
}

/** The policy keys that keep a rule: from the files themselves, and from the bounds on them. */
function policyKeys({ policies }: RulesSources, id: string): readonly string[] {
  const known = new Set([id]);
  const inFiles = policies.flatMap(({ text }) => policyKeysCiting(text, known).get(id) ?? []);
  const bounded = BOUNDS.filter(({ basis }) => rulesCited(basis, known).size > 0).flatMap(({ says }) =>
    says
      .split(' ')
      .filter((word) => /^[a-z]\w*(?:\.\w+)+$/i.test(word))
      .slice(0, 1),
  );
  return [...new Set([...inFiles, ...bounded])].sort();
}

/** The files of jurisdictions that ask for what a rule says. */
function jurisdictionsCiting({ policies }: RulesSources, id: string): readonly string[] {
  const known = new Set([id]);
  return policies
    .filter(({ text }) => /^jurisdiction:/m.test(text) && policyKeysCiting(text, known).has(id))
    .map(({ path }) => path);
}

function rowOf(id: string, written: WrittenRule, sources: RulesSources): RuleRow {
  const { steps, properties, invariants } = sources;
  const states = [...steps.values()].filter(({ meta }) => meta.rules.includes(id));
  const reasons = Object.entries(REASON_MEANINGS).filter(([, { rules }]) => rules.includes(id));
  const cited = invariants.filter(({ number }) => written.invariants?.includes(number));
  const kept = [
    ...line(
      'states',
      states.map(({ name }) => name),
    ),
    ...line(
      'hand-offs',
      reasons.map(([reason]) => reason),
    ),
    ...line('policy', policyKeys(sources, id)),
    ...line('jurisdictions', jurisdictionsCiting(sources, id)),
    ...line(
      'code',
      pathsCiting(sources.code, id, withoutExamples).filter((path) => !LISTS_RULES.test(path)),
    ),
    ...(written.kept ?? []).map(placeWords),
  ];
  const proved = [
    ...line(
      'prover',
      properties.filter(({ rules }) => rules.includes(id)).map((one) => one.id),
    ),
    ...(cited.length > 0
      ? [`[invariants](invariants.md): ${cited.map(({ number }) => number).join(', ')}`]
      : []),
    ...line('tests', pathsCiting(sources.tests, id, testWords)),
    ...line('calls', pathsCiting(sources.scripts, id, (text) => text).map(scriptName)),
  ];
  const seen = [
    ...new Set<string>([
      ...states.flatMap(entriesOfStep),
      ...(reasons.length > 0 ? (['call.handoff'] as const) : []),
      ...(written.audit ?? []),
    ]),
  ];
  const missing = [
    ...(written.missing === undefined ? [] : [written.missing]),
    ...cited.flatMap((invariant) => unprovedWords(invariant, sources)),
    ...(kept.length === 0 ? ['nothing keeps it'] : []),
    ...(proved.length === 0 ? ['no property, invariant, test or call script cites it'] : []),
    ...(seen.length === 0 && written.unseen === undefined ? ['no audit entry shows it'] : []),
  ];
  return { id, written, kept, proved, seen, missing };
}

/** What is not proved of an invariant: docs/invariants.md names no test of it, and no test cites it. */
function unprovedWords(
  { number, tests: named }: ListedInvariant,
  { tests }: RulesSources,
): readonly string[] {
  const isTested =
    named.includes('`: "') || tests.some(({ text }) => invariantsCited(testWords(text)).has(number));
  return isTested ? [] : [`invariant ${number} has no test`];
}

function scriptName(path: string): string {
  return path.replace(/^.*\//, '').replace(/\.call$/, '');
}

/** Keeps a text inside its cell. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

function cells(lines: readonly string[]): string {
  return lines.length === 0 ? '–' : lines.map(cell).join('<br>');
}

function ruleTable(rows: readonly RuleRow[]): readonly string[] {
  return [
    '| id | rule | kept by | proved by | audit entries |',
    '|---|---|---|---|---|',
    ...rows.map(({ id, written, kept, proved, seen, missing }) => {
      const shown =
        seen.length > 0 ? [seen.map(code).join(', ')] : written.unseen ? [`none: ${written.unseen}`] : [];
      const open = missing.length > 0 ? ['*open*'] : [];
      return `| ${id} | ${cell(written.rule)} | ${cells([...kept, ...open])} | ${cells(proved)} | ${cells(shown)} |`;
    }),
    '',
  ];
}

/** Makes docs/rules.md: for each rule where it is kept, what proves it, and what shows it in production. Pure. */
export function rulesDocument(sources: RulesSources): string {
  const rows = Object.entries(sources.rulebook.rules).map(([id, written]) => rowOf(id, written, sources));
  const open = rows.filter(({ missing }) => missing.length > 0);
  return [
    '# The rules',
    '',
    '<!-- Generated by hotline flows rules: change docs/rulebook.yaml and what cites the rules, not this file. -->',
    '',
    'Made by `npm run flows -- rules` from what cites these ids (flow, policy, program, prover, tests, call scripts) and from',
    '`docs/rulebook.yaml`. `npm run flows -- rules --check` fails when it is stale.',
    '',
    `Of ${rows.length} rules, ${rows.length - open.length} are kept, proved and seen in production; ${open.length} are [open](#open), in whole or in part.`,
    'A state names what the caller meets (see [the pictures](flow/README.md)), a hand-off why a person is asked, a policy key a',
    'number the bank may set within bounds. "prover" names properties that hold on every path a call can take;',
    '"calls" are scripts in `flows/scripts/` that the tests play. Every step also leaves the audit entry `call.step`.',
    '',
    ...sources.rulebook.sections.flatMap(({ letter, title, about }) => [
      `## ${title}`,
      '',
      about,
      '',
      ...ruleTable(rows.filter(({ id }) => id.startsWith(letter))),
    ]),
    '## Open',
    '',
    ...open.map(({ id, missing }) => `- **${id}**: ${missing.join('; ')}`),
    '',
  ].join('\n');
}

/** What is wrong between the rulebook and the project: names that are gone, rules nobody listed, invariants that do not exist. */
export function rulebookProblems(
  { rulebook, steps, invariants }: RulesSources,
  textOf: (path: string) => string | undefined,
): readonly string[] {
  const numbers = new Set(invariants.map(({ number }) => number));
  const letters = new Set(rulebook.sections.map(({ letter }) => letter));
  const written = Object.entries(rulebook.rules).flatMap(([id, { kept = [], invariants: cited = [] }]) => [
    ...(letters.has(id.charAt(0)) ? [] : [`${id} is in no section`]),
    ...cited
      .filter((number) => !numbers.has(number))
      .map((number) => `${id}: there is no invariant ${number}`),
    ...kept.flatMap((place) => {
      if (typeof place === 'string') return [];
      const text = textOf(place.file);
      if (text === undefined) return [`${id}: there is no file ${place.file}`];
      return text.includes(place.name) ? [] : [`${id}: ${place.file} has no ${place.name}`];
    }),
  ]);
  const unlisted = [...steps.values()].flatMap(({ name, meta }) =>
    meta.rules
      .filter((id) => !(id in rulebook.rules))
      .map((id) => `${name}: the rule ${id} is not in the rulebook`),
  );
  return [...written, ...unlisted];
}
