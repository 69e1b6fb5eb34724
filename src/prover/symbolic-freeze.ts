import type { Level } from '../actions/requirement.ts';
import type { FlowEvent } from '../flow/events.ts';

/** A freeze that tells of nobody: before a PIN, or of whom the caller denied to be. */
export const FREEZE_DONE = {
  type: 'DONE',
  asked: { time: '23:57', date: '2026-01-14', today: '2026-01-15' },
} as const;
const SINCE = { time: '23:57', date: '2026-01-14', today: '2026-01-15' };

/** What a freeze may have stopped by the time it is told, at a level: before a PIN nothing is told of it (Z3). */
export function freezesDone(level: Level): readonly FlowEvent[] {
  if (level < 'L2') return [FREEZE_DONE];
  return [true, false].map((everywhere) => ({ ...FREEZE_DONE, freeze: { everywhere, since: SINCE } }));
}
