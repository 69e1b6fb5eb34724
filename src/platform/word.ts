const WORD = /^[A-Za-z][A-Za-z0-9_.-]{0,63}$/;

/** Whether a text is one word of letters, digits and `_.-`, a letter first: what a closed list or a carrier calls a thing. */
export function isWord(text: string): boolean {
  return WORD.test(text);
}
