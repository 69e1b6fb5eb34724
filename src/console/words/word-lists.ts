/** Keys of words of the desk, each with the names of its values (`{minutes}`) in the order people read them. */
export interface WordList {
  readonly [key: string]: readonly string[];
}
