/** Characters nobody sees, which change nothing where they stand at the ends of a cell. */
const INVISIBLE: { readonly [character: string]: string } = {
  '\u00a0': 'no-break space',
  '\u00ad': 'soft hyphen',
  '\u200b': 'zero width space',
  '\u200c': 'zero width non-joiner',
  '\u200d': 'zero width joiner',
  '\u200e': 'left-to-right mark',
  '\u200f': 'right-to-left mark',
  '\u202a': 'left-to-right embedding',
  '\u202b': 'right-to-left embedding',
  '\u202c': 'pop directional formatting',
  '\u202f': 'narrow no-break space',
  '\u2060': 'word joiner',
  '\u2066': 'left-to-right isolate',
  '\u2067': 'right-to-left isolate',
  '\u2068': 'first strong isolate',
  '\u2069': 'pop directional isolate',
  '\u3000': 'ideographic space',
  '\ufeff': 'byte-order mark',
};
const LINE_BREAKS: { readonly [character: string]: string } = {
  '\n': 'line break',
  '\r': 'line break',
  '\t': 'tab',
  '\u0000': 'zero byte',
  '\u202d': 'left-to-right override',
  '\u202e': 'right-to-left override',
  '\ufffd': 'replacement character: the text was damaged before',
};
const WIDE_SPACES = /[\u00a0\u202f\u3000]/g;
const CONTROL = /[\p{C}\p{Zl}\p{Zp}\ufffd]/u;

/** A character that is named instead of shown: `U+200B (zero width space) at character 3`. Places count from 1. */
function nameCharacter(character: string, place: number): string {
  const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  const words = INVISIBLE[character] ?? LINE_BREAKS[character] ?? 'cannot be seen';
  return `U+${code} (${words}) at character ${place}`;
}

interface CleanCell {
  readonly text: string;
  /** Characters that nobody sees and that were left out, by name and place. */
  readonly leftOut: readonly string[];
  /** A spreadsheet's mark for text was left out: `'0123` or `="0123"`. */
  readonly unmarked: boolean;
}

/**
 * What a cell says: without spaces and invisible characters at its ends, in a number or date without any of them, with
 * ordinary spaces for wide ones. What was left out is told, so that nothing disappears in silence. Pure.
 */
export function cleanCell(cell: string, numeric: boolean): CleanCell {
  const characters = [...cell];
  const isPlain = (character: string) => !(character in INVISIBLE) && character.trim() !== '';
  const [begin, end] = [characters.findIndex(isPlain), characters.findLastIndex(isPlain)];
  const leftOut: string[] = [];
  const kept = characters.filter((character, index) => {
    const outside = begin === -1 || index < begin || index > end;
    const goes = outside || (numeric && character in INVISIBLE);
    if (goes && character in INVISIBLE) leftOut.push(nameCharacter(character, index + 1));
    return !goes;
  });
  const text = kept.join('').replace(WIDE_SPACES, ' ');
  const inner = numeric ? (/^="(.*)"$/.exec(text)?.[1] ?? /^['’](?=.)(.*)$/.exec(text)?.[1]) : undefined;
  return { text: inner ?? text, leftOut, unmarked: inner !== undefined };
}

/** The first character of a clean cell that nobody sees, by name and place; undefined where all can be seen. */
export function firstUnseen(text: string): string | undefined {
  const index = [...text].findIndex((character) => character in INVISIBLE || CONTROL.test(character));
  return index === -1 ? undefined : nameCharacter([...text][index] ?? '', index + 1);
}
