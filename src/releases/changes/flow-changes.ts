import {
  type FlowDefinition,
  type FlowState,
  type ResolvedTransition,
  statesOf,
} from '../../flow/definition.ts';
import type { Saying } from '../../flow/sayings.ts';
import type { EventType, StateMeta } from '../../flow/vocabulary.ts';
import { type Change, change, sameValue, stable } from './change.ts';
import { describeEvent, describeGuard, describeOutcome, describeSaying, describeStep } from './flow-words.ts';

/** A part of the flow that handles events by itself: a step, a group of steps, or the whole. */
interface Place {
  readonly name: string;
  readonly on: ReadonlyMap<EventType, readonly ResolvedTransition[]>;
  /** What happens by itself on arrival. */
  readonly always: readonly ResolvedTransition[];
  readonly state: FlowState | undefined;
}

const ANYWHERE = 'anywhere';

/** The places of a flow by name, each with what it handles itself. */
function placesOf(definition: FlowDefinition): ReadonlyMap<string, Place> {
  const places = new Map<string, Place>();
  const around = (name: string, events: readonly EventType[], lists: (event: EventType) => Lists) => {
    const on = new Map(events.map((event) => [event, lists(event).at(-1) ?? []]));
    if (on.size > 0) places.set(name, { name, on, always: [], state: undefined });
  };
  const states = statesOf(definition);
  const [first] = states.values();
  around(ANYWHERE, eventsOf(definition.on), (event) => first?.on.get(event) ?? []);
  for (const [name, state] of states) {
    const [head = '', child] = name.split('.');
    const raw = definition.states[head];
    const group = raw && 'states' in raw ? raw : undefined;
    const own = group ? group.states[child ?? ''] : raw;
    const lists = (event: EventType) => state.on.get(event) ?? [];
    // The lists of an event go from the inside out: the step's own, its group's, the whole flow's.
    if (group?.on && !places.has(`${ANYWHERE} in ${head}`)) {
      around(`${ANYWHERE} in ${head}`, eventsOf(group.on), (event) =>
        definition.on[event] === undefined ? lists(event) : lists(event).slice(0, -1),
      );
    }
    const on = new Map(eventsOf(own?.on).map((event) => [event, lists(event)[0] ?? []]));
    places.set(name, { name, on, always: state.always, state });
  }
  return places;
}
type Lists = readonly (readonly ResolvedTransition[])[];

function eventsOf(on: object | undefined): readonly EventType[] {
  return Object.keys(on ?? {}) as EventType[];
}

/** Steps that are there under another name: what they are for is the same, and of no other step. */
function renamedSteps(
  before: ReadonlyMap<string, Place>,
  after: ReadonlyMap<string, Place>,
): ReadonlyMap<string, string> {
  const purpose = ({ state }: Place) =>
    state?.step.meta.say === undefined ? undefined : stable({ ...state.step.meta, rules: [] });
  const alone = (places: readonly Place[], wanted: string) =>
    places.filter((place) => purpose(place) === wanted).length === 1;
  const gone = [...before.values()].filter(({ name }) => !after.has(name));
  const came = [...after.values()].filter(({ name }) => !before.has(name));
  const renamed = new Map<string, string>();
  for (const place of gone) {
    const wanted = purpose(place);
    if (wanted === undefined || !alone(gone, wanted) || !alone(came, wanted)) continue;
    const found = came.find((candidate) => purpose(candidate) === wanted);
    if (found) renamed.set(place.name, found.name);
  }
  return renamed;
}

/** What is different in the flow: steps, what they say and cite, and where keys and outcomes lead. */
export function flowChanges(before: FlowDefinition, after: FlowDefinition): readonly Change[] {
  const [old, young] = [placesOf(before), placesOf(after)];
  const renamed = renamedSteps(old, young);
  const nameNow = (name: string) => renamed.get(name) ?? name;
  const now = (transition: ResolvedTransition): ResolvedTransition => ({
    ...transition,
    target: transition.target === undefined ? undefined : nameNow(transition.target),
  });
  const names = new Set([...[...old.keys()].map(nameNow), ...young.keys()]);
  const previous = new Map([...old].map(([name, place]) => [nameNow(name), place]));
  return [
    ...[...renamed].map(([was, is]) => change(`${was} is now called ${is}`)),
    ...[...names].flatMap((name): readonly Change[] => {
      const [was, is] = [previous.get(name), young.get(name)];
      if (!was && is?.state) {
        const { rules } = is.state.step.meta;
        const cites = rules.length > 0 ? ` (${rules.join(', ')})` : '';
        return [change(`${name} is a new step: ${describeStep(is.state.step)}${cites}`)];
      }
      if (was?.state && !is) return [change(`${name} is gone: ${describeStep(was.state.step)}`)];
      return [
        ...metaChanges(name, was?.state?.step.meta, is?.state?.step.meta),
        ...handlingChanges(name, was, is, now, name === ANYWHERE ? undefined : young.get(ANYWHERE)),
      ];
    }),
  ];
}

function handlingChanges(
  name: string,
  was: Place | undefined,
  is: Place | undefined,
  now: (transition: ResolvedTransition) => ResolvedTransition,
  anywhere: Place | undefined,
): readonly Change[] {
  const old = new Map([...(was?.on ?? [])].map(([event, list]) => [event, list.map(now)]));
  const young = new Map(is?.on ?? []);
  const moved = movedKeys(old, young);
  const changes = [...moved].map(([from, to]) =>
    change(`${name}: ${describeEvent(from)} is now ${describeEvent(to)}, which ${leading(young.get(to))}`),
  );
  const [left, taken] = [new Set(moved.keys()), new Set(moved.values())];
  for (const event of new Set([...old.keys(), ...young.keys()])) {
    // A key that only moved is told already; another meaning that its old place has since got is told as new.
    const before = left.has(event) ? undefined : old.get(event);
    const after = taken.has(event) ? undefined : young.get(event);
    const instead = anywhere?.on.has(event) ? '; what happens anywhere takes its place' : '';
    changes.push(...listChanges(`${name}: ${describeEvent(event)}`, before, after, instead));
  }
  const [entered, enters] = [was?.state?.entry ?? [], is?.state?.entry ?? []];
  if (!sameValue(entered, enters)) {
    const doing = (actions: FlowState['entry']) =>
      actions.length === 0
        ? 'nothing'
        : describeOutcome({ target: undefined, guard: undefined, actions }).replace(/^stays \((.*)\)$/, '$1');
    changes.push(change(`${name}: on arrival ${doing(enters)} instead of ${doing(entered)}`));
  }
  const passing = listChanges(`${name}: passing on`, (was?.always ?? []).map(now), is?.always ?? []);
  return [...changes, ...passing];
}

function leading(list: readonly ResolvedTransition[] | undefined): string {
  const [first] = list ?? [];
  return first ? describeOutcome(first) : 'does nothing';
}

/** Keys that mean the same as another key did before: from old to new. */
function movedKeys(
  before: ReadonlyMap<EventType, readonly ResolvedTransition[]>,
  after: ReadonlyMap<EventType, readonly ResolvedTransition[]>,
): ReadonlyMap<EventType, EventType> {
  const moved = new Map<EventType, EventType>();
  const keys = (map: typeof before) => [...map].filter(([event]) => event.startsWith('KEY.'));
  for (const [from, meaning] of keys(before)) {
    if (sameValue(after.get(from), meaning)) continue;
    const to = keys(after).find(
      ([key, means]) => key !== from && sameValue(means, meaning) && !sameValue(before.get(key), meaning),
    );
    if (to && ![...moved.values()].includes(to[0])) moved.set(from, to[0]);
  }
  return moved;
}

/** What follows an event, alternative by alternative; they are the same alternative when their condition is. */
function listChanges(
  where: string,
  before: readonly ResolvedTransition[] | undefined,
  after: readonly ResolvedTransition[] | undefined,
  instead = '',
): readonly Change[] {
  if (sameValue(before, after)) return [];
  const plainly = (list: readonly ResolvedTransition[]) => list.length === 1 && !list[0]?.guard;
  if (!before?.length || !after?.length) {
    if (!before?.length && !after?.length) return [];
    const list = before?.length ? before : (after ?? []);
    const all = plainly(list) ? leading(list) : list.map(describeAlternative).join('; ');
    return [change(after?.length ? `${where} is new: ${all}` : `${where} is gone: it ${all}${instead}`)];
  }
  if (plainly(before) && plainly(after))
    return [change(`${where} now ${leading(after)}; before it ${leading(before)}`)];
  const byGuard = (list: readonly ResolvedTransition[]) =>
    new Map(list.map((transition) => [stable(transition.guard ?? null), transition]));
  const [old, young] = [byGuard(before), byGuard(after)];
  const changes: Change[] = [];
  for (const guard of new Set([...old.keys(), ...young.keys()])) {
    const [was, is] = [old.get(guard), young.get(guard)];
    if (sameValue(was, is)) continue;
    const condition = describeGuard((is ?? was)?.guard);
    if (was && is)
      changes.push(
        change(`${where}, ${condition}: now ${describeOutcome(is)}; before it ${describeOutcome(was)}`),
      );
    else if (is) changes.push(change(`${where}, ${condition}: ${describeOutcome(is)}; this case is new`));
    else if (was)
      changes.push(
        change(
          `${where}: no longer ${describeOutcome(was)} ${condition}`,
          was.guard?.type === 'countLeft' && !hasCount(after) ? 'looser' : undefined,
        ),
      );
  }
  if (changes.length === 0) changes.push(change(`${where}: the same cases are asked in another order`));
  return changes;
}

function hasCount(list: readonly ResolvedTransition[]): boolean {
  return list.some(({ guard }) => guard?.type === 'countLeft');
}

function describeAlternative(transition: ResolvedTransition): string {
  return `${describeGuard(transition.guard)} ${describeOutcome(transition)}`;
}

const NO_META: StateMeta = { rules: [] };

function metaChanges(name: string, was: StateMeta = NO_META, is: StateMeta = NO_META): readonly Change[] {
  const changes: Change[] = [];
  const [said, says] = [was.say ?? [], is.say ?? []];
  const list = (sayings: readonly Saying[]) => sayings.map(describeSaying).join(', then ') || 'nothing';
  if (list(said) !== list(says))
    changes.push(change(`${name} now says ${list(says)}; before it said ${list(said)}`));
  for (const saying of says) {
    const before = said.find((known) => describeSaying(known) === describeSaying(saying));
    if (before === undefined || cutShortBy(before) === cutShortBy(saying)) continue;
    changes.push(
      cutShortChange(`${name}: ${describeSaying(saying)}`, cutShortBy(before), cutShortBy(saying)),
    );
  }
  if (was.explain !== is.explain)
    changes.push(
      change(
        is.explain === undefined
          ? `${name} no longer explains itself (${was.explain})`
          : `${name}: asked why, it now says ${is.explain}${was.explain === undefined ? '' : ` instead of ${was.explain}`}`,
      ),
    );
  const does = ({ collect, perform, handoff, end }: StateMeta) => ({ collect, perform, handoff, end });
  if (!sameValue(does(was), does(is)))
    changes.push(
      change(`${name} now ${purpose(name, is)}; before it ${purpose(name, was)}${kindChange(was, is)}`),
    );
  for (const rule of was.rules.filter((known) => !is.rules.includes(known)))
    changes.push(change(`${name} no longer cites ${rule}`));
  for (const rule of is.rules.filter((known) => !was.rules.includes(known)))
    changes.push(change(`${name} now cites ${rule}`));
  return changes;
}

function purpose(name: string, meta: StateMeta): string {
  const { say: _say, ...rest } = meta;
  return describeStep({ name, meta: rest, handles: new Set(), transient: false });
}

/** What of collecting changed where the purpose reads the same: a factor, a depth, a wait. */
function kindChange(was: StateMeta, is: StateMeta): string {
  const members = new Set([...Object.keys(was.collect ?? {}), ...Object.keys(is.collect ?? {})]);
  const at = (meta: StateMeta, member: string) =>
    (meta.collect as { readonly [member: string]: unknown } | undefined)?.[member];
  const parts = [...members]
    .filter((member) => member !== 'kind' && member !== 'entry' && at(was, member) !== at(is, member))
    .map((member) => `${member}: ${String(at(was, member) ?? 'none')} → ${String(at(is, member) ?? 'none')}`);
  return parts.length > 0 ? ` (${parts.join(', ')})` : '';
}

type CutShortBy = 'nothing' | '**' | 'a key';

/** What the caller can end a saying with. */
function cutShortBy(saying: Saying): CutShortBy {
  if (typeof saying === 'string' || !('bargeIn' in saying) || saying.bargeIn === undefined) return 'a key';
  return saying.bargeIn === 'freeze' ? '**' : 'nothing';
}

function cutShortChange(saying: string, was: CutShortBy, is: CutShortBy): Change {
  if (is === 'a key') return change(`${saying} can now be cut short by a key`, 'looser');
  if (was === 'a key') {
    const but = is === '**' ? ', unless a freeze is asked for' : '';
    return change(`${saying} is now heard to its end${but}`, 'stricter');
  }
  // Nothing may stand before a freeze (invariant 41).
  return is === '**'
    ? change(`${saying} can now be cut short by **`, 'stricter')
    : change(`${saying} can no longer be cut short by **`, 'looser');
}
