import type { Level } from '../actions/requirement.ts';
import type { PictureArrow, PictureBox, PictureRow } from './picture.ts';
import { textWidth, wrapText } from './text-width.ts';

/** Sizes of the page, in pixels at 100 %. Four boxes and three gaps beside each other fill a screen of 1400. */
export const BOX_WIDTH = 232;
export const GAP = 108;
export const TITLE_SIZE = 13;
export const TEXT_SIZE = 11.5;
export const RULE_SIZE = 10;
export const LINE_HEIGHT = 15;
export const PADDING = 9;
/** The bar in the colour of the level. */
export const BAR = 6;
export const BADGE_WIDTH = 26;
/** A straight arrow's label leaves some of its line to be seen; one in a channel has more room. */
const STRAIGHT_LABEL_WIDTH = GAP - 32;
const CHANNEL_LABEL_WIDTH = 150;

/** A line of text in a box, with the role that decides its colour. */
interface BoxLine {
  readonly text: string;
  readonly role: 'title' | 'text' | PictureRow['kind'] | 'rules';
  readonly indent: number;
}

/** A box with its text broken into lines and its size. */
export interface SizedBox {
  readonly box: PictureBox;
  readonly lines: readonly BoxLine[];
  readonly width: number;
  readonly height: number;
}

export interface Label {
  readonly lines: readonly string[];
  readonly width: number;
  readonly height: number;
}

/** The levels a box shows: what is proved there, and what it gives. */
export function badgesOf({ level, gives }: PictureBox): readonly Level[] {
  return [level, gives].filter((one) => one !== undefined);
}

/** A row in words. */
export function rowText({ when, kind, leads }: PictureRow): string {
  switch (kind) {
    case 'from':
      return `← ${leads}: ${when}`;
    case 'again':
      return `${when} → again`;
    case 'person':
      return `${when} → person: ${leads.replaceAll('_', ' ')}`.trim();
    case 'elsewhere':
      return `${when} → ${leads}`;
  }
}

const HANGING_INDENT = 10;

/** Breaks a box's text into lines and measures it. */
export function sizeBox(box: PictureBox): SizedBox {
  const inner = BOX_WIDTH - 2 * PADDING - BAR;
  const wrapped = (text: string, role: BoxLine['role'], indent = 0): BoxLine[] =>
    wrapText(text, role === 'rules' ? RULE_SIZE : TEXT_SIZE, inner - indent).map((line, index) => ({
      text: line,
      role,
      indent: index === 0 ? 0 : indent,
    }));
  const lines: BoxLine[] = [
    { text: box.title, role: 'title', indent: 0 },
    ...box.lines.flatMap((line) => wrapped(line, 'text')),
    ...box.rows.flatMap((row) => wrapped(rowText(row), row.kind, HANGING_INDENT)),
    ...(box.rules.length > 0 ? wrapped(box.rules.join('  '), 'rules') : []),
  ];
  return { box, lines, width: BOX_WIDTH, height: lines.length * LINE_HEIGHT + 2 * PADDING - 2 };
}

/** The label of an arrow as lines, and its size. */
export function sizeLabel({ labels }: PictureArrow, straight: boolean): Label {
  const lines = labels.flatMap((label) =>
    wrapText(label, TEXT_SIZE, straight ? STRAIGHT_LABEL_WIDTH : CHANNEL_LABEL_WIDTH),
  );
  return {
    lines,
    width: Math.ceil(Math.max(0, ...lines.map((line) => textWidth(line, TEXT_SIZE))) + 6),
    height: lines.length * (LINE_HEIGHT - 2) + 3,
  };
}
