import { ACTIONS } from '../actions/catalogue.ts';
import type { Release } from '../flow/release.ts';
import { globalTransitionLines } from './global-transitions.ts';
import { placePicture } from './layout.ts';
import { pictureMermaid } from './mermaid.ts';
import { overviewPicture } from './overview.ts';
import { PARTS } from './parts.ts';
import { GENERATED, type Picture } from './picture.ts';
import { actionPicture, otherPicture, partPicture } from './pictures.ts';
import { exploreReachable } from './reachable.ts';
import { pictureSvg } from './svg.ts';

/** The pictures of a flow: the whole, one for each action, what needs no credentials, and the shared parts. */
export function picturesOf(release: Release): readonly Picture[] {
  const reachable = exploreReachable(release);
  return [
    overviewPicture(release, reachable),
    ...ACTIONS.map((action) => actionPicture(action, release, reachable)),
    otherPicture(release, reachable),
    ...PARTS.map((part) => partPicture(part, release, reachable)),
  ];
}

/** Draws a flow: file names with their text. Deterministic, byte for byte. */
export function drawFlow(release: Release): ReadonlyMap<string, string> {
  const globalTransitions = globalTransitionLines(release);
  const pictures = picturesOf(release);
  return new Map([
    ...pictures.flatMap((picture): [string, string][] => [
      [`${picture.id}.svg`, pictureSvg(placePicture(picture), globalTransitions)],
      [`${picture.id}.mmd`, pictureMermaid(picture)],
    ]),
    ['README.md', indexPage(pictures, globalTransitions)],
  ]);
}

/** The page that shows every picture. */
function indexPage(pictures: readonly Picture[], globalTransitions: readonly string[]): string {
  const [overview, ...others] = pictures;
  const section = ({ id, title, notes }: Picture, image: boolean) => [
    `## ${title}`,
    '',
    ...(notes.length > 0 ? [`${notes.join('; ')}.`, ''] : []),
    ...(image ? [`![${title}](${id}.svg)`, ''] : []),
    `[SVG](${id}.svg), [Mermaid](${id}.mmd)`,
    '',
  ];
  return [
    '# The call flow in pictures',
    '',
    `<!-- ${GENERATED} -->`,
    '',
    'Made from the flow and the policy by `npm run flows -- draw`; `npm run flows -- draw --check` fails when it is stale.',
    'A box shows only what calls can really do there, as explored by the prover. Rule ids: [rules](../rules.md).',
    '',
    ...(overview ? section(overview, true) : []),
    '## From everywhere',
    '',
    ...globalTransitions.map((line) => `- ${line.replaceAll('*', '\\*')}`),
    '',
    ...others.flatMap((picture) => section(picture, true)),
  ].join('\n');
}
