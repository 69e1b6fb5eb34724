import { ACTIONS } from '../actions/catalogue.ts';
import type { Release } from '../flow/release.ts';
import { isOwn } from './edges.ts';
import {
  commonSteps,
  groupBy,
  groupOf,
  highest,
  isPerson,
  labelsOf,
  lowest,
  PARTS,
  partOf,
  stepNamed,
} from './parts.ts';
import type { Picture, PictureArrow, PictureBox } from './picture.ts';
import type { ReachableEdge, ReachableFlow } from './reachable.ts';
import { actionWords, needsWords, stepWords } from './words.ts';

/** Which picture shows a group of states, where it is not a part. */
const LINKS: { readonly [group: string]: string } = { menu: 'other', freeze: 'freeze' };

/** The whole line: each group of states as one box. Who goes to a person, and why, is written into the boxes. */
export function overviewPicture(release: Release, reachable: ReachableFlow): Picture {
  const boxOf = (step: string): string => partOf(step)?.id ?? groupOf(step);
  const common = commonSteps(reachable);
  // What comes first in a call; a second topic takes the same edges, with less left to prove.
  const edges = reachable.edges.filter(
    (edge) => isOwn(edge, release) && (edge.topic === 'none' || !common.has(edge.from)),
  );
  const reached = new Set(reachable.steps.map(({ step }) => step));
  // In the author's order.
  const groups = groupBy(
    [...release.flow.steps.keys()].filter((step) => reached.has(step)),
    boxOf,
  );
  const boxes = [...groups].map(([id, steps]): PictureBox => {
    const part = PARTS.find((one) => one.id === id);
    const levels = reachable.steps.filter(({ step }) => steps.includes(step)).map(({ level }) => level);
    const reasons = edges
      .filter(({ from, to }) => steps.includes(from) && isPerson(to, release))
      .map(({ reason = '' }) => reason.replaceAll('_', ' '));
    const level = lowest(levels);
    const gives = highest(
      edges.filter(({ from, event }) => steps.includes(from) && event === 'PASSED').map((edge) => edge.level),
    );
    const link = part?.id ?? LINKS[id];
    const names = steps.map((step) => step.slice(step.indexOf('.') + 1));
    return {
      id,
      kind: link === undefined ? 'step' : 'part',
      title: part?.title ?? id,
      lines:
        steps.length > 1
          ? [names.join(', ')]
          : steps.map((step) => stepWords(stepNamed(step, release), release.policy)),
      rows: reasons.length > 0 ? [{ when: '', kind: 'person', leads: [...new Set(reasons)].join(', ') }] : [],
      rules: [...new Set(steps.flatMap((step) => release.flow.steps.get(step)?.meta.rules ?? []))],
      ...(level ? { level } : {}),
      ...(gives && gives !== level ? { gives } : {}),
      ...(link === undefined ? {} : { link }),
    };
  });
  const drawn = edges.filter((edge) => boxOf(edge.from) !== boxOf(edge.to) && isDrawn(edge, release));
  const arrows = [...groupBy(drawn, ({ from, to }) => `${boxOf(from)}|${boxOf(to)}`).values()].flatMap(
    (group): PictureArrow[] => {
      const [first] = group;
      if (!first) return [];
      const labels = labelsOf(group.map((edge) => ({ edge, condition: '' })));
      return [{ from: boxOf(first.from), to: boxOf(first.to), labels }];
    },
  );
  return {
    id: 'overview',
    title: 'The whole line',
    notes: notesOf(release, reached),
    boxes,
    arrows,
  };
}

/** Who goes to a person stands in the boxes; that a freeze is heard while waiting for one is told once, in the notes. */
function isDrawn({ from, to, event }: ReachableEdge, release: Release): boolean {
  return !isPerson(to, release) && !(event === 'FREEZE' && isPerson(from, release));
}

/** What each action needs, and the states that no call reaches. */
function notesOf(release: Release, reached: ReadonlySet<string>): readonly string[] {
  const unreached = [...release.flow.steps.values()]
    .filter(({ name, transient }) => !transient && !reached.has(name))
    .map(({ name }) => name);
  // Actions that take the same stand in one line: the whole line has to fit one screen.
  const taking = new Map<string, string[]>();
  for (const action of ACTIONS) {
    const needs = needsWords(action, release.policy).join(', ');
    taking.set(needs, [...(taking.get(needs) ?? []), actionWords(action)]);
  }
  const notes = [...taking].map(([needs, actions]) => `${actions.join('; ')}: ${needs}`);
  return [...notes, ...(unreached.length > 0 ? [`Never reached: ${unreached.join(', ')}`] : [])];
}
