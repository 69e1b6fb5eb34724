import type { CallerPlace } from './desk-door.ts';
import type { KeyingKind, KeyingResult } from './handoff.ts';

/** A caller who keys to the line on an agent's wish: what, and in which hand-off. */
export interface KeyingWanted {
  readonly handoff: string;
  readonly what: KeyingKind;
}

/**
 * What the dialogue needs of the desk to let a caller key something, alone (invariant 52). The desk pauses the recording,
 * brings the caller to `/voice/keying`, watches the time and records the interval; attempts, budgets and words are the
 * dialogue's own.
 */
export interface KeyingDesk {
  /** The carrier asks for the first document: what is to be keyed; undefined where nothing is any more. */
  begin(callId: string): Promise<KeyingWanted | undefined>;
  /**
   * The caller has keyed, or will not; answers where they go next: back to the same agent, or to the front of the queue where
   * that agent's leg is gone. Undefined where the desk has taken them back meanwhile: the line asks them where they stand.
   */
  end(callId: string, result: KeyingResult): Promise<CallerPlace | undefined>;
}
