import { ACTION_CATALOGUE, ACTIONS } from '../actions/catalogue.ts';
import { meetsLeast } from '../actions/requirement.ts';
import { CURRENCIES, minorPerUnit } from '../jurisdictions/currency.ts';
import { type Bound, DAY_SECONDS, HOUR_SECONDS, lockSteps } from './bound.ts';
import { LANE_BOUND } from './lane-bound.ts';
import { LATER_BOUNDS } from './later-bounds.ts';
import type { LadderStep, Policy } from './policy.ts';

/** In whole units of a currency. */
const HIGHEST_KEY = 9;

function rising(ladder: readonly LadderStep[]): boolean {
  return ladder.every((step, index) => index === 0 || step.failures > (ladder[index - 1]?.failures ?? 0));
}

function startsSoonEnough(ladder: readonly LadderStep[], failures: number, seconds: number): boolean {
  const first = lockSteps(ladder)[0];
  return first !== undefined && first.failures <= failures && first.lockSeconds >= seconds;
}

/** OWASP's minimum settings for argon2id: less memory takes more passes. */
const ARGON2_MINIMUM = [
  { memoryKib: 47_104, passes: 1 },
  { memoryKib: 19_456, passes: 2 },
  { memoryKib: 12_288, passes: 3 },
  { memoryKib: 9_216, passes: 4 },
  { memoryKib: 7_168, passes: 5 },
] as const;

/** What every policy is held to, a stored one too. */
const FIRST_BOUNDS: readonly Bound[] = [
  {
    says: 'identification.wrongPerCall is at most 5',
    basis: 'R5.2',
    holds: (p) => p.identification.wrongPerCall <= 5,
  },
  {
    says: 'identification.uniformFailure is on',
    basis: 'Z3, RTS 2018/389 art. 4(3)(a)',
    holds: (p) => p.identification.uniformFailure,
  },
  {
    says: 'pin.length is from 6 to 12',
    basis: 'Z9, ISO 9564',
    holds: (p) => p.pin.length >= 6 && p.pin.length <= 12,
  },
  { says: 'pin.wrongPerCall is at most 3', basis: 'R6.1', holds: (p) => p.pin.wrongPerCall <= 3 },
  { says: 'the steps of pin.ladder rise', basis: 'V11', holds: (p) => rising(p.pin.ladder) },
  {
    says: 'pin.ladder locks at the latest at 5 failures, for at least 1800 s',
    basis: 'RTS 2018/389 art. 4(3)(b), PCI DSS 8.3.4',
    holds: (p) => startsSoonEnough(p.pin.ladder, 5, 1_800),
  },
  {
    says: 'pin.ladder ends by voiding the PIN, at the latest at 10 failures',
    basis: 'V11',
    holds: (p) => {
      const last = p.pin.ladder.at(-1);
      return last !== undefined && 'void' in last && last.failures <= 10;
    },
  },
  {
    says: 'pin.reservedForOwnLine is at least 1 and leaves other lines at least 1',
    basis: 'ASVS 6.1.1',
    holds: (p) =>
      p.pin.reservedForOwnLine >= 1 && p.pin.reservedForOwnLine < (p.pin.ladder.at(-1)?.failures ?? 0),
  },
  {
    says: 'pin.otherLineFailures is at most 5',
    basis: 'ASVS 6.1.1',
    holds: (p) => p.pin.otherLineFailures <= 5,
  },
  {
    says: 'pin.otherLineWindowSeconds is at least 86400',
    basis: 'ASVS 6.1.1',
    holds: (p) => p.pin.otherLineWindowSeconds >= DAY_SECONDS,
  },
  {
    says: 'the customer is told of every lock of 86400 s or more (pin.noticeFromLockSeconds)',
    basis: 'RTS 2018/389 art. 4(4)',
    holds: (p) => p.pin.noticeFromLockSeconds <= DAY_SECONDS,
  },
  {
    says: 'pin.argon2 is at least one of the OWASP settings for argon2id',
    basis: 'OWASP Password Storage',
    holds: (p) =>
      ARGON2_MINIMUM.some(
        (least) => p.pin.argon2.memoryKib >= least.memoryKib && p.pin.argon2.passes >= least.passes,
      ),
  },
  {
    says: 'code.length is from 6 to 8',
    basis: 'ASVS 6.5.4',
    holds: (p) => p.code.length >= 6 && p.code.length <= 8,
  },
  { says: 'code.lifetimeSeconds is at most 300', basis: 'V10', holds: (p) => p.code.lifetimeSeconds <= 300 },
  { says: 'code.triesPerCode is at most 5', basis: 'R7.2', holds: (p) => p.code.triesPerCode <= 5 },
  { says: 'the steps of code.ladder rise', basis: 'R7.2', holds: (p) => rising(p.code.ladder) },
  {
    says: 'code.ladder locks at the latest at 5 failures for at least 1800 s, and at 10 for at least 86400 s',
    basis: 'NIST SP 800-63B-4 3.1.3.2',
    holds: (p) =>
      startsSoonEnough(p.code.ladder, 5, 1_800) &&
      lockSteps(p.code.ladder).some((step) => step.failures <= 10 && step.lockSeconds >= DAY_SECONDS),
  },
  {
    says: 'code.resendAfterSeconds is at least 30',
    basis: 'V10',
    holds: (p) => p.code.resendAfterSeconds >= 30,
  },
  { says: 'code.resendsPerCall is at most 2', basis: 'R7.2', holds: (p) => p.code.resendsPerCall <= 2 },
  {
    says: 'code.waitSeconds with its waits stays within code.lifetimeSeconds',
    basis: 'R7.2',
    holds: (p) => p.code.waitSeconds * p.code.waits <= p.code.lifetimeSeconds,
  },
  {
    says: 'code.destinationRegisteredForSeconds is at least 86400',
    basis: 'NIST SP 800-63B-4: a new number is a new authenticator',
    holds: (p) => p.code.destinationRegisteredForSeconds >= DAY_SECONDS,
  },
  {
    says: 'code.simChangeQuietSeconds is from 1 to 100 days',
    basis: 'CAMARA SIM Swap',
    holds: (p) =>
      p.code.simChangeQuietSeconds >= DAY_SECONDS && p.code.simChangeQuietSeconds <= 100 * DAY_SECONDS,
  },
  {
    says: 'source.customersPerDay is at most 5',
    basis: 'R18.1',
    holds: (p) => p.source.customersPerDay <= 5,
  },
  {
    says: 'source.failedIdentificationsPerHour is at most 10',
    basis: 'R18.1',
    holds: (p) => p.source.failedIdentificationsPerHour <= 10,
  },
  {
    says: 'a source is slowed before it is refused (source.slowFromFailures)',
    basis: 'R18.1',
    holds: (p) => p.source.slowFromFailures <= p.source.failedIdentificationsPerHour,
  },
  {
    says: 'spraying.burst is at most 600 s, 200 customers and 20 in 100 of those tried',
    basis: 'R18.1',
    holds: ({ spraying: { burst } }) =>
      burst.seconds <= 600 && burst.customers <= 200 && burst.percentOfTried <= 20,
  },
  {
    says: 'spraying.slow is at most 86400 s long, and not shorter than spraying.burst',
    basis: 'R18.1',
    holds: ({ spraying: { burst, slow } }) => slow.seconds <= DAY_SECONDS && slow.seconds >= burst.seconds,
  },
  {
    says: 'session.idleSeconds is at most 120',
    basis: 'policy table: idle',
    holds: (p) => p.session.idleSeconds <= 120,
  },
  {
    says: 'session.idleSeconds is longer than the longest wait for keys, with 30 s for speaking',
    basis: 'R3',
    holds: ({ session, code, dialogue: { firstKeySeconds, moreTime } }) =>
      session.idleSeconds >=
      30 +
        Math.max(
          code.waitSeconds,
          firstKeySeconds,
          moreTime?.firstKeySeconds ?? 0,
          moreTime?.codeWaitSeconds ?? 0,
        ),
  },
  {
    says: 'session.fromPinSeconds is at most 1800',
    basis: 'policy table: idle',
    holds: (p) => p.session.fromPinSeconds <= 1_800,
  },
  {
    says: 'session.stepUpSeconds is at most 180',
    basis: 'policy table: levels',
    holds: (p) => p.session.stepUpSeconds <= 180,
  },
  {
    says: 'coolingOff.seconds is at least 12 hours',
    basis: 'policy table: cooling-off',
    holds: (p) => p.coolingOff.seconds >= 12 * HOUR_SECONDS,
  },
  {
    says: 'dialogue.firstKeySeconds is at least 7 and longer than dialogue.betweenKeysSeconds',
    basis: 'R3',
    holds: (p) =>
      p.dialogue.firstKeySeconds >= 7 && p.dialogue.firstKeySeconds > p.dialogue.betweenKeysSeconds,
  },
  {
    says: 'dialogue.betweenKeysLongSeconds is from 7 to dialogue.firstKeySeconds',
    basis: 'Z12, S8',
    // A release from before it has none.
    holds: ({ dialogue: { firstKeySeconds, betweenKeysLongSeconds: long } }) =>
      long === undefined || (long >= 7 && long <= firstKeySeconds),
  },
  {
    says: 'dialogue.moreTime is at least 10 s to the first key and in long numbers, and nowhere less than the ordinary times',
    basis: 'S8',
    holds: ({ code, dialogue: { firstKeySeconds, betweenKeysSeconds, moreTime } }) =>
      moreTime === undefined ||
      (moreTime.firstKeySeconds >= Math.max(10, firstKeySeconds) &&
        moreTime.betweenKeysLongSeconds >= 10 &&
        moreTime.betweenKeysLongSeconds <= moreTime.firstKeySeconds &&
        moreTime.betweenKeysSeconds > betweenKeysSeconds &&
        moreTime.betweenKeysSeconds <= moreTime.firstKeySeconds &&
        moreTime.codeWaitSeconds >= code.waitSeconds),
  },
  {
    says: 'dialogue.moreTime is at most 30 s between keys',
    basis: 'policy table: idle',
    holds: ({ dialogue: { moreTime } }) => (moreTime?.firstKeySeconds ?? 0) <= 30,
  },
  LANE_BOUND,
  {
    says: 'dialogue.menuOptions is at most 5',
    basis: 'policy table: menus',
    holds: (p) => p.dialogue.menuOptions <= 5,
  },
  {
    says: 'dialogue.menuDepth is at most 3',
    basis: 'policy table: menus',
    holds: (p) => p.dialogue.menuDepth <= 3,
  },
  {
    says: 'dialogue.promptSeconds is at most 15',
    basis: 'policy table: prompts',
    holds: (p) => p.dialogue.promptSeconds <= 15,
  },
  ...ACTIONS.map((action): Bound => {
    const { least } = ACTION_CATALOGUE[action];
    return {
      says: least.says,
      basis: least.basis,
      holds: ({ actions }) => meetsLeast(actions[action], least),
    };
  }),
  {
    says: 'what moves money or changes details is read back (readBack)',
    basis: 'R8',
    holds: ({ actions }) =>
      ACTIONS.every(
        (action) => ACTION_CATALOGUE[action].readBack === undefined || actions[action].readBack === true,
      ),
  },
  {
    says: 'whileFrozen is true only for what moves money to the customer themself',
    basis: 'Z10, R18.2',
    holds: ({ actions }) =>
      ACTIONS.every((action) => !actions[action].whileFrozen || ACTION_CATALOGUE[action].toOneself),
  },
  {
    says: 'amounts.minimum is more than any single key means, so that 0 and 8 keep their meaning',
    basis: 'policy table: keys',
    holds: ({ amounts: { minimum } }) =>
      CURRENCIES.every((currency) => minimum[currency] > HIGHEST_KEY * minorPerUnit(currency)),
  },
  {
    says: 'amounts.minimum is at most amounts.maximum',
    basis: 'R3',
    holds: ({ amounts: { minimum, maximum } }) =>
      CURRENCIES.every((currency) => minimum[currency] <= maximum[currency]),
  },
  {
    says: 'biometricFrom.VN.transferMinor is at most 10000000 and its dayTotalMinor at most 20000000, in VND',
    basis: 'V1, V2, Z6, Z8',
    holds: ({ biometricFrom: { VN: line } }) =>
      line !== undefined &&
      line.currency === 'VND' &&
      line.transferMinor <= 10_000_000 &&
      line.dayTotalMinor <= 20_000_000,
  },
  {
    says: 'biometricFrom.VN.equivalents draws the lines in every other currency, for CNY at most at 2,500 and 5,000 yuan',
    basis: 'V1, V1.2: by the account and the dialled line, whatever the currency',
    holds: ({ biometricFrom: { VN: line } }) =>
      CURRENCIES.every((currency) => currency === line?.currency || line?.equivalents[currency]) &&
      (line?.equivalents.CNY?.transferMinor ?? 0) <= 250_000 &&
      (line?.equivalents.CNY?.dayTotalMinor ?? 0) <= 500_000,
  },
];

/** Every bound a policy is held to; the figures are the product's, their basis is what a reviewer would ask for. */
export const BOUNDS: readonly Bound[] = [...FIRST_BOUNDS, ...LATER_BOUNDS];

/**
 * Every bound the policy breaks, as sentences that name the rule; empty when it may be used. A `stored` one is not held to
 * bounds that came after releases had been published: calls that began with it go on, and it is not put in force again.
 */
export function brokenBounds(policy: Policy, origin: 'files' | 'stored' = 'files'): readonly string[] {
  return (origin === 'stored' ? FIRST_BOUNDS : BOUNDS)
    .filter((bound) => !bound.holds(policy))
    .map((bound) => `${bound.says} (${bound.basis})`);
}
