import { parseDocument } from 'yaml';
import { z } from 'zod';

const ruleId = z.string().regex(/^[RSVEZ]\d+(\.\d+)?$/, 'a rule id such as R5.1');
const placeSchema = z.union([z.string(), z.strictObject({ file: z.string(), name: z.string().min(1) })]);

const ruleSchema = z.strictObject({
  rule: z.string().min(1),
  kept: z.array(placeSchema).optional(),
  invariants: z.array(z.int().positive()).optional(),
  audit: z.array(z.string().min(1)).optional(),
  unseen: z.string().optional(),
  missing: z.string().optional(),
});

const rulebookSchema = z.strictObject({
  sections: z.array(z.strictObject({ letter: z.string().length(1), title: z.string(), about: z.string() })),
  rules: z.record(ruleId, ruleSchema),
});

/** A place a rule is kept: a sentence, or a file in which a name must be found. */
export type RulePlace = z.infer<typeof placeSchema>;
/** What is written by hand of one rule (docs/rulebook.yaml). */
export type WrittenRule = z.infer<typeof ruleSchema>;
/** The rules a hotline lives under, and what citations cannot tell of them. */
export type Rulebook = z.infer<typeof rulebookSchema>;

type RulebookParse =
  | { readonly ok: true; readonly rulebook: Rulebook }
  | { readonly ok: false; readonly problems: readonly string[] };

/** Reads docs/rulebook.yaml; answers every problem at once. `entryTypes` are the types of entry the record may hold. */
export function parseRulebook(text: string, entryTypes: ReadonlySet<string>): RulebookParse {
  const document = parseDocument(text, { uniqueKeys: true });
  if (document.errors.length > 0)
    return { ok: false, problems: document.errors.map(({ message }) => message) };
  const parsed = rulebookSchema.safeParse(document.toJS());
  if (parsed.success) {
    const unknown = Object.entries(parsed.data.rules).flatMap(([id, { audit = [] }]) =>
      audit
        .filter((type) => !entryTypes.has(type))
        .map((type) => `rules.${id}.audit: no entry has the type ${type}`),
    );
    return unknown.length > 0 ? { ok: false, problems: unknown } : { ok: true, rulebook: parsed.data };
  }
  return {
    ok: false,
    problems: parsed.error.issues.map(({ path, message }) => `${path.map(String).join('.')}: ${message}`),
  };
}
