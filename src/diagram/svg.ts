import { LEVELS, type Level } from '../actions/requirement.ts';
import type { PlacedArrow, PlacedBox, PlacedPicture, Point } from './layout.ts';
import {
  BADGE_WIDTH,
  BAR,
  badgesOf,
  LINE_HEIGHT,
  PADDING,
  RULE_SIZE,
  TEXT_SIZE,
  TITLE_SIZE,
} from './page.ts';
import { GENERATED } from './picture.ts';
import { textWidth } from './text-width.ts';

const LEVEL_COLOURS: { readonly [level in Level]: string } = {
  L0: '#6b7280',
  L1: '#b45309',
  L2: '#1d4ed8',
  L3: '#15803d',
};
const MARGIN = 20;
/** One screen. */
const PAGE_WIDTH = 1400;
const NOTE_SIZE = 12;

function xmlText(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

function n(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function badge(level: Level, x: number, y: number): string {
  return `<rect x="${n(x)}" y="${n(y)}" width="${BADGE_WIDTH}" height="15" rx="3" fill="${LEVEL_COLOURS[level]}"/><text x="${n(x + BADGE_WIDTH / 2)}" y="${n(y + 11.5)}" class="badge">${level}</text>`;
}

function boxSvg({ box, lines, x, y, width, height }: PlacedBox): string {
  const [level, gives] = badgesOf(box);
  const out: string[] = [];
  out.push(
    `<rect x="${n(x)}" y="${n(y)}" width="${n(width)}" height="${n(height)}" rx="5" class="box ${box.kind}"/>`,
  );
  if (box.kind === 'part')
    out.push(
      `<rect x="${n(x + 3)}" y="${n(y + 3)}" width="${n(width - 6)}" height="${n(height - 6)}" rx="3" class="inner"/>`,
    );
  if (level)
    out.push(
      `<path d="M${n(x)} ${n(y + 5)}a5 5 0 0 1 5 -5h1v${n(height)}h-1a5 5 0 0 1 -5 -5z" fill="${LEVEL_COLOURS[level]}"/>`,
    );
  let right = x + width - PADDING + 2;
  if (gives) {
    right -= BADGE_WIDTH;
    out.push(badge(gives, right, y + 7));
    right -= 12;
    out.push(`<text x="${n(right + 6)}" y="${n(y + 18.5)}" class="small" text-anchor="middle">→</text>`);
  }
  if (level) out.push(badge(level, right - BADGE_WIDTH, y + 7));
  lines.forEach((line, index) => {
    const baseline = y + PADDING + 10 + index * LINE_HEIGHT + (index > 0 ? 1 : 0);
    out.push(
      `<text x="${n(x + BAR + PADDING + line.indent)}" y="${n(baseline)}" class="${line.role}">${xmlText(line.text)}</text>`,
    );
  });
  const body = out.join('');
  return box.link ? `<a href="${box.link}.svg">${body}</a>` : body;
}

const CORNER = 5;

/** A line through points with rounded corners. */
function pathOf(points: readonly Point[]): string {
  return points
    .map((point, index) => {
      const [before, after] = [points[index - 1], points[index + 1]];
      if (!before) return `M${n(point.x)} ${n(point.y)}`;
      if (!after) return `L${n(point.x)} ${n(point.y)}`;
      const towards = (other: Point) => {
        const length = Math.hypot(other.x - point.x, other.y - point.y);
        const part = length === 0 ? 0 : Math.min(CORNER, length / 2) / length;
        return `${n(point.x + (other.x - point.x) * part)} ${n(point.y + (other.y - point.y) * part)}`;
      };
      return `L${towards(before)}Q${n(point.x)} ${n(point.y)} ${towards(after)}`;
    })
    .join('');
}

function arrowSvg({ points }: PlacedArrow): string {
  return `<path d="${pathOf(points)}" class="arrow" marker-end="url(#tip)"/>`;
}

function labelSvg({ label }: PlacedArrow): string {
  const { lines, x, y, width, height } = label;
  const texts = lines.map(
    (line, index) =>
      `<text x="${n(x + width / 2)}" y="${n(y + 11 + index * (LINE_HEIGHT - 2))}" class="label">${xmlText(line)}</text>`,
  );
  return `<rect x="${n(x)}" y="${n(y)}" width="${n(width)}" height="${n(height)}" class="behind"/>${texts.join('')}`;
}

const STYLE = `
text{font-family:Helvetica,Arial,'Liberation Sans',sans-serif;font-size:${TEXT_SIZE}px;fill:#1f2937}
.heading{font-size:20px;font-weight:700}
.note{font-size:${NOTE_SIZE}px;fill:#374151}.small{fill:#4b5563}
.title{font-size:${TITLE_SIZE}px;font-weight:700}
.badge{font-size:10.5px;font-weight:700;fill:#fff;text-anchor:middle}
.from{fill:#1d4ed8}.person{fill:#b91c1c}.again{fill:#6b7280}.elsewhere{fill:#1d4ed8}
.rules{font-size:${RULE_SIZE}px;fill:#6d28d9}
.label{text-anchor:middle;fill:#111827}
.box{fill:#fff;stroke:#9ca3af}.box.part{fill:#f5f3ff;stroke:#7c3aed}
.inner{fill:none;stroke:#c4b5fd}
.behind{fill:#fff;opacity:.9}
.arrow{fill:none;stroke:#4b5563;stroke-width:1.3}
`
  .trim()
  .replaceAll('\n', '');

const NOTE_HEIGHT = 16;
const NOTE_COLUMNS = 2;
const LEGEND_COLUMNS = 3;
/** What the colours and signs mean; the levels are those of the policy. */
const LEVEL_WORDS: { readonly [level in Level]: string } = {
  L0: 'nobody',
  L1: 'identified',
  L2: 'PIN',
  L3: 'PIN and one-time code for this order',
};

const SIGNS =
  'A badge: what every caller at this box has proved, at the least; after an arrow: what the right entry gives. (2×): twice in a call, then the other way. Double frame: a picture of its own. R, S, V, E, Z: docs/rules.md.';

/** Notes side by side in columns, read downwards. */
function noteColumns(notes: readonly string[], columns: number, top: number, role: string): string {
  const rows = Math.ceil(notes.length / columns);
  return notes
    .map((note, index) => {
      const x = MARGIN + Math.floor(index / rows) * ((PAGE_WIDTH - 2 * MARGIN) / columns);
      return `<text x="${n(x)}" y="${n(top + (index % rows) * NOTE_HEIGHT)}" class="${role}">${xmlText(note)}</text>`;
    })
    .join('');
}

function levelsSvg(y: number): string {
  let x = MARGIN;
  return LEVELS.map((level) => {
    const at = x;
    x += BADGE_WIDTH + 6 + textWidth(LEVEL_WORDS[level], NOTE_SIZE) + 16;
    return `${badge(level, at, y - 12)}<text x="${n(at + BADGE_WIDTH + 6)}" y="${n(y)}" class="note">${LEVEL_WORDS[level]}</text>`;
  }).join('');
}

/** A placed picture as an SVG file of its own, with what holds at every step told below it. */
export function pictureSvg(
  { picture, ...placed }: PlacedPicture,
  globalTransitions: readonly string[],
): string {
  const width = PAGE_WIDTH;
  const noteRows = Math.ceil(picture.notes.length / NOTE_COLUMNS);
  const header = 46 + noteRows * NOTE_HEIGHT;
  const legend = header + placed.height + 34;
  const legendRows = Math.ceil(globalTransitions.length / LEGEND_COLUMNS);
  const height = legend + (legendRows + 3) * NOTE_HEIGHT + 6;
  const left = Math.max(MARGIN, Math.floor((width - placed.width) / 2));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${n(height)}" width="${width}" height="${n(height)}" role="img" aria-label="${xmlText(picture.title)}">
<!-- ${GENERATED} -->
<style>${STYLE}</style>
<defs><marker id="tip" viewBox="0 0 8 8" refX="7.5" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 .5L8 4L0 7.5z" fill="#4b5563"/></marker></defs>
<rect width="${width}" height="${n(height)}" fill="#fff"/>
<text x="${MARGIN}" y="30" class="heading">${xmlText(picture.title)}</text>
${noteColumns(picture.notes, NOTE_COLUMNS, 50, 'note')}
<g transform="translate(${left} ${n(header)})">
${[...placed.arrows.map(arrowSvg), ...placed.arrows.map(labelSvg), ...placed.boxes.map(boxSvg)].join('\n')}
</g>
<path d="M${MARGIN} ${n(legend - 20)}H${width - MARGIN}" stroke="#d1d5db"/>
<text x="${MARGIN}" y="${n(legend)}" class="title">From everywhere</text>
${noteColumns(globalTransitions, LEGEND_COLUMNS, legend + NOTE_HEIGHT, 'small')}
${levelsSvg(legend + (legendRows + 1.5) * NOTE_HEIGHT)}
<text x="${MARGIN}" y="${n(legend + (legendRows + 2.7) * NOTE_HEIGHT)}" class="small">${SIGNS}</text>
</svg>
`;
}
