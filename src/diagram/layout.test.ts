import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { placePicture } from './layout.ts';
import type { Picture } from './picture.ts';

function pictureWith(count: number, edges: readonly (readonly [number, number])[]): Picture {
  const boxes = Array.from({ length: count }, (_, index) => ({
    id: `box ${index}`,
    kind: 'step' as const,
    title: `box ${index}`,
    lines: Array.from({ length: (index * 7) % 5 }, () => 'a line'),
    rows: [],
    rules: [],
  }));
  const arrows = new Map(
    edges
      .map(([from, to]) => [from % count, to % count] as const)
      .filter(([from, to]) => from !== to)
      .map(([from, to]) => [`${from} ${to}`, { from: `box ${from}`, to: `box ${to}`, labels: ['key 1'] }]),
  );
  return { id: 'any', title: 'Any', notes: [], boxes, arrows: [...arrows.values()] };
}

const anyPicture = fc
  .tuple(fc.integer({ min: 1, max: 18 }), fc.array(fc.tuple(fc.nat(17), fc.nat(17)), { maxLength: 30 }))
  .map(([count, edges]) => pictureWith(count, edges));

test('every box has a place of its own and every arrow leads from its box to its box', () => {
  fc.assert(
    fc.property(anyPicture, (picture) => {
      const { boxes, arrows, width, height } = placePicture(picture);
      assert.equal(boxes.length, picture.boxes.length);
      for (const [index, box] of boxes.entries()) {
        assert.ok(box.x >= 0 && box.x + box.width <= width && box.y >= 0 && box.y + box.height <= height);
        for (const other of boxes.slice(index + 1))
          assert.ok(
            box.x + box.width <= other.x ||
              other.x + other.width <= box.x ||
              box.y + box.height <= other.y ||
              other.y + other.height <= box.y,
            `${box.box.id} covers ${other.box.id}`,
          );
      }
      for (const { arrow, points } of arrows) {
        for (const [id, point] of [
          [arrow.from, points[0]],
          [arrow.to, points.at(-1)],
        ] as const) {
          const box = boxes.find((one) => one.box.id === id);
          assert.ok(box && point);
          const across = point.x >= box.x && point.x <= box.x + box.width;
          const along = point.y >= box.y && point.y <= box.y + box.height;
          assert.ok(across && along, `${arrow.from} to ${arrow.to} misses ${id}`);
        }
      }
    }),
  );
});

test('two arrows never run along the same line', () => {
  fc.assert(
    fc.property(anyPicture, (picture) => {
      const lines = placePicture(picture).arrows.flatMap(({ points }) =>
        points.slice(1).flatMap((point, index) => {
          const before = points[index];
          if (!before) return [];
          const level = before.y === point.y;
          const [from, to] = level ? [before.x, point.x] : [before.y, point.y];
          return [{ level, at: level ? point.y : point.x, from: Math.min(from, to), to: Math.max(from, to) }];
        }),
      );
      for (const [index, line] of lines.entries())
        for (const other of lines.slice(index + 1))
          assert.ok(
            line.level !== other.level ||
              line.at !== other.at ||
              line.to <= other.from ||
              other.to <= line.from,
            `both run at ${line.at}`,
          );
    }),
  );
});

test('a chain is read like text, whatever leads back', () => {
  const forward = Array.from({ length: 8 }, (_, index) => [index, index + 1] as const);
  const { boxes } = placePicture(pictureWith(9, [...forward, [8, 0], [5, 2]]));
  const read = [...boxes].sort((a, b) => a.y - b.y || a.x - b.x).map(({ box }) => box.id);
  assert.deepEqual(
    read,
    Array.from({ length: 9 }, (_, index) => `box ${index}`),
  );
});

test('the same picture has the same places', () => {
  fc.assert(
    fc.property(anyPicture, (picture) => assert.deepEqual(placePicture(picture), placePicture(picture))),
  );
});
