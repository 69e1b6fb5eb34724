import { parseDocument } from 'yaml';
import { ACTION_CATALOGUE, ACTIONS } from '../actions/catalogue.ts';
import { brokenBounds } from './bounds.ts';
import { type JurisdictionPack, lintPolicy } from './jurisdiction.ts';
import { type Policy, policySchema } from './policy.ts';

type PolicyParse =
  | { readonly ok: true; readonly policy: Policy }
  | { readonly ok: false; readonly problems: readonly string[] };

/**
 * Reads a policy file: YAML, shape, the product's bounds and those of the jurisdictions it is for. Answers every
 * problem at once, each naming the key or the rule. A policy that is `stored` already is not asked for actions that came
 * after it: its flow does not offer them, and they take what every policy must ask for at least.
 */
export function parsePolicy(
  text: string,
  packs: readonly JurisdictionPack[] = [],
  origin: 'files' | 'stored' = 'files',
): PolicyParse {
  const document = parseDocument(text, { uniqueKeys: true });
  if (document.errors.length > 0)
    return { ok: false, problems: document.errors.map((error) => error.message) };
  const file: unknown = document.toJS();
  const parsed = policySchema.safeParse(origin === 'stored' ? withLaterActions(file) : file);
  if (!parsed.success) {
    const shape = parsed.error.issues.map(
      ({ path, message }) => `${path.map(String).join('.')}: ${wordsFor(path, message, file)}`,
    );
    return { ok: false, problems: [...shape, ...boundsBrokenBeside(file)] };
  }
  const problems = [
    ...(origin === 'files' ? missingKeys(parsed.data) : []),
    ...brokenBounds(parsed.data, origin),
    ...lintPolicy(parsed.data, packs),
  ];
  return problems.length > 0 ? { ok: false, problems } : { ok: true, policy: parsed.data };
}

/** Keys that came after the first releases: a new one says them, so that no gap in a file decides about a caller. */
function missingKeys({ code, dialogue }: Policy): readonly string[] {
  return [
    ...(code.simDateGoodForSeconds === undefined
      ? ['code.simDateGoodForSeconds: is missing; a date of a SIM says nothing of what happened since (Z5)']
      : []),
    ...(code.simUnknown === undefined
      ? ['code.simUnknown: is missing; say refused, or tolerated for a line without a feed of SIM dates (Z5)']
      : []),
    ...(dialogue.betweenKeysLongSeconds === undefined
      ? ['dialogue.betweenKeysLongSeconds: is missing; callers read long numbers from a card (Z12)']
      : []),
    ...(dialogue.moreTime === undefined
      ? ['dialogue.moreTime: is missing; some callers take more time at each step (S8)']
      : []),
  ];
}

/** What a file that only lacks actions breaks besides: who mends its shape hears of both at once. */
function boundsBrokenBeside(file: unknown): readonly string[] {
  const whole = policySchema.safeParse(withLaterActions(file));
  return whole.success ? brokenBounds(whole.data) : [];
}

/** A stored policy with a rule for every action of this program; what is no policy stays as it is and is refused for its shape. */
function withLaterActions(file: unknown): unknown {
  const actions = (file as { readonly actions?: unknown } | null)?.actions;
  if (typeof actions !== 'object' || actions === null) return file;
  const least = Object.fromEntries(
    ACTIONS.map((action) => {
      const { least: rule, readBack } = ACTION_CATALOGUE[action];
      const { level, levelWhenLarge, pin, basis } = rule;
      return [action, { level, levelWhenLarge, pin, readBack: readBack !== undefined, rules: [basis] }];
    }),
  );
  return { ...(file as object), actions: { ...least, ...actions } };
}

/** An action that is left out is told in words of its own: they are for an engineer who has added one to the program. */
function wordsFor(path: readonly PropertyKey[], message: string, file: unknown): string {
  const [part, action, ...deeper] = path;
  if (part !== 'actions' || action === undefined || deeper.length > 0) return message;
  const { actions } = file as { readonly actions?: unknown };
  const isThere = typeof actions === 'object' && actions !== null && Object.hasOwn(actions, action);
  return isThere ? message : 'is missing; the policy says of every action what it takes';
}
