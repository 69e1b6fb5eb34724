import type { Release } from '../../flow/release.ts';
import type { EventType } from '../../flow/vocabulary.ts';
import type { Exploration, Node } from '../explore.ts';

/** Ends of a call: a person, or a spoken goodbye. */
function isEnd(node: Node, release: Release): boolean {
  const meta = release.flow.steps.get(node.call.step)?.meta;
  return meta?.handoff === true || meta?.end === true || node.call.status === 'ended';
}

/** Ways out of a call that are not the flow's: nobody is served by them. */
const CUT_OFF: ReadonlySet<EventType> = new Set(['HANGUP', 'OUTAGE', 'SESSION_EXPIRED', 'LATE_STARS']);

/** The calls from which no end can be reached; none are known where the search was cut. */
export function endless(exploration: Exploration, release: Release): readonly Node[] {
  const { nodes, edges, cutAt } = exploration;
  if (cutAt !== undefined) return [];
  const before = new Map<number, number[]>();
  edges.to.forEach((to, edge) => {
    const [from, event] = [edges.from[edge], edges.event[edge]];
    if (from === undefined || event === undefined || CUT_OFF.has(event)) return;
    const list = before.get(to);
    if (list) list.push(from);
    else before.set(to, [from]);
  });
  const ends = new Set<number>();
  const open = nodes.filter((node) => isEnd(node, release)).map((node) => node.id);
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (ends.has(id)) continue;
    ends.add(id);
    open.push(...(before.get(id) ?? []));
  }
  return nodes.filter((node) => !ends.has(node.id));
}

/** A call that can go round for ever without progress, if there is one: a cycle of edges of the given events. */
export function cycle(exploration: Exploration, events: ReadonlySet<EventType>): Node | undefined {
  const { nodes, edges } = exploration;
  const next = new Map<number, number[]>();
  edges.from.forEach((from, edge) => {
    const [event, to] = [edges.event[edge], edges.to[edge]];
    if (event === undefined || to === undefined || !events.has(event)) return;
    const list = next.get(from);
    if (list) list.push(to);
    else next.set(from, [to]);
  });
  const done = new Set<number>();
  for (const start of next.keys()) {
    if (done.has(start)) continue;
    const onPath = new Set<number>();
    const path: { readonly id: number; at: number }[] = [{ id: start, at: 0 }];
    onPath.add(start);
    while (path.length > 0) {
      const top = path[path.length - 1];
      if (!top) break;
      const to = next.get(top.id)?.[top.at];
      top.at += 1;
      if (to === undefined) {
        done.add(top.id);
        onPath.delete(top.id);
        path.pop();
      } else if (onPath.has(to)) {
        return nodes[to];
      } else if (!done.has(to)) {
        onPath.add(to);
        path.push({ id: to, at: 0 });
      }
    }
  }
  return undefined;
}

/** The calls that can be reached from others by the given events, the others included. */
export function reachableBy(
  exploration: Exploration,
  starts: readonly Node[],
  follows: (event: EventType, from: Node) => boolean,
): readonly Node[] {
  const { nodes, edges } = exploration;
  const next = new Map<number, number[]>();
  edges.from.forEach((from, edge) => {
    const [event, to, node] = [edges.event[edge], edges.to[edge], nodes[from]];
    if (event === undefined || to === undefined || !node || !follows(event, node)) return;
    const list = next.get(from);
    if (list) list.push(to);
    else next.set(from, [to]);
  });
  const open = starts.map(({ id }) => id);
  const seen = new Set<number>(open);
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    for (const to of next.get(id) ?? []) {
      if (!seen.has(to)) {
        seen.add(to);
        open.push(to);
      }
    }
  }
  return nodes.filter((node) => seen.has(node.id));
}
