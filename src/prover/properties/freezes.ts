import { refusalOf } from '../../flow/events.ts';
import type { Transition } from '../explore.ts';
import { promptsSaid } from './observed.ts';
import type { Property } from './property.ts';

/** Words that promise more than this line: `freeze.full` is what flows of earlier releases say. */
const EVERYTHING_IS_STOPPED: ReadonlySet<string> = new Set(['freeze.everywhere', 'freeze.full']);
const THIS_LINE_IS_STOPPED = 'freeze.thisLine';
const ORDER_FROZEN = 'order.frozen';

/** What is said for the first time: a result that the caller asks to hear again was looked at when it was said first. */
function newlySaid(transition: Transition): readonly string[] {
  const before = new Set(transition.from.call.flow.lastResult.map(({ prompt }) => prompt));
  return promptsSaid(transition).filter((prompt) => !before.has(prompt));
}

function freezeDone({ occurrence: { event } }: Transition) {
  return event.type === 'DONE' ? event.freeze : undefined;
}

/** What callers hear of a freeze is what was done (Z10, V8.2, invariant 43). */
export const FREEZES: readonly Property[] = [
  {
    id: 'stopped-is-said-after-it-is',
    rules: ['Z10', 'V8', 'V8.2'],
    claim:
      'That everything is stopped is said only once the core has answered, and that this line is only after a freeze.',
    onTransition(transition) {
      const freeze = freezeDone(transition);
      for (const prompt of newlySaid(transition)) {
        if (EVERYTHING_IS_STOPPED.has(prompt) && freeze?.everywhere !== true)
          return `${prompt} is said at ${transition.from.call.step} although the core has not answered.`;
        if (prompt === THIS_LINE_IS_STOPPED && !freeze)
          return `${prompt} is said at ${transition.from.call.step} although nothing was frozen.`;
      }
      return undefined;
    },
  },
  {
    id: 'freeze-says-what-is-stopped',
    rules: ['Z10', 'V8.2'],
    claim: 'A caller who freezes after a PIN hears what is stopped and since when.',
    onTransition(transition) {
      const freeze = freezeDone(transition);
      if (!freeze || !transition.decision) return undefined;
      const expected = freeze.everywhere ? 'freeze.everywhere' : THIS_LINE_IS_STOPPED;
      return promptsSaid(transition).includes(expected)
        ? undefined
        : `After ${transition.from.call.step} nobody says what is stopped (${expected}).`;
    },
  },
  {
    id: 'frozen-is-said-after-the-pin',
    rules: ['Z3', 'E3.2'],
    claim:
      'That an account is frozen is said to nobody before a PIN, and to everybody whom it refuses an order.',
    onTransition(transition) {
      const { from, occurrence, decision } = transition;
      const says = promptsSaid(transition).includes(ORDER_FROZEN);
      const { query, transaction } = from.call.proofs.pins;
      if (says && query === undefined && transaction === undefined)
        return `${ORDER_FROZEN} is said at ${from.call.step} before a PIN.`;
      const refused = refusalOf(occurrence.event) === 'account_frozen';
      return refused && decision && !says
        ? `At ${from.call.step} a frozen customer is refused without the reason.`
        : undefined;
    },
  },
];
