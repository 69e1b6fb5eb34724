import type { Language } from '../../locales/catalogue.ts';
import { assert } from '../../platform/fault.ts';
import { fillTemplate } from '../../speech/template.ts';
import { ADMINISTRATION_WORDS } from './administration-words.ts';
import { BOARD_WORDS } from './board-words.ts';
import { CALL_WORDS } from './call-words.ts';
import { DESK_AREA_WORDS } from './desk-words.ts';
import { OWN_WORDS } from './own-words.ts';
import { PROPOSAL_WORDS } from './proposal-words.ts';
import { CHANGE_REFUSAL_WORDS, SHELL_WORDS } from './shell-words.ts';
import { SHIFT_WORDS } from './shift-words.ts';
import { SIGN_IN_WORDS } from './sign-in-words.ts';

/** Every word of the desk: a list of each area, one line here; flows/locales/<tag>/desk.yaml has the words. */
export const DESK_WORDS = {
  ...SHELL_WORDS,
  ...SIGN_IN_WORDS,
  ...OWN_WORDS,
  ...SHIFT_WORDS,
  ...ADMINISTRATION_WORDS,
  ...CHANGE_REFUSAL_WORDS,
  ...PROPOSAL_WORDS,
  ...DESK_AREA_WORDS,
  ...CALL_WORDS,
  ...BOARD_WORDS,
} as const;

type DeskKey = keyof typeof DESK_WORDS;
/** Words without values. */
export type PlainKey = {
  [Key in DeskKey]: (typeof DESK_WORDS)[Key] extends readonly [] ? Key : never;
}[DeskKey];
type ValuesOf<Key extends DeskKey> = { readonly [name in (typeof DESK_WORDS)[Key][number]]: string | number };
/** Nothing where the words have no values, all of them where they have. */
type Given<Key extends DeskKey> = (typeof DESK_WORDS)[Key] extends readonly [] ? [] : [ValuesOf<Key>];

/** The words of one language. */
export interface Words {
  readonly language: Language;
  <Key extends DeskKey>(key: Key, ...values: Given<Key>): string;
}

/** Words from checked templates. A value that is missing is a bug. */
export function wordsFrom(language: Language, templates: ReadonlyMap<string, string>): Words {
  const say = (key: string, values?: { readonly [name: string]: string | number }): string => {
    const template = templates.get(key);
    assert(template !== undefined, `the words ${key} exist in ${language}`);
    return fillTemplate(template, (name) => {
      const value = values?.[name];
      assert(value !== undefined, `the words ${key} are given their value ${name}`);
      return String(value);
    });
  };
  return Object.assign(say, { language }) as Words;
}
