import { ACTION_CATALOGUE, ACTIONS, type ActionName } from '../actions/catalogue.ts';
import { LEVELS, type Level } from '../actions/requirement.ts';
import type { FlowStep } from '../flow/definition.ts';
import type { Release } from '../flow/release.ts';
import { EVENT_TYPES, type EventType } from '../flow/vocabulary.ts';
import { assert } from '../platform/fault.ts';
import { conditionOf, isOwn } from './edges.ts';
import type { Picture, PictureArrow, PictureBox, PictureRow } from './picture.ts';
import type { ReachableEdge, ReachableFlow, Topic } from './reachable.ts';
import { actionWords, eventsWords, needsWords, stepWords, topicWords } from './words.ts';

/** A stretch of the flow that several topics share and that has a picture of its own. */
interface Part {
  readonly id: string;
  readonly title: string;
  /** The states it is made of, by the first word of their names. */
  readonly states: readonly string[];
}

export const PARTS: readonly Part[] = [
  { id: 'verification', title: 'Identity and PIN', states: ['identity', 'pin', 'refused'] },
  { id: 'code', title: 'One-time code', states: ['code'] },
  { id: 'confirmation', title: 'Confirmation', states: ['confirm'] },
];

function groupOf(step: string): string {
  return step.split('.')[0] ?? step;
}

function partOf(step: string): Part | undefined {
  return PARTS.find(({ states }) => states.includes(groupOf(step)));
}

function lowest(levels: readonly Level[]): Level | undefined {
  return LEVELS.find((level) => levels.includes(level));
}

function highest(levels: readonly Level[]): Level | undefined {
  return LEVELS.findLast((level) => levels.includes(level));
}

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

interface Outcome {
  readonly edge: ReachableEdge;
  readonly condition: string;
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

/** Outcomes with the same target under the same condition, as one label each: "wrong / locked (2×)". */
function labelsOf(outcomes: readonly Outcome[]): readonly string[] {
  const events = new Map<string, Set<EventType>>();
  for (const { edge, condition } of outcomes) {
    const known = events.get(condition) ?? new Set<EventType>();
    events.set(condition, known.add(edge.event));
  }
  return [...events].map(([condition, found]) => {
    const words = eventsWords(EVENT_TYPES.filter((event) => found.has(event)));
    return condition === '' ? words : `${words} (${condition})`;
  });
}

function groupBy<T>(things: readonly T[], keyOf: (thing: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const thing of things) {
    const key = keyOf(thing);
    const group = groups.get(key);
    if (group) group.push(thing);
    else groups.set(key, [thing]);
  }
  return groups;
}

function isPerson(step: string, { flow }: Release): boolean {
  return flow.steps.get(step)?.meta.handoff === true;
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
  const readBack = meta.say?.some((saying) => typeof saying === 'object' && saying.bargeIn === false);
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
      return first
        ? [{ from: first.from, to: first.to, labels: labelsOf(group.map(({ outcome }) => outcome)) }]
        : [];
    },
  );
  return { id, title, notes, boxes, arrows };
}

/** The steps every topic shares: menus, the next topic, goodbye. */
function commonSteps({ steps }: ReachableFlow): ReadonlySet<string> {
  return new Set(steps.filter(({ topic }) => topic === 'none').map(({ step }) => step));
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
      hiddenIn: () => undefined,
      isPart: false,
    },
  );
}

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
  const drawn = edges.filter(({ from, to }) => boxOf(from) !== boxOf(to) && !isPerson(to, release));
  const arrows = [...groupBy(drawn, ({ from, to }) => `${boxOf(from)}|${boxOf(to)}`).values()].flatMap(
    (group): PictureArrow[] => {
      const [first] = group;
      if (!first) return [];
      const labels = labelsOf(group.map((edge) => ({ edge, condition: '' })));
      return [{ from: boxOf(first.from), to: boxOf(first.to), labels }];
    },
  );
  const unreached = [...release.flow.steps.values()]
    .filter(({ name, transient }) => !transient && !reached.has(name))
    .map(({ name }) => name);
  const notes = ACTIONS.map(
    (action) => `${actionWords(action)}: ${needsWords(action, release.policy).join(', ')}`,
  );
  return {
    id: 'overview',
    title: 'The whole line',
    notes: [...notes, ...(unreached.length > 0 ? [`Never reached: ${unreached.join(', ')}`] : [])],
    boxes,
    arrows,
  };
}

/** Which picture shows a group of states, where it is not a part. */
const LINKS: { readonly [group: string]: string } = { menu: 'other', freeze: 'freeze' };

function stepNamed(name: string, { flow }: Release): FlowStep {
  const step = flow.steps.get(name);
  assert(step, `the flow has a step ${name}`);
  return step;
}
