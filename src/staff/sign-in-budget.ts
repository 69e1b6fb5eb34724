import type { CustomerBudget } from '../lockout/budget.ts';
import { ladderRules } from '../lockout/ladder.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../platform/clock.ts';

const COUNTERS = ['staff.password', 'staff.totp'] as const;
/**
 * Failures that only a browser which has signed in before may use up: strangers who guess cannot keep the person out of their
 * own machine, which alone can make the account void (ASVS 6.1.1). A void one takes a new link.
 */
const RESERVED_FOR_OWN_BROWSERS = 20;
const VOID_FROM = 30;

const seconds = (milliseconds: number) => milliseconds / SECOND;
const RULES = ladderRules({
  ladder: [
    { failures: 5, lockSeconds: seconds(15 * MINUTE) },
    { failures: 8, lockSeconds: seconds(HOUR) },
    { failures: 10, lockSeconds: seconds(4 * HOUR) },
    { failures: 15, lockSeconds: seconds(DAY) },
    { failures: VOID_FROM, void: true },
  ],
  otherLines: {
    reservedForOwnLine: RESERVED_FOR_OWN_BROWSERS,
    perSource: VOID_FROM - RESERVED_FOR_OWN_BROWSERS,
    windowSeconds: seconds(DAY),
    counters: COUNTERS,
  },
  // Nothing is sent to staff: the lock stands in the record.
  noticeFromLockSeconds: seconds(15 * MINUTE),
});

/** What a try at signing in draws on: as for callers, counted before anything is looked at. */
export function signInBudget(part: 'password' | 'totp'): CustomerBudget {
  return { draws: 'customer', counter: `staff.${part}`, rules: RULES };
}
