import type { Checkout } from './checkout.ts';
import type { Source } from './source.ts';

/**
 * Things of which one file should know, each under names that code and data use for examples of it. Names that mean other
 * things as well are left out: `code` is an exit code too, `freeze` a job of its own.
 */
const KINDS = {
  action: ['enquiry', 'repayment', 'transfer', 'loan_application', 'contact_change'],
  factor: ['identity', 'pin', 'confirmation'],
  language: ['zh-CN', 'vi-VN', 'en-US'],
  carrier: ['twilio'],
  jurisdiction: ['CN', 'VN'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** The carrier's markup is named after it. */
const CARRIER_WORDS: Readonly<Record<string, RegExp>> = { twilio: /twilio|twiml/i };

/** A kind of thing that a change adds one of. */
export type Kind = keyof typeof KINDS;
export const KNOWN_KINDS = Object.keys(KINDS) as readonly Kind[];

/** The files that name one thing. */
interface Knowers {
  readonly name: string;
  readonly sources: readonly string[];
  readonly data: readonly string[];
}

/** How "knows" is measured. */
export const KNOWLEDGE_RULE: readonly string[] = [
  'A source file knows an action, factor, language or jurisdiction when a string, a literal type or a key of an object is',
  'exactly its name; it knows a carrier when an identifier, a string or the path of an import contains its name or that of its markup, in capitals',
  'or not. A data file knows a thing when its path or its text, comments left out, has the name as a whole word. Printed is',
  'the example that most source files know: source files + data files.',
];

/** Who knows each example of a kind, the widest known first. */
export function knowersOf(kind: Kind, { sources, data }: Checkout): readonly Knowers[] {
  const knows = kind === 'carrier' ? mentions : names;
  return KINDS[kind]
    .map((name) => ({
      name,
      sources: [...sources.values()].filter((source) => knows(source, name)).map(({ path }) => path),
      data: [...data]
        .filter(([path, text]) => hasWord(path, name) || hasWord(withoutComments(text), name))
        .map(([path]) => path),
    }))
    .sort((one, two) => two.sources.length - one.sources.length);
}

function names({ literals }: Source, name: string): boolean {
  return literals.has(name);
}

function mentions({ identifiers, literals }: Source, name: string): boolean {
  const pattern = CARRIER_WORDS[name] ?? new RegExp(name, 'i');
  return [...identifiers, ...literals].some((text) => pattern.test(text));
}

function hasWord(text: string, word: string): boolean {
  return new RegExp(`(?<![\\w-])${word}(?![\\w-])`).test(text);
}

function withoutComments(text: string): string {
  return text.replace(/(^|\s)#.*$/gm, '$1');
}
