import { assert } from '../platform/fault.ts';
import { type Cell, channelArrowOf, columnX, type Route, routesOf, runsStraight } from './edge-routing.ts';
import { type Rows, stackRows } from './lanes.ts';
import { type Label, type SizedBox, sizeBox, sizeLabel } from './page.ts';
import type { Picture, PictureArrow } from './picture.ts';

/*
 * Boxes stand in the order a call passes them, in rows that are read like text. An arrow to the next box is straight;
 * every other arrow runs in the channels between the rows, each on a lane of its own.
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
/** What a label keeps from where its arrow turns, so that it is read with the box the arrow leaves. */
const FROM_THE_TURN = 12;

/**
 * The boxes in the order in which a call passes them: a box comes after those that lead to it, edges back left out, and
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
  // Edges back: found by a depth-first walk from the first box.
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

/** Few boxes stand in rows of the same length; more fill the page. */
function columnsFor(count: number): number {
  if (count <= MOST_COLUMNS) return count;
  return count <= 6 ? 3 : MOST_COLUMNS;
}

/** The cell of every box. */
function cellsOf(picture: Picture): ReadonlyMap<string, Cell> {
  const order = inOrder(picture);
  const columns = columnsFor(order.length);
  return new Map(
    order.map((id, index) => [id, { row: Math.floor(index / columns), column: index % columns }]),
  );
}

function found<T>(thing: T | undefined, what: string): T {
  assert(thing !== undefined, what);
  return thing;
}

/** Gives every box and arrow of a picture its place. Deterministic: the same picture has the same places. */
export function placePicture(picture: Picture): PlacedPicture {
  const cells = cellsOf(picture);
  const cellOf = (id: string) => found(cells.get(id), 'an arrow leads from a box to a box');
  const all = [...cells.values()];
  const channelArrows = picture.arrows.flatMap(({ from, to }, index) =>
    runsStraight(cellOf(from), cellOf(to)) ? [] : [channelArrowOf(index, cellOf(from), cellOf(to))],
  );
  const labels = picture.arrows.map((arrow) =>
    sizeLabel(arrow, runsStraight(cellOf(arrow.from), cellOf(arrow.to))),
  );
  const labelOf = (index: number) => found(labels[index], 'every arrow has a label');
  const routes = routesOf(all, channelArrows, labelOf);

  const sized = picture.boxes.map(sizeBox);
  const heights = Array.from({ length: 1 + Math.max(...all.map(({ row }) => row)) }, (_, row) =>
    Math.max(...sized.filter(({ box }) => cellOf(box.id).row === row).map(({ height }) => height)),
  );
  const rows = stackRows(
    heights,
    routes.flatMap(({ out, into }) => (out === into ? [out] : [out, into])),
  );
  const boxes = sized.map((box): PlacedBox => {
    const { row, column } = cellOf(box.box.id);
    return { ...box, x: columnX(column, channelArrows), y: found(rows.tops[row], 'every row has a place') };
  });
  const boxOf = (id: string) =>
    found(
      boxes.find(({ box }) => box.id === id),
      'every box has a place',
    );

  const arrows = picture.arrows.map((arrow, index): PlacedArrow => {
    const [from, to] = [boxOf(arrow.from), boxOf(arrow.to)];
    const route = routes.find(({ channelArrow }) => channelArrow.index === index);
    return route
      ? placeInChannel(arrow, route, from, to, rows, labelOf(index))
      : placeStraight(arrow, from, to, labelOf(index));
  });
  return {
    picture,
    width: Math.max(...boxes.map(({ x, width }) => x + width)),
    height: rows.height,
    boxes,
    arrows,
  };
}

/** How long the tip of an arrow is: a label stands in the middle of the rest. */
const TIP = 6;

function placeStraight(arrow: PictureArrow, from: PlacedBox, to: PlacedBox, label: Label): PlacedArrow {
  const y = from.y + TITLE_HEIGHT;
  const left = from.x + from.width;
  return {
    arrow,
    points: [
      { x: left, y },
      { x: to.x, y },
    ],
    label: { ...label, x: (left + to.x - TIP - label.width) / 2, y: y - label.height / 2 },
  };
}

function placeInChannel(
  arrow: PictureArrow,
  { channelArrow, x1, x2, beside, out, into }: Route,
  from: PlacedBox,
  to: PlacedBox,
  rows: Rows,
  label: Label,
): PlacedArrow {
  const start = channelArrow.leaves === 'top' ? from.y : from.y + from.height;
  const end = channelArrow.enters === 'top' ? to.y : to.y + to.height;
  const [level, lastLevel] = [rows.laneY(out), rows.laneY(into)];
  const turn = beside ?? x2;
  const aside =
    beside === undefined
      ? []
      : [
          { x: beside, y: level },
          { x: beside, y: lastLevel },
        ];
  const room = Math.abs(turn - x1);
  const centre =
    room < label.width + 2 * FROM_THE_TURN
      ? (x1 + turn) / 2
      : x1 + Math.sign(turn - x1) * (label.width / 2 + FROM_THE_TURN);
  return {
    arrow,
    points: [{ x: x1, y: start }, { x: x1, y: level }, ...aside, { x: x2, y: lastLevel }, { x: x2, y: end }],
    label: { ...label, x: centre - label.width / 2, y: level - label.height / 2 },
  };
}
