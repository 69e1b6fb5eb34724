import type { Node, Transition } from './explore.ts';

/** Where a property does not hold: at a call that can come about, or in the flow as such. */
export interface Finding {
  /** What is wrong, in a sentence for the author of the flow. */
  readonly says: string;
  /** The call at which it is wrong, and what then happens; absent where no call is needed to see it. */
  readonly at?: Node;
  readonly next?: Transition['occurrence'];
}
