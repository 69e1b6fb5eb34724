import { ACTION_CATALOGUE, type ActionName } from '../actions/catalogue.ts';
import { JURISDICTIONS, type Jurisdiction } from '../jurisdictions/catalogue.ts';
import { canonicalJson, sha256 } from '../platform/digest.ts';
import { type JurisdictionPack, parsePack } from '../policy/jurisdiction.ts';
import { parsePolicy } from '../policy/load.ts';
import type { Policy } from '../policy/policy.ts';
import { loadSms } from '../speech/load-sms.ts';
import type { LocaleTexts, ReleaseOrigin } from '../speech/locale-file.ts';
import { isRetiredPrompt } from '../speech/prompt-keys.ts';
import { loadPrompts } from '../speech/prompts.ts';
import { type Company, loadCompany } from './company.ts';
import { type FlowDefinition, statesOf, stepsOf } from './definition.ts';
import { withFormat } from './formats/record-format.ts';
import { createFlowMachine } from './machine.ts';
import { offeredKeys, optionPrompt, optionsSaid } from './options.ts';
import { parseFlow } from './parse-flow.ts';
import type { Release } from './release.ts';

/** The files of a release as text. Which words there are for staff is another file beside these: a member of its own. */
export interface ReleaseTexts {
  readonly flow: string;
  readonly policy: string;
  readonly company: string;
  readonly prompts: LocaleTexts;
  /** The words of messages. */
  readonly sms: LocaleTexts;
  /** What the jurisdictions ask of the policy. Left out, only the product's own bounds are asked. */
  readonly packs?: { readonly [jurisdiction in Jurisdiction]?: string };
}

export type TextsRead =
  | { readonly ok: true; readonly texts: ReleaseTexts }
  | { readonly ok: false; readonly problems: readonly string[] };

export type ReleaseLoaded =
  | { readonly ok: true; readonly release: Release }
  | { readonly ok: false; readonly problems: readonly string[] };

/** Every prompt a flow names, or has said by the result of an order it offers, with the place that names it. */
function promptsNamed(definition: FlowDefinition): ReadonlyMap<string, string> {
  const named = new Map<string, string>();
  const walk = (place: string, value: unknown, key: string): void => {
    if (typeof value === 'string') {
      if (PROMPT_PLACES.has(key)) named.set(value, place);
      if (key === 'intent')
        for (const told of Object.keys(ACTION_CATALOGUE[value as ActionName].resultPrompts))
          named.set(told, place);
    } else if (Array.isArray(value)) {
      for (const item of value) walk(place, item, key);
    } else if (value !== null && typeof value === 'object') {
      const chosen = CHOSEN_PROMPTS.has(key);
      for (const [name, inner] of Object.entries(value)) walk(place, inner, chosen ? 'prompt' : name);
    }
  };
  walk('on', definition.on, 'on');
  for (const [name, state] of statesOf(definition))
    for (const event of optionsSaid(state.step.meta)) {
      const prompt = optionPrompt(definition, state, event);
      if (prompt !== undefined) named.set(prompt, `${name}: ${event}`);
    }
  for (const [name, state] of Object.entries(definition.states)) walk(name, state, 'state');
  return named;
}
const PROMPT_PLACES: ReadonlySet<string> = new Set(['say', 'prompt', 'explain', 'left', 'whenMore']);
const CHOSEN_PROMPTS: ReadonlySet<string> = new Set([
  'byPin',
  'byCurrency',
  'byIntent',
  'byDue',
  'byReceipt',
  'byOwnLine',
  'byDesk',
]);

/** What a flow must keep that only the policy and the prompts can tell. */
function crossProblems(
  definition: FlowDefinition,
  policy: Policy | undefined,
  has: ((prompt: string) => boolean) | undefined,
): readonly string[] {
  const problems: string[] = [];
  if (has) {
    for (const [prompt, place] of promptsNamed(definition)) {
      if (has(prompt)) continue;
      problems.push(
        isRetiredPrompt(prompt)
          ? `${place}: ${prompt} named its keys in its own words; say { options: [KEY.1, …] } instead, so that each key is named by what it does`
          : `${place}: there is no prompt ${prompt}`,
      );
    }
  }
  if (policy) {
    for (const step of stepsOf(definition).values()) {
      const { collect } = step.meta;
      if (collect?.kind !== 'menu') continue;
      const options = offeredKeys(step).length;
      if (options > policy.dialogue.menuOptions) {
        problems.push(
          `${step.name}: ${options} options in a menu, the policy allows ${policy.dialogue.menuOptions}`,
        );
      }
      if (collect.depth > policy.dialogue.menuDepth) {
        problems.push(
          `${step.name}: a menu ${collect.depth} deep, the policy allows ${policy.dialogue.menuDepth}`,
        );
      }
    }
  }
  return problems;
}

/** The packs of the jurisdictions a company has lines under: all that are there while the company is not known. */
function packsFor(
  { packs }: ReleaseTexts,
  company: Company | undefined,
): { readonly packs: readonly JurisdictionPack[]; readonly problems: readonly string[] } {
  if (!packs) return { packs: [], problems: [] };
  const asked = company
    ? new Set([company.fallback, ...company.lines].map(({ jurisdiction }) => jurisdiction))
    : new Set(JURISDICTIONS.filter((jurisdiction) => packs[jurisdiction] !== undefined));
  const read: JurisdictionPack[] = [];
  const problems: string[] = [];
  for (const jurisdiction of asked) {
    const text = packs[jurisdiction];
    const parsed = text === undefined ? undefined : parsePack(text);
    if (!parsed) problems.push(`${jurisdiction}: what this jurisdiction asks is not there`);
    else if (!parsed.ok) problems.push(...parsed.problems.map((problem) => `${jurisdiction}: ${problem}`));
    else if (parsed.pack.jurisdiction !== jurisdiction)
      problems.push(`${jurisdiction}: the file is for ${parsed.pack.jurisdiction}`);
    else read.push(parsed.pack);
  }
  return { packs: read, problems };
}

/** A release as one text: what is stored, and what its hash is over. Equal texts give equal documents. */
export function documentOf({ flow, policy, company, prompts, sms, packs }: ReleaseTexts): string {
  return canonicalJson(
    withFormat({
      flow,
      policy,
      company,
      prompts: { ...prompts },
      sms: { ...sms },
      ...(packs === undefined ? {} : { packs: { ...packs } }),
    }),
  );
}

/** Makes a release of its texts, or answers every problem in all of them at once. Pure. */
export function makeRelease(texts: ReleaseTexts, origin: ReleaseOrigin = 'files'): ReleaseLoaded {
  const flow = parseFlow(texts.flow);
  const company = loadCompany(texts.company);
  const packs = packsFor(texts, company.ok ? company.company : undefined);
  const policy = parsePolicy(texts.policy, packs.packs, origin);
  const prompts = loadPrompts(
    texts.prompts,
    policy.ok ? policy.policy.dialogue.promptSeconds : undefined,
    origin,
  );
  const sms = loadSms(texts.sms, origin);
  const problems = [
    ...(flow.ok ? [] : flow.problems.map((problem) => `flow: ${problem}`)),
    ...(policy.ok ? [] : policy.problems.map((problem) => `policy: ${problem}`)),
    ...packs.problems.map((problem) => `jurisdiction: ${problem}`),
    ...(prompts.ok ? [] : prompts.problems.map((problem) => `prompts: ${problem}`)),
    ...(sms.ok ? [] : sms.problems.map((problem) => `sms: ${problem}`)),
    ...(company.ok ? [] : company.problems.map((problem) => `company: ${problem}`)),
    ...(flow.ok
      ? crossProblems(
          flow.definition,
          policy.ok ? policy.policy : undefined,
          prompts.ok ? (prompt) => prompts.prompts.has(prompt) : undefined,
        ).map((problem) => `flow: ${problem}`)
      : []),
  ];
  if (problems.length > 0 || !flow.ok || !policy.ok || !prompts.ok || !sms.ok || !company.ok)
    return { ok: false, problems };
  return {
    ok: true,
    release: {
      hash: sha256(documentOf(texts)),
      flow: createFlowMachine(flow.definition),
      policy: policy.policy,
      company: company.company,
      prompts: prompts.prompts,
      sms: sms.sms,
    },
  };
}
