import type { Instant } from '../../src/platform/clock.ts';
import type { Environment } from '../../src/platform/settings.ts';
import type { DatabaseTarget } from '../../src/storage/connect.ts';

/** What one process of the service is to serve. */
export interface Opening {
  /** Migrated and seeded. */
  readonly database: DatabaseTarget;
  /** Settings beside the demo's own, as the environment would hold them. */
  readonly environment: Environment;
  /** Of the process's own chance; two processes with the same one would draw the same ids. */
  readonly seed: string;
  /** Where its clock stands until a request says otherwise (`CLOCK_HEADER`), or `system` for the machine's own. */
  readonly clock: Instant | 'system';
}

/** Tells a process with a clock of its own what time it is; the balancer puts it on every request. */
export const CLOCK_HEADER = 'x-test-clock';

/**
 * How a process can be made to break an invariant, so that the check of it is shown to fail: it commits a reservation
 * only after the comparison, or answers before the commit.
 */
export type Lie = 'commits_after_comparing' | 'answers_before_committing';

/** What a test asks of a process. */
export type Asked =
  | { readonly kind: 'open'; readonly opening: Opening }
  | { readonly kind: 'close' }
  /** Answered when nothing is being sent from the outbox. */
  | { readonly kind: 'idle' }
  /** Sends what is due by then. */
  | { readonly kind: 'deliver'; readonly now: Instant }
  /** Counts what the next request does and kills the process before the thing with this number (from 1) is done; 0: only counts. */
  | { readonly kind: 'arm'; readonly killAt: number; readonly lie?: Lie }
  /** Answered with what the request has done so far, in order. */
  | { readonly kind: 'disarm' };

/** A question with the number its answer carries. */
export type Question = Asked & { readonly id: number };

/** What a process says: that it can be asked, or an answer. */
export type Told =
  | { readonly kind: 'ready' }
  | { readonly kind: 'done'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'failed'; readonly id: number; readonly message: string };

/** Where a process that kills itself writes its last words, one JSON array; a pipe that its death does not empty. */
export const LAST_WORDS_FD = 4;
