import type { DocumentKind } from '../jurisdictions/documents.ts';
import { type Language, LOCALES } from './catalogue.ts';

/** What the kinds are called to a caller, each name once. */
export function documentNames(kinds: readonly DocumentKind[], language: Language): string {
  const { documentNames: names, between } = LOCALES[language];
  return [...new Set(kinds.map((kind) => names[kind]))].join(between);
}
