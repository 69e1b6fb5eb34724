import { badgesOf, rowText } from './page.ts';
import { GENERATED, type Picture, type PictureBox } from './picture.ts';

const LEVEL_CLASSES = [
  'classDef L0 fill:#f3f4f6,stroke:#6b7280',
  'classDef L1 fill:#fef3c7,stroke:#b45309',
  'classDef L2 fill:#dbeafe,stroke:#1d4ed8',
  'classDef L3 fill:#dcfce7,stroke:#15803d',
];

/** A word Mermaid takes for the name of a node; some short ones, such as `end`, mean something to it. */
function nodeName(id: string): string {
  return `s_${id.replace(/[^A-Za-z0-9]/g, '_')}`;
}

function mermaidText(text: string): string {
  return text
    .replaceAll('#', '#35;')
    .replaceAll('"', '#quot;')
    .replaceAll('<', '#lt;')
    .replaceAll('>', '#gt;');
}

function boxMermaid(box: PictureBox): string {
  const badges = badgesOf(box);
  const lines = [
    `<b>${mermaidText(box.title)}</b>${badges.length > 0 ? ` ${badges.join(' → ')}` : ''}`,
    ...box.lines.map(mermaidText),
    ...box.rows.map((row) => mermaidText(rowText(row))),
    ...(box.rules.length > 0 ? [`<i>${mermaidText(box.rules.join(' '))}</i>`] : []),
  ];
  const [open, close] = box.kind === 'part' ? ['[["', '"]]'] : ['["', '"]'];
  return `  ${nodeName(box.id)}${open}${lines.join('<br/>')}${close}${box.level ? `:::${box.level}` : ''}`;
}

/** A picture as a Mermaid flowchart, for where Markdown is shown. */
export function pictureMermaid({ title, boxes, arrows }: Picture): string {
  return [
    '---',
    `title: ${title}`,
    '---',
    'flowchart LR',
    `  %% ${GENERATED}`,
    ...boxes.map(boxMermaid),
    ...arrows.map(
      ({ from, to, labels }) =>
        `  ${nodeName(from)} -->|"${labels.map(mermaidText).join('<br/>')}"| ${nodeName(to)}`,
    ),
    ...LEVEL_CLASSES.map((line) => `  ${line}`),
    '',
  ].join('\n');
}
