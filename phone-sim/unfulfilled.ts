import type { Phone } from './phone.ts';

/** An instruction or expectation of a script that did not come about; the message names no keys. */
export class Unfulfilled extends Error {}

/** Where the call stands, for failure messages. */
export function whereabouts(phone: Phone): string {
  if (phone.step !== undefined) return `the call is at step ${phone.step}`;
  if (phone.queue !== undefined) return `the call waits in the queue ${phone.queue}`;
  if (phone.state === 'ended') return `the call is over, ended by the ${phone.endedBy}`;
  return `the call is ${phone.state}`;
}
