import type { Instant } from '../platform/clock.ts';
import { toAsciiForms } from '../platform/digits.ts';
import { assert } from '../platform/fault.ts';
import { isJurisdiction, JURISDICTION_RULES, type Jurisdiction } from './catalogue.ts';
import { cnDocuments } from './cn-documents.ts';
import { type DocumentRules, PLAIN_NUMBER } from './document.ts';
import { vnDocuments } from './vn-documents.ts';

/** Every kind of document a customer can be enrolled with; a policy says which of them callers may key. */
const DOCUMENT_RULES = {
  ...cnDocuments,
  ...vnDocuments,
  passport: {
    ...PLAIN_NUMBER,
    description: 'a passport (6 to 9 digits, letters as printed)',
    issuedIn: undefined,
    // With fewer digits, what is left on a telephone would fit too many people.
    shape: /^(?=[A-Z]*\d(?:[A-Z]*\d){5,8}[A-Z]*$)[A-Z\d]{6,12}$/,
    keyedShape: /^\d{6,9}$/,
  },
} as const satisfies Readonly<Record<string, DocumentRules>>;

export type DocumentKind = keyof typeof DOCUMENT_RULES;
export const DOCUMENT_KINDS = Object.keys(DOCUMENT_RULES) as readonly DocumentKind[];

const rulesOf = (kind: DocumentKind): DocumentRules => DOCUMENT_RULES[kind];

/** A document as it is looked up. */
export interface IdentityDocument {
  readonly kind: DocumentKind;
  /** What can be keyed of its number, in its one form: digits, and X as the last of 18 characters. */
  readonly id: string;
}

type DocumentReading =
  | { readonly kind: 'read'; readonly document: IdentityDocument }
  /** It may be each of these, and nothing tells which. */
  | { readonly kind: 'may_be'; readonly kinds: readonly DocumentKind[] }
  | { readonly kind: 'none' };

/**
 * Reads a number as written in a bank's record. `stated` is the kind the record names; without it a number has to tell its
 * kind by itself, or be one of `home` alone (nine digits of a Vietnamese customer are a CMND). Pure.
 */
export function readWrittenDocument(
  text: string,
  { stated, home }: { readonly stated?: DocumentKind | undefined; readonly home?: Jurisdiction | undefined },
  now: Instant,
): DocumentReading {
  const written = toAsciiForms(text)
    .replace(/[\s()-]/g, '')
    .toUpperCase();
  const fits = (stated ? [stated] : DOCUMENT_KINDS).filter((kind) => {
    const { shape, lookUpForm, canExist } = rulesOf(kind);
    return shape.test(written) && canExist(lookUpForm(written), now);
  });
  const kind =
    stated === undefined
      ? (fits.find((one) => rulesOf(one).tellsItself) ??
        fits.find((one) => one === 'vn_cmnd' && rulesOf(one).issuedIn === home))
      : fits[0];
  if (kind) return { kind: 'read', document: { kind, id: rulesOf(kind).lookUpForm(written) } };
  return fits.length > 0 ? { kind: 'may_be', kinds: fits } : { kind: 'none' };
}

/**
 * The look-up form of a number as keyed, where it can be one of the `accepted` kinds; otherwise undefined, so that a typing
 * error costs neither an attempt nor a look-up. What is accepted depends on the keys and the policy, never on who is a
 * customer (Z3).
 */
export function readKeyedDocument(
  keyed: string,
  accepted: readonly DocumentKind[],
  now: Instant,
): string | undefined {
  for (const kind of accepted) {
    const { keyedShape, lookUpForm, canExist } = rulesOf(kind);
    if (keyedShape.test(keyed) && canExist(lookUpForm(keyed), now)) return lookUpForm(keyed);
  }
  return undefined;
}

/** Whose rules hold for the holder of a document; undefined where the document does not tell. */
export function jurisdictionOf(kind: DocumentKind): Jurisdiction | undefined {
  const { issuedIn } = rulesOf(kind);
  return issuedIn !== undefined && isJurisdiction(issuedIn) ? issuedIn : undefined;
}

/** The kind of document nearly everybody of a jurisdiction has. */
export function nationalIdKindOf(jurisdiction: Jurisdiction): DocumentKind {
  const kind = DOCUMENT_KINDS.find(
    (one) => DOCUMENT_RULES[one] === JURISDICTION_RULES[jurisdiction].nationalId,
  );
  assert(kind, 'the national ID of a jurisdiction is one of the documents');
  return kind;
}

/** What a document tells of its holder's birth: YYYYMMDD, YYYY or nothing (weak PINs). */
export function documentBirthDigits({ kind, id }: IdentityDocument): string {
  return rulesOf(kind).birthDigits(id);
}

/** Whether two kinds have one number for one person: an old Chinese ID is looked up as the new one. */
export function numbersPeopleAlike(one: DocumentKind, other: DocumentKind): boolean {
  return one === other || [one, other].every((kind) => kind === 'cn_id' || kind === 'cn_id15');
}

/** What the kinds are called, in words for the author of a file. */
export function describeDocuments(kinds: readonly DocumentKind[]): string {
  return kinds.map((kind) => `${rulesOf(kind).description}: ${kind}`).join('; ');
}
