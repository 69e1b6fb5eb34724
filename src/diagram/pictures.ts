import { ACTION_CATALOGUE, type ActionName } from '../actions/catalogue.ts';
import type { Level } from '../actions/requirement.ts';
import type { Release } from '../flow/release.ts';
import { conditionOf, isOwn } from './edges.ts';
import {
  commonSteps,
  groupBy,
  groupOf,
  highest,
  isPerson,
  labelsOf,
  lowest,
  type Outcome,
  type Part,
  partOf,
  stepNamed,
} from './parts.ts';
import type { Picture, PictureArrow, PictureBox, PictureRow } from './picture.ts';
import type { ReachableEdge, ReachableFlow, Topic } from './reachable.ts';
import { actionWords, needsWords, stepWords, topicWords } from './words.ts';

/** What a picture shows: for each step in it the topics it is shown for, and which box it is in. */
interface View {
  readonly release: Release;
  readonly reachable: ReachableFlow;
  readonly topics: ReadonlyMap<string, readonly Topic[]>;
  /** The part a step is hidden in, if it is. */
  readonly hiddenIn: (step: string) => Part | undefined;
  /** Whether it is told where callers come from, and what lies outside by its group alone. */
  readonly isPart: boolean;
  /** Whether an edge belongs into the picture at all. */
  readonly shows?: (edge: ReachableEdge) => boolean;
}

/** The condition under which an edge is taken, and what the caller then wants, where they say it there. */
function conditionWords(edge: ReachableEdge, { release, topics }: View): string {
  const toPerson = isPerson(edge.to, release);
  const wants = toPerson || edge.toTopic === edge.topic || edge.toTopic === 'none';
  return [
    wants ? '' : topicWords(edge.toTopic),
    toPerson && topics.has(edge.to) ? (edge.reason ?? '').replaceAll('_', ' ') : '',
    conditionOf(edge, release),
  ]
    .filter((words) => words !== '')
    .join(', ');
}

/** The edges out of the shown steps that are answered there, with the condition of each. */
function outcomesOf(view: View): readonly Outcome[] {
  const { release, reachable, topics, shows = () => true } = view;
  return reachable.edges
    .filter((edge) => (topics.get(edge.from) ?? []).includes(edge.topic) && isOwn(edge, release))
    .filter((edge) => shows(edge))
    .map((edge) => ({ edge, condition: conditionWords(edge, view) }));
}

function levelOf(step: string, { reachable, topics }: View): Level | undefined {
  const shown = topics.get(step) ?? [];
  return lowest(
    reachable.steps.filter((one) => one.step === step && shown.includes(one.topic)).map(({ level }) => level),
  );
}

/** What the right entry at one of the steps gives, where it is more than was there before. */
function givesOf(
  steps: readonly string[],
  before: Level | undefined,
  { reachable, topics }: View,
): Level | undefined {
  const gives = highest(
    reachable.edges
      .filter(
        ({ from, topic, event }) =>
          steps.includes(from) && event === 'PASSED' && (topics.get(from) ?? []).includes(topic),
      )
      .map(({ level }) => level),
  );
  return gives === before ? undefined : gives;
}

function rowsOf(outcomes: readonly Outcome[], view: View): readonly PictureRow[] {
  const rows: PictureRow[] = [];
  const written = outcomes.filter(({ edge }) => boxIdOf(edge, view) === undefined);
  const again = written.filter(({ edge }) => edge.to === edge.from);
  for (const when of labelsOf(again)) rows.push({ when, kind: 'again', leads: '' });
  const persons = written.filter(({ edge }) => edge.to !== edge.from && isPerson(edge.to, view.release));
  for (const [reason, group] of groupBy(persons, ({ edge }) => edge.reason ?? ''))
    for (const when of labelsOf(group)) rows.push({ when, kind: 'person', leads: reason });
  const elsewhere = written.filter(({ edge }) => edge.to !== edge.from && !isPerson(edge.to, view.release));
  const placeOf = (step: string) => (view.isPart ? groupOf(step) : step);
  const places = new Map<string, string[]>();
  for (const [place, group] of groupBy(elsewhere, ({ edge }) => placeOf(edge.to)))
    for (const when of labelsOf(group)) places.set(when, [...(places.get(when) ?? []), place]);
  for (const [when, leads] of places) rows.push({ when, kind: 'elsewhere', leads: leads.join(', ') });
  return rows;
}

/** Where callers come from, for the first steps of a part. */
function fromRows(step: string, view: View): readonly PictureRow[] {
  const edges = view.reachable.edges.filter(
    (edge) =>
      edge.to === step &&
      !view.topics.has(edge.from) &&
      (view.topics.get(step) ?? []).includes(edge.toTopic) &&
      isOwn(edge, view.release),
  );
  const outcomes = edges.map((edge): Outcome => ({ edge, condition: conditionOf(edge, view.release) }));
  return [...groupBy(outcomes, ({ edge }) => groupOf(edge.from))].flatMap(([leads, group]) =>
    labelsOf(group).map((when): PictureRow => ({ when, kind: 'from', leads })),
  );
}

/** The box an edge leads to, or undefined where it is written as a row. */
function boxIdOf({ from, to, toTopic }: ReachableEdge, view: View): string | undefined {
  if (from === to || (isPerson(to, view.release) && !view.topics.has(to))) return undefined;
  return view.topics.get(to)?.includes(toTopic) ? (view.hiddenIn(to)?.id ?? to) : undefined;
}

function stepBox(step: string, outcomes: readonly Outcome[], view: View): PictureBox {
  const { meta } = stepNamed(step, view.release);
  const level = levelOf(step, view);
  const gives = meta.collect?.kind === 'entry' ? givesOf([step], level, view) : undefined;
  const actions = (view.topics.get(step) ?? []).filter((topic) => topic !== 'none');
  const needs =
    meta.perform === 'order.carryOut' && actions.length === 1 && actions[0]
      ? needsWords(actions[0], view.release.policy)
      : [];
  const readBack = meta.say?.some(
    (saying) => typeof saying === 'object' && 'bargeIn' in saying && saying.bargeIn === false,
  );
  return {
    id: step,
    kind: 'step',
    title: step,
    lines: [
      stepWords(stepNamed(step, view.release), view.release.policy),
      ...(readBack ? ['reads back first, cannot be cut short'] : []),
      ...needs,
    ],
    rows: [...(view.isPart ? fromRows(step, view) : []), ...rowsOf(outcomes, view)],
    rules: meta.rules,
    ...(level ? { level } : {}),
    ...(gives ? { gives } : {}),
  };
}

function partBox(part: Part, steps: readonly string[], view: View): PictureBox {
  const first = steps[0];
  const level = first === undefined ? undefined : levelOf(first, view);
  const gives = givesOf(steps, level, view);
  const rules = steps.flatMap((step) => view.release.flow.steps.get(step)?.meta.rules ?? []);
  return {
    id: part.id,
    kind: 'part',
    title: part.title,
    lines: [`${steps.length} ${steps.length === 1 ? 'state' : 'states'}: see ${part.id}.svg`],
    rows: [],
    rules: [...new Set(rules)],
    ...(level ? { level } : {}),
    ...(gives ? { gives } : {}),
    link: part.id,
  };
}

/** What an arrow is labelled with: which state of a part an event leads to is told in the picture of the part. */
function arrowOutcomes(arrow: readonly { readonly outcome: Outcome }[], view: View): readonly Outcome[] {
  const outcomes = arrow.map(({ outcome }) => outcome);
  const always = new Set(outcomes.filter(({ condition }) => condition === '').map(({ edge }) => edge.event));
  return outcomes.filter(
    ({ edge, condition }) => condition === '' || !view.hiddenIn(edge.to) || !always.has(edge.event),
  );
}

/** Draws a view: a box for each step or part, an arrow for each edge between two boxes, the rest as rows. */
function pictureOf(id: string, title: string, notes: readonly string[], view: View): Picture {
  const outcomes = outcomesOf(view);
  const boxes: PictureBox[] = [];
  for (const step of view.topics.keys()) {
    const part = view.hiddenIn(step);
    if (!part) {
      boxes.push(
        stepBox(
          step,
          outcomes.filter(({ edge }) => edge.from === step),
          view,
        ),
      );
    } else if (!boxes.some((box) => box.id === part.id)) {
      const inside = [...view.topics.keys()].filter((one) => view.hiddenIn(one)?.id === part.id);
      boxes.push(partBox(part, inside, view));
    }
  }
  const drawn = outcomes.flatMap((outcome) => {
    const to = boxIdOf(outcome.edge, view);
    const from = view.hiddenIn(outcome.edge.from)?.id ?? outcome.edge.from;
    return to === undefined || to === from ? [] : [{ from, to, outcome }];
  });
  const arrows = [...groupBy(drawn, ({ from, to }) => `${from}|${to}`).values()].flatMap(
    (group): PictureArrow[] => {
      const [first] = group;
      return first ? [{ from: first.from, to: first.to, labels: labelsOf(arrowOutcomes(group, view)) }] : [];
    },
  );
  return { id, title, notes, boxes, arrows };
}

/** One action from the greeting to its result; what other actions share is one box each. */
export function actionPicture(action: ActionName, release: Release, reachable: ReachableFlow): Picture {
  const common = commonSteps(reachable);
  const topics = new Map<string, readonly Topic[]>();
  const begins = reachable.beginnings.get(action) ?? [];
  for (const step of begins) if (common.has(step)) topics.set(step, ['none']);
  for (const { step, topic } of reachable.steps)
    if (topic === action && !common.has(step)) topics.set(step, [action]);
  // What comes right after is shown too: whether there is another topic, or the end.
  for (const { from, topic, to, event } of reachable.edges)
    if (event === 'DONE' && topic === action && topics.has(from) && !isPerson(to, release) && !topics.has(to))
      topics.set(to, [action]);
  // A freeze has its own edges through the parts that the other actions share.
  const expanded = ACTION_CATALOGUE[action].does === 'freeze_account';
  return pictureOf(action.replaceAll('_', '-'), actionWords(action), needsWords(action, release.policy), {
    release,
    reachable,
    topics,
    hiddenIn: (step) => (expanded ? undefined : partOf(step)),
    isPart: false,
    // Of the menus only the edges to this action.
    shows: ({ topic, toTopic, to }) =>
      topic === action || toTopic === action || (begins.includes(to) && common.has(to)),
  });
}

/** A part that several actions share, with where callers come from and go to. */
export function partPicture(part: Part, release: Release, reachable: ReachableFlow): Picture {
  const topics = new Map<string, Topic[]>();
  for (const { step, topic } of reachable.steps)
    if (part.states.includes(groupOf(step))) topics.set(step, [...(topics.get(step) ?? []), topic]);
  return pictureOf(part.id, part.title, [], {
    release,
    reachable,
    topics,
    hiddenIn: () => undefined,
    isPart: true,
  });
}

/** What needs no credentials: menus, complaint, hours, safety advice, and a person. */
export function otherPicture(release: Release, reachable: ReachableFlow): Picture {
  const topics = new Map<string, readonly Topic[]>();
  for (const { step, topic } of reachable.steps) if (topic === 'none') topics.set(step, ['none']);
  return pictureOf(
    'other',
    'Menus, complaint, hours, safety advice, a person',
    ['needs L0: nothing is asked about the caller'],
    {
      release,
      reachable,
      topics,
      hiddenIn: partOf,
      isPart: false,
    },
  );
}
