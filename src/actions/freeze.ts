import type { Action } from './action.ts';

/** The name of the action in flows, policies and tickets. */
export const FREEZE = 'freeze';

/** Loss report and freeze: identity is enough, nothing may stand in its way, and it goes before everything else. */
export const freeze = {
  label: 'Loss report and freeze',
  least: { says: 'a freeze takes L1', basis: 'V8', level: 'L1', noMore: true, pin: undefined },
  fields: [],
  needsAmount: false,
  readBack: undefined,
  refusals: [],
  does: 'freeze_account',
  toOneself: false,
  underBiometricLine: false,
  takesAgreement: false,
  payeeCoolsOff: false,
  urgent: true,
  purpose: undefined,
  // Sent by the operation itself, which a freeze asked for in an outage goes through as well.
  notice: undefined,
  resultPrompts: {},
  tell: undefined,
  assumedResults: () => [],
} as const satisfies Action;
