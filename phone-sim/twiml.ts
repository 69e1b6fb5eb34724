import type { ConferenceNoun } from './conference-noun.ts';
import type { SayLanguage } from './voices.ts';

/** HTTP methods with which the carrier fetches a document. */
export type Method = 'GET' | 'POST';

export interface SayVerb {
  readonly kind: 'say';
  readonly text: string;
  readonly language: SayLanguage;
  readonly voice?: string;
  readonly loop: number;
}
export interface PauseVerb {
  readonly kind: 'pause';
  readonly seconds: number;
}
export interface PlayVerb {
  readonly kind: 'play';
  /** What is played: an address, or the tones of `digits`. */
  readonly url: string;
  readonly digits?: string;
  readonly loop: number;
}
export type SpokenVerb = SayVerb | PauseVerb | PlayVerb;

export interface GatherVerb {
  readonly kind: 'gather';
  readonly action: string;
  readonly method: Method;
  /** Undefined: any number of keys. */
  readonly numDigits?: number;
  /** One key, or an empty string for none. */
  readonly finishOnKey: string;
  /** From the end of the nested content to the first key, and from key to key. */
  readonly timeoutSeconds: number;
  readonly actionOnEmptyResult: boolean;
  readonly nested: readonly SpokenVerb[];
}
export interface RedirectVerb {
  readonly kind: 'redirect';
  readonly url: string;
  readonly method: Method;
}
export interface EnqueueVerb {
  readonly kind: 'enqueue';
  readonly queue: string;
  readonly action?: string;
  readonly method: Method;
  readonly waitUrl?: string;
  readonly waitMethod: Method;
}
export interface DialVerb {
  readonly kind: 'dial';
  /** Who is called: a number, `sip:…`, `client:…`, `queue:…` or `conference:…`. */
  readonly target: string;
  /** Where it is one. */
  readonly conference?: ConferenceNoun;
  /** A star of the caller ends it. */
  readonly hangupOnStar: boolean;
  readonly action?: string;
  readonly method: Method;
  readonly timeoutSeconds: number;
}
export type Verb =
  | SpokenVerb
  | GatherVerb
  | RedirectVerb
  | EnqueueVerb
  | DialVerb
  | { readonly kind: 'hangup' }
  /** Leaves the queue; in a wait document only. */
  | { readonly kind: 'leave' }
  | { readonly kind: 'reject'; readonly reason: 'rejected' | 'busy' };

export type ReadTwiml =
  | { readonly kind: 'read'; readonly verbs: readonly Verb[] }
  | { readonly kind: 'refused'; readonly problems: readonly string[] };
