import { parseDocument } from 'yaml';
import type { z } from 'zod';
import { definitionSchema, type FlowDefinition } from './definition.ts';
import { flowProblems } from './flow-problems.ts';

type FlowParse =
  | { readonly ok: true; readonly definition: FlowDefinition }
  | { readonly ok: false; readonly problems: readonly string[] };

/** Reads a flow file: YAML, shape, vocabulary, references. Answers every problem at once. */
export function parseFlow(text: string): FlowParse {
  const document = parseDocument(text, { uniqueKeys: true });
  if (document.errors.length > 0)
    return { ok: false, problems: document.errors.map((error) => error.message) };
  const parsed = definitionSchema.safeParse(document.toJS());
  if (!parsed.success) {
    return { ok: false, problems: parsed.error.issues.flatMap((issue) => issueSentences(issue, [])) };
  }
  const problems = flowProblems(parsed.data);
  return problems.length > 0 ? { ok: false, problems } : { ok: true, definition: parsed.data };
}

/** A union's problem is told by its nearest branch: the one that was right the furthest down, then the one with the fewest complaints. */
function issueSentences(issue: z.core.$ZodIssue, before: readonly PropertyKey[]): readonly string[] {
  const path = [...before, ...issue.path];
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const nearest = [...issue.errors].sort((a, b) => depthOf(b) - depthOf(a) || a.length - b.length)[0] ?? [];
    return nearest.flatMap((inner) => issueSentences(inner, path));
  }
  return [`${path.map(String).join('.')}: ${issue.message}`];
}

/** How far down the branch of a union was right, unions inside it included. */
function depthOf(issues: readonly z.core.$ZodIssue[]): number {
  const depths = issues.map(
    (issue) =>
      issue.path.length + (issue.code === 'invalid_union' ? Math.max(0, ...issue.errors.map(depthOf)) : 0),
  );
  return Math.max(0, ...depths);
}
