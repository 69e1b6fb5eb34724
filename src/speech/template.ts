/** Takes one problem of a file, in words for the author of the file. */
export type Report = (problem: string) => void;

/** A value's place in a text: `{amount}`. */
const PLACE = /\{([A-Za-z]+)\}/g;

/** The names of the values a text has places for. */
export function valuesIn(template: string): ReadonlySet<string> {
  return new Set([...template.matchAll(PLACE)].map((match) => match[1] ?? ''));
}

/** A text without the places of its values: the words somebody wrote. */
export function wordsOf(template: string): string {
  return template.replace(PLACE, ' ').trim();
}

/** Puts the values in, in one pass: braces inside a value stay what they are. */
export function fillTemplate(template: string, lookUp: (name: string) => string): string {
  return template.replace(PLACE, (_whole, name: string) => lookUp(name));
}

/** Reports keys that are missing or that nobody knows; all that are known must be there unless fewer are `required`. */
export function checkKeys(
  what: string,
  templates: ReadonlyMap<string, string>,
  known: readonly string[],
  report: Report,
  required = known,
): void {
  for (const key of required) if (!templates.has(key)) report(`${key}: missing`);
  for (const key of templates.keys()) if (!known.includes(key)) report(`${key}: unknown ${what}`);
}

/** Reports values other than the text's own; answers whether all of them are. */
export function checkValues(
  key: string,
  template: string,
  expected: readonly string[],
  kind: { readonly what: string; readonly verb: string; has(name: string): boolean },
  report: Report,
): boolean {
  const named = valuesIn(template);
  const unknown = [...named].filter((name) => !kind.has(name));
  for (const name of unknown) report(`${key}: {${name}} is no value a ${kind.what} can ${kind.verb}`);
  for (const name of named) {
    if (kind.has(name) && !expected.includes(name))
      report(`${key}: {${name}} is not given to this ${kind.what}`);
  }
  for (const name of expected) {
    if (!named.has(name))
      report(`${key}: {${name}} is missing, every language ${kind.verb}s the same values`);
  }
  return unknown.length === 0;
}
