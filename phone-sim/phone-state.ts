import type { Passing } from './phone-options.ts';
import type { EndedBy } from './transcript.ts';
import type { DialVerb, EnqueueVerb, GatherVerb, SpokenVerb, Verb } from './twiml.ts';

/** A Gather that is running, and the keys it has taken. */
export interface GatherRun {
  readonly gather: GatherVerb;
  digits: string;
}

/** What a phone is doing. Milliseconds and moments are of call time. */
export type State =
  | { readonly kind: 'idle' }
  | { readonly kind: 'requesting' }
  | { readonly kind: 'speaking'; readonly verb: SpokenVerb; remaining: number }
  | { readonly kind: 'prompting'; readonly run: GatherRun; nested: number; remaining: number }
  | { readonly kind: 'collecting'; readonly run: GatherRun; remaining: number }
  /** Waiting with nothing playing; while a wait document plays, the phone is in another state and has a `QueueWait`. */
  | { readonly kind: 'queued' }
  | { readonly kind: 'connected'; readonly verb: DialVerb; readonly since: number }
  | { readonly kind: 'ended'; readonly by: EndedBy };

/** A wait in a queue, and the document that goes on if nothing is asked when it ends. */
export interface QueueWait {
  readonly verb: EnqueueVerb;
  readonly since: number;
  readonly document: Playing;
}

/** A document that is being carried out, and where in it the call is. */
export interface Playing {
  readonly verbs: readonly Verb[];
  readonly position: number;
  readonly url: string;
}

/** Whether a Gather only listens for keys beside its words: nothing ends an input, and silence goes on to the next verb. */
export function isAside({ numDigits, finishOnKey, actionOnEmptyResult }: GatherVerb): boolean {
  return numDigits === undefined && finishOnKey === '' && !actionOnEmptyResult;
}

/** Whether a prompt still has something to say or play before it pauses for the caller's keys. */
export function hasWordsLeft({ run, nested }: { readonly run: GatherRun; readonly nested: number }): boolean {
  const next = run.gather.nested[nested];
  return next !== undefined && next.kind !== 'pause';
}

/** Why call time passes in a state, unless the caller says otherwise. */
export function naturalPassing(state: State): Passing {
  if (state.kind === 'collecting') return 'silence';
  if (state.kind === 'speaking') return state.verb.kind === 'pause' ? 'pause' : 'speech';
  if (state.kind === 'prompting')
    return state.run.gather.nested[state.nested]?.kind === 'pause' ? 'pause' : 'speech';
  return 'holding';
}
