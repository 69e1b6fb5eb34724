import { parseDocument } from 'yaml';
import { brokenBounds } from './bounds.ts';
import { type JurisdictionPack, lintPolicy } from './jurisdiction.ts';
import { type Policy, policySchema } from './policy.ts';

type PolicyParse =
  | { readonly ok: true; readonly policy: Policy }
  | { readonly ok: false; readonly problems: readonly string[] };

/**
 * Reads a policy file: YAML, shape, the product's bounds and those of the jurisdictions it is for. Answers every
 * problem at once, each naming the key or the rule.
 */
export function parsePolicy(text: string, packs: readonly JurisdictionPack[] = []): PolicyParse {
  const document = parseDocument(text, { uniqueKeys: true });
  if (document.errors.length > 0)
    return { ok: false, problems: document.errors.map((error) => error.message) };
  const parsed = policySchema.safeParse(document.toJS());
  if (!parsed.success) {
    return {
      ok: false,
      problems: parsed.error.issues.map(
        ({ path, message }) => `${path.map(String).join('.')}: ${wordsFor(path, message, document.toJS())}`,
      ),
    };
  }
  const problems = [...brokenBounds(parsed.data), ...lintPolicy(parsed.data, packs)];
  return problems.length > 0 ? { ok: false, problems } : { ok: true, policy: parsed.data };
}

/** An action that is left out is told in words of its own: whoever has added one to the program reads this. */
function wordsFor(path: readonly PropertyKey[], message: string, file: unknown): string {
  const [part, action, ...deeper] = path;
  if (part !== 'actions' || action === undefined || deeper.length > 0) return message;
  const { actions } = file as { readonly actions?: unknown };
  const isThere = typeof actions === 'object' && actions !== null && Object.hasOwn(actions, action);
  return isThere ? message : 'is missing; the policy says of every action what it takes';
}
