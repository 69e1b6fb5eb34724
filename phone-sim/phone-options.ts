import type { Clock } from '../src/platform/clock.ts';
import type { Random } from '../src/platform/random.ts';
import type { Attestation } from './carrier-request.ts';
import type { Switchboard } from './switchboard.ts';
import type { PhoneEvent } from './transcript.ts';
import type { Method } from './twiml.ts';

/** Why call time passes; a terminal may hurry through speech and still wait where it was told to. */
export type Passing = 'speech' | 'pause' | 'silence' | 'holding' | 'wait';

/** How the call's own time passes: on a manual clock in tests, for real in a terminal. */
export interface TimePort {
  pass(milliseconds: number, passing: Passing): Promise<void>;
}

/** Whether every webhook is sent a second time, as a carrier's retry would. */
export type Duplicates = 'none' | 'after' | 'parallel';

/** What the carrier says of a call that left a queue. */
export type QueueResult =
  | 'bridged'
  | 'leave'
  | 'hangup'
  | 'queue-full'
  | 'redirected'
  | 'error'
  | 'system-error';
export type DialResult = 'completed' | 'answered' | 'busy' | 'no-answer' | 'failed';

export interface PhoneOptions {
  /** Where the service is reached, e.g. http://127.0.0.1:3000. */
  readonly baseUrl: string;
  /** Where the carrier believes it is; signatures are made over it. The base URL when left out. */
  readonly publicUrl?: string;
  readonly authToken: string;
  readonly accountSid?: string;
  readonly answerPath?: string;
  readonly statusPath?: string;
  /** Where the carrier turns when a webhook fails; none when left out. */
  readonly fallbackPath?: string;
  readonly readLimitMilliseconds?: number;
  readonly random: Random;
  readonly time: TimePort;
  readonly stopwatch: Clock;
  readonly duplicates?: Duplicates;
  /** Where its calls meet others; without one a conference is an empty room. */
  readonly switchboard?: Switchboard;
  readonly onEvent?: (event: PhoneEvent) => void;
}

export interface Dialling {
  /** E.164, `anonymous`, `sip:…` or `client:…`. */
  readonly from: string;
  readonly to: string;
  readonly attestation?: Attestation;
}

/** A webhook that a test composes itself. */
export interface RawPost {
  /** Path or full URL; the path is signed under the public URL. */
  readonly url: string;
  readonly method?: Method;
  /** Sent in this order; the same name may come twice. */
  readonly parameters?: readonly (readonly [string, string])[];
  /** Instead of parameters: the body as it stands. */
  readonly body?: string;
  readonly contentType?: string;
  /** The right one by default. */
  readonly signature?: 'right' | 'absent' | { readonly value: string };
}
