import { budgetsOf } from '../counts.ts';
import type { Property } from './property.ts';

/** What may be keyed wrong, and how often. */
export const COUNTING: readonly Property[] = [
  {
    id: 'wrong-verifications-bounded',
    rules: ['R5.2', 'R6.1', 'V11'],
    counts: 'refusals',
    claim:
      'A call has at most the budgeted wrong verifications, whatever way they are reached, and then a person.',
    onTransition({ to }, release) {
      const most = budgetsOf(release).refusals;
      return to && to.counts.refusals > most
        ? `More than ${most} wrong verifications are possible in one call.`
        : undefined;
    },
  },
  {
    id: 'identities-bounded',
    rules: ['R5.2', 'R18.1'],
    counts: 'identities',
    claim:
      'A call can key at most the budgeted number of identities, right or wrong, for anything but a freeze.',
    onTransition({ to }, release) {
      const most = budgetsOf(release).identities;
      return to && to.counts.identities > most
        ? `More than ${most} identities can be keyed in one call.`
        : undefined;
    },
  },
  {
    id: 'wrong-codes-bounded',
    rules: ['R7.2'],
    counts: 'codeTries',
    claim:
      'A call has at most the budgeted wrong one-time codes; sending it again does not begin the count anew.',
    onTransition({ to }, release) {
      const most = budgetsOf(release).codes;
      return to && to.counts.codes > most
        ? `More than ${most} wrong codes are possible in one call.`
        : undefined;
    },
  },
];
