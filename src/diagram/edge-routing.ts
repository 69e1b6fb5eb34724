import { assert } from '../platform/fault.ts';
import type { Stretch } from './lanes.ts';
import { BOX_WIDTH, GAP } from './page.ts';

/** Where a box stands: boxes are read row by row. */
export interface Cell {
  readonly row: number;
  readonly column: number;
}

type Side = 'top' | 'bottom';

/** An arrow that does not run straight to the next box: the sides it leaves and enters, the channels it runs in. */
interface ChannelArrow {
  readonly index: number;
  readonly from: Cell;
  readonly to: Cell;
  readonly leaves: Side;
  readonly enters: Side;
  readonly channelOut: number;
  readonly channelIn: number;
}

/** From a box to the one right after it in the same row. */
export function runsStraight(from: Cell, to: Cell): boolean {
  return from.row === to.row && to.column === from.column + 1;
}

/** Leaves below on the way down or back, above on the way up or on; enters from the same channel where it can. */
export function channelArrowOf(index: number, from: Cell, to: Cell): ChannelArrow {
  const down = to.row > from.row || (to.row === from.row && to.column < from.column);
  const leaves: Side = down ? 'bottom' : 'top';
  const enters: Side = to.row === from.row ? leaves : down ? 'top' : 'bottom';
  return {
    index,
    from,
    to,
    leaves,
    enters,
    channelOut: leaves === 'bottom' ? from.row + 1 : from.row,
    channelIn: enters === 'bottom' ? to.row + 1 : to.row,
  };
}

/** Where an arrow runs in the channels, across the page. */
export interface Route {
  readonly channelArrow: ChannelArrow;
  /** Where it leaves its box and where it enters the other. */
  readonly x1: number;
  readonly x2: number;
  /** Where it runs up or down beside all boxes, if it passes a row. */
  readonly beside: number | undefined;
  /** Level stretches: one in the channel where it leaves, another where it enters if that is another channel. */
  readonly out: Stretch;
  readonly into: Stretch;
}

const LANE_HEIGHT = 13;
const LANE_WIDTH = 11;
const MARGIN = 4;
/** What two stretches keep between them on one lane. */
const APART = 6;
/** Arrows that enter from above stand a little aside of those that leave below, so that they never cover each other. */
const ASIDE = 9;

/** Arrows that pass a row run beside the boxes on the left; this is the room they take. */
function passing(routes: readonly ChannelArrow[]): readonly ChannelArrow[] {
  return routes.filter(({ channelOut, channelIn }) => channelOut !== channelIn);
}

/** The left edge of each column. */
export function columnX(column: number, routes: readonly ChannelArrow[]): number {
  return MARGIN + passing(routes).length * LANE_WIDTH + column * (BOX_WIDTH + GAP);
}

/** Where arrows leave and enter each box: spread along its side, in the order of where they go. */
function portsOf(cells: readonly Cell[], routes: readonly ChannelArrow[]): ReadonlyMap<string, number> {
  const ports = new Map<string, number>();
  for (const cell of cells) {
    for (const side of ['top', 'bottom'] as const) {
      const ends = routes
        .flatMap((channelArrow) => [
          ...(channelArrow.from === cell && channelArrow.leaves === side
            ? [{ channelArrow, end: 'from', other: channelArrow.to }]
            : []),
          ...(channelArrow.to === cell && channelArrow.enters === side
            ? [{ channelArrow, end: 'to', other: channelArrow.from }]
            : []),
        ])
        .sort((a, b) => a.other.column - b.other.column || a.channelArrow.index - b.channelArrow.index);
      for (const [place, { channelArrow, end }] of ends.entries()) {
        const across = ((place + 1) * BOX_WIDTH) / (ends.length + 1) + (side === 'top' ? ASIDE : -ASIDE);
        ports.set(`${channelArrow.index} ${end}`, columnX(cell.column, routes) + across);
      }
    }
  }
  return ports;
}

/** Gives every arrow its route across the page; how far down is decided by the rows. `labelOf` is the size of its label. */
export function routesOf(
  cells: readonly Cell[],
  routes: readonly ChannelArrow[],
  labelOf: (index: number) => { readonly width: number; readonly height: number },
): readonly Route[] {
  const ports = portsOf(cells, routes);
  const long = passing(routes);
  const portOf = (key: string): number => {
    const x = ports.get(key);
    assert(x !== undefined, 'every end of an arrow has a place');
    return x;
  };
  return routes.map((channelArrow): Route => {
    const x1 = portOf(`${channelArrow.index} from`);
    const entry = portOf(`${channelArrow.index} to`);
    const place = long.indexOf(channelArrow);
    const beside = place < 0 ? undefined : MARGIN + place * LANE_WIDTH;
    // From a box to the one right above or below: straight, without a jog.
    const x2 = beside === undefined && Math.abs(entry - x1) <= 2 * ASIDE ? x1 : entry;
    const label = labelOf(channelArrow.index);
    const turn = beside ?? x2;
    const more = Math.max(0, label.width - Math.abs(turn - x1)) / 2;
    const out: Stretch = {
      channel: channelArrow.channelOut,
      left: Math.min(x1, turn) - more - APART,
      right: Math.max(x1, turn) + more + APART,
      height: Math.max(LANE_HEIGHT, label.height),
    };
    const into: Stretch =
      beside === undefined
        ? out
        : { channel: channelArrow.channelIn, left: beside - APART, right: x2 + APART, height: LANE_HEIGHT };
    return { channelArrow, x1, x2, beside, out, into };
  });
}
