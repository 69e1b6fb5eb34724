import { parseDocument } from 'yaml';
import { brokenBounds } from './bounds.ts';
import { type JurisdictionPack, lintPolicy } from './jurisdiction.ts';
import { type Policy, policySchema } from './policy.ts';

export type PolicyParse =
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
      problems: parsed.error.issues.map((issue) => `${issue.path.map(String).join('.')}: ${issue.message}`),
    };
  }
  const problems = [...brokenBounds(parsed.data), ...lintPolicy(parsed.data, packs)];
  return problems.length > 0 ? { ok: false, problems } : { ok: true, policy: parsed.data };
}
