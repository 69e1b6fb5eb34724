import { type Language, LOCALES } from '../../locales/catalogue.ts';
import { firstUnseen } from './cell.ts';

/** In characters. */
const LONGEST_NAME = 120;
/** What stands between the letters of names, in any language. */
const BETWEEN_LETTERS = /[ '’ʼ.,·・•()-]/u;
/** Two bytes of GBK that happen to be valid UTF-8 become one of these characters. */
const FIRST_TWO_BYTES = 0x80;
const LAST_TWO_BYTES = 0x7ff;

type NameReading =
  | { readonly kind: 'name'; readonly text: string; readonly question?: string }
  | { readonly kind: 'problem'; readonly problem: string };

const problem = (words: string): NameReading => ({ kind: 'problem', problem: words });

/**
 * Reads a name. What cannot be a name is a problem; letters that names of the language are not written with are a question,
 * because the commonest cause is a file in another encoding that reads as UTF-8 by chance. Pure.
 */
export function readName(cell: string, language: Language | undefined): NameReading {
  const text = cell.normalize('NFC');
  if (text === '') return problem('is empty');
  if ([...text].length > LONGEST_NAME) return problem(`is longer than ${LONGEST_NAME} characters`);
  const unseen = firstUnseen(text);
  if (unseen !== undefined) return problem(`holds ${unseen}, which nobody sees: take it out`);
  if (!/\p{L}/u.test(text)) return problem('holds no letter');
  const question = language && strangeCharacter(text, language);
  return { kind: 'name', text, ...(question !== undefined && { question }) };
}

function strangeCharacter(text: string, language: Language): string | undefined {
  const { nameCharacters } = LOCALES[language];
  const strange = [...text].findIndex(
    (character) =>
      !BETWEEN_LETTERS.test(character) &&
      ![...character.normalize('NFD')].every((part) => nameCharacters.test(part)),
  );
  if (strange === -1) return undefined;
  const code = [...text][strange]?.codePointAt(0) ?? 0;
  const words = `U+${code.toString(16).toUpperCase().padStart(4, '0')} at character ${strange + 1} is not written in names of ${language}`;
  const byChance = code >= FIRST_TWO_BYTES && code <= LAST_TWO_BYTES;
  return byChance
    ? `${words}: the file may be in another encoding, such as GBK; save it as "CSV UTF-8"`
    : words;
}

/** The question that two parts of a name ask: the family name has to be a part of the full one. Undefined where it is. */
export function familyNameQuestion(full: string, family: string): string | undefined {
  return full.toLowerCase().includes(family.toLowerCase()) ? undefined : 'is no part of the name';
}

/** Whether a name without a family name is that of a person with one name only: one word, and not of Chinese characters. */
export function isOneName(full: string): boolean {
  return !/[\s\p{Script=Han}]/u.test(full);
}
