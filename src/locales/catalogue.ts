import { enUs } from './en-us.ts';
import type { Locale } from './locale.ts';
import { viVn } from './vi-vn.ts';
import { zhCn } from './zh-cn.ts';

/** The languages callers and customers can choose; after key 8 each has the key of its place here. How to add one: docs/extending.md. */
export const LOCALES = { 'zh-CN': zhCn, 'vi-VN': viVn, 'en-US': enUs } as const satisfies Readonly<
  Record<string, Locale>
>;

export type Language = keyof typeof LOCALES;
export const LANGUAGES = Object.keys(LOCALES) as readonly Language[];

/** Whether a text is the tag of a language of the catalogue. */
export function isLanguage(text: string): text is Language {
  return Object.hasOwn(LOCALES, text);
}

/** One value for each language. */
export type ByLanguage<Value> = { readonly [language in Language]: Value };

/** Makes one value for each language. */
export function byLanguage<Value>(make: (language: Language) => Value): ByLanguage<Value> {
  return Object.fromEntries(LANGUAGES.map((language) => [language, make(language)])) as ByLanguage<Value>;
}
