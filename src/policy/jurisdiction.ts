import { parseDocument } from 'yaml';
import { z } from 'zod';
import type { Policy } from './policy.ts';

const value = z.union([z.string(), z.number(), z.boolean()]);
const ordered = z.union([z.string(), z.number()]);
const ruleId = z.string().regex(/^[RSVEZ]\d+(\.\d+)?$/, 'a rule id such as V1');

const boundSchema = z
  .strictObject({
    /** A key of the policy file; `first` and `last` are the ends of a list. */
    key: z.string().min(1),
    /** Keeps the bound where `key` does not. */
    orKey: z.string().min(1).optional(),
    is: value.optional(),
    atLeast: ordered.optional(),
    atMost: ordered.optional(),
    includes: z.string().optional(),
    rules: z.array(ruleId).min(1),
    basis: z.string().min(1),
  })
  .refine(
    ({ is, atLeast, atMost, includes }) =>
      [is, atLeast, atMost, includes].filter((limit) => limit !== undefined).length === 1,
    'exactly one of is, atLeast, atMost, includes',
  );

const packSchema = z.strictObject({
  jurisdiction: z.string().regex(/^[A-Z]{2}$/, 'an ISO 3166 country such as VN'),
  bounds: z.array(boundSchema).min(1),
});

/** One thing a jurisdiction asks of a policy. */
type PackBound = z.infer<typeof boundSchema>;
/** What a jurisdiction asks of a policy besides the product's own bounds (bounds.ts). */
export type JurisdictionPack = z.infer<typeof packSchema>;

type PackParse =
  | { readonly ok: true; readonly pack: JurisdictionPack }
  | { readonly ok: false; readonly problems: readonly string[] };

/** Reads a jurisdiction pack (flows/policy/cn.yaml, vn.yaml): YAML and shape. Answers every problem at once. */
export function parsePack(text: string): PackParse {
  const document = parseDocument(text, { uniqueKeys: true });
  if (document.errors.length > 0)
    return { ok: false, problems: document.errors.map((error) => error.message.split('\n')[0] ?? '') };
  const parsed = packSchema.safeParse(document.toJS());
  if (parsed.success) return { ok: true, pack: parsed.data };
  return {
    ok: false,
    problems: parsed.error.issues.map(
      (issue) => `${issue.path.map(String).join('.') || 'file'}: ${issue.message}`,
    ),
  };
}

/** What a policy has at a dotted key; undefined where it has nothing. */
function valueAt(policy: Policy, key: string): unknown {
  let place: unknown = policy;
  for (const name of key.split('.')) {
    if (Array.isArray(place)) {
      place = name === 'first' ? place[0] : name === 'last' ? place.at(-1) : place[Number(name)];
    } else if (typeof place === 'object' && place !== null && Object.hasOwn(place, name)) {
      place = (place as { readonly [name: string]: unknown })[name];
    } else return undefined;
  }
  return place;
}

/** Whether a value is at least a limit; numbers as numbers, levels by their names (L0 to L3). Other kinds never are. */
function atLeast(found: unknown, limit: string | number): boolean {
  if (typeof found === 'number' && typeof limit === 'number') return found >= limit;
  return typeof found === 'string' && typeof limit === 'string' && found >= limit;
}

function holds(bound: PackBound, found: unknown): boolean {
  if (bound.is !== undefined) return found === bound.is;
  if (bound.includes !== undefined) return Array.isArray(found) && found.includes(bound.includes);
  if (bound.atLeast !== undefined) return atLeast(found, bound.atLeast);
  if (bound.atMost === undefined) return false;
  return found === bound.atMost || (typeof found === typeof bound.atMost && !atLeast(found, bound.atMost));
}

/** What a bound asks, in words: `code.lifetimeSeconds is at most 300`. */
export function describeBound(bound: PackBound): string {
  const key = bound.orKey === undefined ? bound.key : `${bound.key} or ${bound.orKey}`;
  if (bound.is !== undefined) return `${key} is ${bound.is}`;
  if (bound.includes !== undefined) return `${key} includes ${bound.includes}`;
  if (bound.atLeast !== undefined) return `${key} is at least ${bound.atLeast}`;
  return `${key} is at most ${bound.atMost}`;
}

/**
 * Every bound of the packs that a policy breaks, as sentences with what the policy says, the rules and their basis;
 * empty when it may be used there. A key the policy does not have breaks its bound.
 */
export function lintPolicy(policy: Policy, packs: readonly JurisdictionPack[]): readonly string[] {
  return packs.flatMap(({ jurisdiction, bounds }) =>
    bounds
      .filter((bound) =>
        [bound.key, ...(bound.orKey === undefined ? [] : [bound.orKey])].every(
          (key) => !holds(bound, valueAt(policy, key)),
        ),
      )
      .map((bound) => {
        const found = valueAt(policy, bound.key);
        const says = found === undefined ? 'nothing' : JSON.stringify(found);
        return `${jurisdiction}: ${describeBound(bound)}; the policy says ${says} (${bound.rules.join(', ')}: ${bound.basis})`;
      }),
  );
}
