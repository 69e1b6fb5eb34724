import { LANE_NAMES, type Policy } from './policy.ts';

/** The most seconds and keys a policy may allow a lane (R3). */
export const LANE_BOUND = {
  says: 'lanes allow at most 150 s and 60 keys, and 15 s until a person is offered',
  basis: 'R3',
  holds: ({ lanes }: Policy): boolean =>
    LANE_NAMES.every((lane) =>
      Object.values(lanes?.[lane] ?? {}).every(
        ({ verifiedSeconds = 0, doneSeconds, offeredSeconds, verifiedKeys = 0, doneKeys }) =>
          Math.max(verifiedSeconds, doneSeconds) <= 150 &&
          Math.max(verifiedKeys, doneKeys) <= 60 &&
          offeredSeconds <= 15,
      ),
    ),
};
