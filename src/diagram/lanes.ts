import { assert } from '../platform/fault.ts';

/** A stretch of an arrow that runs level in the channel above a row; channel 0 is above the first one. */
export interface Stretch {
  readonly channel: number;
  readonly left: number;
  readonly right: number;
  readonly height: number;
}

const CHANNEL_PADDING = 12;

interface Channel {
  readonly laneOf: ReadonlyMap<Stretch, number>;
  readonly heights: readonly number[];
}

/** Puts stretches on lanes so that none touches another: for each stretch its lane, for each lane its height. */
function assignLanes(stretches: readonly Stretch[]): Channel {
  const lanes: { readonly held: Stretch[]; height: number }[] = [];
  const laneOf = new Map<Stretch, number>();
  const shortestFirst = [...stretches].sort((a, b) => a.right - a.left - (b.right - b.left));
  for (const stretch of shortestFirst) {
    const free = lanes.findIndex(({ held }) =>
      held.every(({ left, right }) => stretch.right < left || stretch.left > right),
    );
    const at = free < 0 ? lanes.length : free;
    const lane = lanes[at] ?? { held: [], height: 0 };
    lane.held.push(stretch);
    lane.height = Math.max(lane.height, stretch.height);
    lanes[at] = lane;
    laneOf.set(stretch, at);
  }
  return { laneOf, heights: lanes.map(({ height }) => height) };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** The rows of a page with the channels between them. */
export interface Rows {
  /** The upper edge of each row of boxes. */
  readonly tops: readonly number[];
  readonly height: number;
  /** The middle of a stretch's lane. */
  laneY(stretch: Stretch): number;
}

/** Stacks rows of these heights, with as much room between them as the stretches in each channel take. */
export function stackRows(rowHeights: readonly number[], stretches: readonly Stretch[]): Rows {
  const last = rowHeights.length;
  const channels = Array.from({ length: last + 1 }, (_, channel) =>
    assignLanes(stretches.filter((stretch) => stretch.channel === channel)),
  );
  const channelTops: number[] = [];
  const tops: number[] = [];
  let y = 0;
  for (const [index, { heights }] of channels.entries()) {
    channelTops.push(y);
    const isOuter = index === 0 || index === last;
    if (heights.length > 0 || !isOuter) y += sum(heights) + 2 * CHANNEL_PADDING;
    const rowHeight = rowHeights[index];
    if (rowHeight === undefined) break;
    tops.push(y);
    y += rowHeight;
  }
  return {
    tops,
    height: y,
    laneY(stretch) {
      const channel = channels[stretch.channel];
      const lane = channel?.laneOf.get(stretch);
      assert(channel && lane !== undefined, 'every stretch has a lane');
      const above = sum(channel.heights.slice(0, lane));
      return (channelTops[stretch.channel] ?? 0) + CHANNEL_PADDING + above + (channel.heights[lane] ?? 0) / 2;
    },
  };
}
