import { assert } from '../platform/fault.ts';
import { BOX_WIDTH, GAP, type Label, type SizedBox, sizeBox, sizeLabel } from './page.ts';
import type { Picture, PictureArrow } from './picture.ts';

/*
 * Boxes stand in the order a call passes them, in rows that are read like text. An arrow to the next box is straight;
 * every other arrow runs in the channels between the rows, each on a track of its own.
 */

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface PlacedBox extends SizedBox, Point {}

export interface PlacedArrow {
  readonly arrow: PictureArrow;
  readonly points: readonly Point[];
  readonly label: Label & Point;
}

export interface PlacedPicture {
  readonly picture: Picture;
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly PlacedBox[];
  readonly arrows: readonly PlacedArrow[];
}

const MOST_COLUMNS = 4;
/** From a box's upper edge to the height of its title, where straight arrows run. */
const TITLE_HEIGHT = 16;
const CHANNEL_PADDING = 12;
const TRACK_HEIGHT = 13;
const TRACK_WIDTH = 11;
/** Arrows that enter from above stand a little aside of those that leave below, so that they never cover each other. */
const ASIDE = 9;

/**
 * The boxes in the order in which a call passes them: a box comes after those that lead to it, ways back left out, and
 * what follows from a box stays together.
 */
function inOrder({ boxes, arrows }: Picture): readonly string[] {
  const ids = boxes.map(({ id }) => id);
  const onward = new Map(
    ids.map((id) => [
      id,
      ids.filter((to) => to !== id && arrows.some((arrow) => arrow.from === id && arrow.to === to)),
    ]),
  );
  // Ways back: found by walking on from the first box, the first way first.
  const entered = new Set<string>();
  const open = new Set<string>();
  const walk = (id: string): void => {
    entered.add(id);
    open.add(id);
    const next = onward.get(id) ?? [];
    onward.set(
      id,
      next.filter((to) => !open.has(to)),
    );
    for (const to of next) if (!entered.has(to)) walk(to);
    open.delete(id);
  };
  for (const id of ids) if (!entered.has(id)) walk(id);

  const placed: string[] = [];
  const seen = new Set<string>();
  const place = (id: string): void => {
    if (seen.has(id)) return;
    seen.add(id);
    for (const to of [...(onward.get(id) ?? [])].reverse()) place(to);
    placed.unshift(id);
  };
  for (const id of [...ids].reverse()) if (![...onward.values()].some((next) => next.includes(id))) place(id);
  return placed;
}

function columnsFor(count: number): number {
  if (count <= MOST_COLUMNS) return count;
  return count <= 6 ? 3 : MOST_COLUMNS;
}

interface Cell {
  readonly row: number;
  readonly column: number;
}

type Side = 'top' | 'bottom';

/** An arrow that does not run straight: where it leaves and enters, and in which channels (0 is above the first row). */
interface Detour {
  readonly index: number;
  readonly from: Cell;
  readonly to: Cell;
  readonly leaves: Side;
  readonly enters: Side;
  readonly channelOut: number;
  readonly channelIn: number;
}

function detourOf(index: number, from: Cell, to: Cell): Detour {
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

/** A stretch of an arrow in a channel. */
interface Stretch {
  readonly left: number;
  readonly right: number;
  readonly height: number;
}

/** Puts stretches on tracks so that none touches another: for each stretch its track, for each track its height. */
function assignTracks(stretches: readonly Stretch[]) {
  const tracks: { readonly held: Stretch[]; height: number }[] = [];
  const trackOf = new Map<Stretch, number>();
  const shortestFirst = [...stretches].sort((a, b) => a.right - a.left - (b.right - b.left));
  for (const stretch of shortestFirst) {
    const free = tracks.findIndex(({ held }) =>
      held.every(({ left, right }) => stretch.right < left || stretch.left > right),
    );
    const at = free < 0 ? tracks.length : free;
    const track = tracks[at] ?? { held: [], height: TRACK_HEIGHT };
    track.held.push(stretch);
    track.height = Math.max(track.height, stretch.height);
    tracks[at] = track;
    trackOf.set(stretch, at);
  }
  return { trackOf, heights: tracks.map(({ height }) => height) };
}

/** Gives every box and arrow of a picture its place. Deterministic: the same picture has the same places. */
export function placePicture(picture: Picture): PlacedPicture {
  const order = inOrder(picture);
  const columns = columnsFor(order.length);
  const cells = new Map(
    order.map((id, index): [string, Cell] => [
      id,
      { row: Math.floor(index / columns), column: index % columns },
    ]),
  );
  const cellOf = (id: string): Cell => {
    const cell = cells.get(id);
    assert(cell, 'an arrow leads from a box to a box');
    return cell;
  };
  const rows = Math.ceil(order.length / columns);
  const sized = picture.boxes.map(sizeBox);

  const straight = (from: Cell, to: Cell) => from.row === to.row && to.column === from.column + 1;
  const detours = picture.arrows.flatMap((arrow, index) => {
    const [from, to] = [cellOf(arrow.from), cellOf(arrow.to)];
    return straight(from, to) ? [] : [detourOf(index, from, to)];
  });
  const labels = picture.arrows.map((arrow) =>
    sizeLabel(arrow, straight(cellOf(arrow.from), cellOf(arrow.to))),
  );
  const labelOf = (index: number): Label => {
    const label = labels[index];
    assert(label, 'every arrow has a label');
    return label;
  };

  // Long ways up and down run beside the boxes on the left.
  const long = detours.filter(({ channelOut, channelIn }) => channelOut !== channelIn);
  const leftMargin = 4 + long.length * TRACK_WIDTH;
  const xOf = ({ column }: Cell) => leftMargin + column * (BOX_WIDTH + GAP);

  // Where arrows leave and enter: spread along the side of the box, in the order of where they go.
  const ports = new Map<string, number>();
  for (const id of order) {
    const cell = cellOf(id);
    for (const side of ['top', 'bottom'] as const) {
      const ends = detours
        .flatMap((detour) => [
          ...(detour.from === cell && detour.leaves === side
            ? [{ detour, end: 'from', other: detour.to }]
            : []),
          ...(detour.to === cell && detour.enters === side
            ? [{ detour, end: 'to', other: detour.from }]
            : []),
        ])
        .sort((a, b) => a.other.column - b.other.column || a.detour.index - b.detour.index);
      for (const [place, { detour, end }] of ends.entries()) {
        const across = ((place + 1) * BOX_WIDTH) / (ends.length + 1) + (side === 'top' ? ASIDE : -ASIDE);
        ports.set(`${detour.index} ${end}`, xOf(cell) + across);
      }
    }
  }
  const portOf = (index: number, end: 'from' | 'to'): number => {
    const x = ports.get(`${index} ${end}`);
    assert(x !== undefined, 'every end of an arrow has a place');
    return x;
  };

  // One stretch in each channel an arrow uses; the first one carries the label.
  const stretches = new Map<string, Stretch & { readonly channel: number }>();
  for (const detour of detours) {
    const { index, channelOut, channelIn } = detour;
    const [x1, x2] = [portOf(index, 'from'), portOf(index, 'to')];
    const beside = TRACK_WIDTH * long.indexOf(detour) + 4;
    const { width, height } = labelOf(index);
    const make = (channel: number, a: number, b: number, labelled: boolean) => {
      const [left, right] = [Math.min(a, b), Math.max(a, b)];
      const more = labelled ? Math.max(0, width - (right - left)) / 2 : 0;
      return {
        channel,
        left: left - more - 6,
        right: right + more + 6,
        height: labelled ? Math.max(TRACK_HEIGHT, height) : TRACK_HEIGHT,
      };
    };
    if (channelOut === channelIn) stretches.set(`${index} out`, make(channelOut, x1, x2, true));
    else {
      stretches.set(`${index} out`, make(channelOut, x1, beside, true));
      stretches.set(`${index} in`, make(channelIn, beside, x2, false));
    }
  }
  const channels = Array.from({ length: rows + 1 }, (_, channel) =>
    assignTracks([...stretches.values()].filter((stretch) => stretch.channel === channel)),
  );
  const channelHeight = (channel: number): number => {
    const { heights } = channels[channel] ?? { heights: [] };
    const used = heights.reduce((sum, height) => sum + height, 0);
    const isOuter = channel === 0 || channel === rows;
    return used === 0 ? (isOuter ? 0 : 2 * CHANNEL_PADDING) : used + 2 * CHANNEL_PADDING;
  };
  const rowHeight = (row: number): number =>
    Math.max(...sized.filter(({ box }) => cellOf(box.id).row === row).map(({ height }) => height));
  const channelTops: number[] = [];
  const rowTops: number[] = [];
  let y = 0;
  for (let row = 0; row <= rows; row++) {
    channelTops.push(y);
    y += channelHeight(row);
    if (row === rows) break;
    rowTops.push(y);
    y += rowHeight(row);
  }
  const trackY = (key: string): number => {
    const stretch = stretches.get(key);
    assert(stretch, 'every detour runs in a channel');
    const channel = channels[stretch.channel];
    const track = channel?.trackOf.get(stretch) ?? 0;
    const before = (channel?.heights ?? []).slice(0, track).reduce((sum, height) => sum + height, 0);
    const own = channel?.heights[track] ?? TRACK_HEIGHT;
    return (channelTops[stretch.channel] ?? 0) + CHANNEL_PADDING + before + own / 2;
  };

  const boxes = sized.map((box): PlacedBox => {
    const cell = cellOf(box.box.id);
    return { ...box, x: xOf(cell), y: rowTops[cell.row] ?? 0 };
  });
  const edgeOf = (id: string, side: Side): number => {
    const box = boxes.find((one) => one.box.id === id);
    assert(box, 'every box has a place');
    return side === 'top' ? box.y : box.y + box.height;
  };

  const arrows = picture.arrows.map((arrow, index): PlacedArrow => {
    const label = labelOf(index);
    const detour = detours.find((one) => one.index === index);
    if (!detour) {
      const [from, to] = [cellOf(arrow.from), cellOf(arrow.to)];
      const [x1, x2] = [xOf(from) + BOX_WIDTH, xOf(to)];
      const at = (rowTops[from.row] ?? 0) + TITLE_HEIGHT;
      return {
        arrow,
        points: [
          { x: x1, y: at },
          { x: x2, y: at },
        ],
        label: { ...label, x: (x1 + x2 - 6 - label.width) / 2, y: at - label.height / 2 },
      };
    }
    const x1 = portOf(index, 'from');
    const entry = portOf(index, 'to');
    // Straight up or down, without a jog.
    const x2 = Math.abs(entry - x1) <= 2 * ASIDE ? x1 : entry;
    const [start, end] = [edgeOf(arrow.from, detour.leaves), edgeOf(arrow.to, detour.enters)];
    const out = trackY(`${index} out`);
    const isLong = detour.channelOut !== detour.channelIn;
    const beside = TRACK_WIDTH * long.indexOf(detour) + 4;
    const into = isLong ? trackY(`${index} in`) : out;
    const turn = isLong ? beside : x2;
    const points = isLong
      ? [
          { x: x1, y: start },
          { x: x1, y: out },
          { x: beside, y: out },
          { x: beside, y: into },
          { x: x2, y: into },
          { x: x2, y: end },
        ]
      : [
          { x: x1, y: start },
          { x: x1, y: out },
          { x: x2, y: out },
          { x: x2, y: end },
        ];
    // Near where it leaves, so that the label is read with the box it belongs to.
    const room = Math.abs(turn - x1);
    const centre =
      room < label.width + 24 ? (x1 + turn) / 2 : x1 + Math.sign(turn - x1) * (label.width / 2 + 12);
    return { arrow, points, label: { ...label, x: centre - label.width / 2, y: out - label.height / 2 } };
  });

  return {
    picture,
    width: leftMargin + columns * BOX_WIDTH + (columns - 1) * GAP,
    height: y,
    boxes,
    arrows,
  };
}
