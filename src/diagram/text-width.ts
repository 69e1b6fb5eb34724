/** Advance widths of the printable ASCII characters in Helvetica, thousandths of the size. */
const HELVETICA = [
  278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556,
  556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278,
  500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469,
  556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500,
  278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
] as const;
const FIRST = 0x20;
/** Arrows and signs come from another font; they are all about as wide. */
const OTHER = 900;
const BOLD_IS_WIDER = 1.08;
/** Where Helvetica and Arial are missing, what stands in for them is up to this much wider. */
const STAND_IN_IS_WIDER = 1.12;

/** How wide a text is, in the unit of `size`; the same at every step, because no font is asked. */
export function textWidth(text: string, size: number, bold = false): number {
  let sum = 0;
  for (const character of text) sum += HELVETICA[(character.codePointAt(0) ?? 0) - FIRST] ?? OTHER;
  return (sum / 1000) * size * (bold ? BOLD_IS_WIDER : 1) * STAND_IN_IS_WIDER;
}

/** Breaks a text between words so that no line is wider than `width`, if a word allows. */
export function wrapText(text: string, size: number, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && textWidth(longer, size) > width) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return line === '' ? lines : [...lines, line];
}
