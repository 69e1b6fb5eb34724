import { JURISDICTIONS } from '../jurisdictions/catalogue.ts';
import { CURRENCIES, type Currency } from '../jurisdictions/currency.ts';
import { type Bound, DAY_SECONDS, HOUR_SECONDS, lockSteps } from './bound.ts';
import type { LadderStep, Policy } from './policy.ts';

/** A lock longer than this stops a customer for somebody else's wrong keys. */
const LONGEST_LOCK_SECONDS = 7 * DAY_SECONDS;
/** From so much on a loan is large whatever a policy says, in minor units: 50,000 yuan, 100,000,000 dong. */
const LARGE_LOAN_LATEST: { readonly [currency in Currency]: number } = { CNY: 5_000_000, VND: 100_000_000 };
/** Twice the shipped amounts, in minor units; more is not for a telephone. */
const MAXIMUM_LATEST: { readonly [currency in Currency]: number } = {
  CNY: 1_000_000_000,
  VND: 10_000_000_000,
};

function isBetween(value: number, least: number, most: number): boolean {
  return value >= least && value <= most;
}

function locksAtMost(ladder: readonly LadderStep[]): boolean {
  return lockSteps(ladder).every(({ lockSeconds }) => lockSeconds <= LONGEST_LOCK_SECONDS);
}

/** A lock of a day that comes before the PIN is void, so that its notice does, too. */
function warnsBeforeVoid(ladder: readonly LadderStep[]): boolean {
  const voids = ladder.find((step) => 'void' in step);
  return lockSteps(ladder).some(
    ({ failures, lockSeconds }) =>
      lockSeconds >= DAY_SECONDS && failures < (voids?.failures ?? Number.POSITIVE_INFINITY),
  );
}

/** At most twice as many messages as the shipped policy sends, in no shorter a time: SMS pumping. */
function sendsAtMost(
  { count, windowSeconds }: Policy['code']['sendsPerNumber'],
  most: number,
  leastSeconds: number,
): boolean {
  return count <= most && windowSeconds >= leastSeconds;
}

/** Bounds that came after releases had been published: every number of a policy has one. */
export const LATER_BOUNDS: readonly Bound[] = [
  {
    says: 'version is at most 1000000',
    basis: 'S4: it is read by people',
    holds: (p) => p.version <= 1_000_000,
  },
  {
    says: 'pin.ladder has a lock of at least 86400 s before the PIN is void, and so a notice before it',
    basis: 'RTS 2018/389 art. 4(4), V11',
    holds: (p) => warnsBeforeVoid(p.pin.ladder),
  },
  {
    says: 'no step of pin.ladder or code.ladder locks for more than 604800 s',
    basis: 'ASVS 6.1.1: a lock must not be a weapon',
    holds: (p) => locksAtMost(p.pin.ladder) && locksAtMost(p.code.ladder),
  },
  {
    says: 'pin.otherLineWindowSeconds is at most 604800',
    basis: 'Z11, ASVS 6.1.1',
    holds: (p) => p.pin.otherLineWindowSeconds <= LONGEST_LOCK_SECONDS,
  },
  {
    says: 'pin.argon2 is at most 262144 KiB, 10 passes and 4 lanes',
    basis: 'S2: a comparison must not stop the line',
    holds: ({ pin: { argon2 } }) => argon2.memoryKib <= 262_144 && argon2.passes <= 10 && argon2.lanes <= 4,
  },
  {
    says: 'code.sendsPerCustomer is at most 10, in no less than 86400 s',
    basis: 'R21: SMS pumping',
    holds: (p) => sendsAtMost(p.code.sendsPerCustomer, 10, DAY_SECONDS),
  },
  {
    says: 'code.sendsPerNumber is at most 6, in no less than 600 s',
    basis: 'R21: SMS pumping',
    holds: (p) => sendsAtMost(p.code.sendsPerNumber, 6, 600),
  },
  {
    says: 'code.sendsPerDay is at most 40000',
    basis: 'R21: SMS pumping',
    holds: (p) => p.code.sendsPerDay <= 40_000,
  },
  {
    says: 'code.simDateGoodForSeconds is at least 3600 and at most code.simChangeQuietSeconds',
    basis: 'Z5: an older date says nothing of the quiet time',
    holds: ({ code: { simDateGoodForSeconds, simChangeQuietSeconds } }) =>
      simDateGoodForSeconds === undefined ||
      isBetween(simDateGoodForSeconds, HOUR_SECONDS, simChangeQuietSeconds),
  },
  {
    says: 'source.failedIdentificationsPerHour is at least 5',
    basis: 'Z11: people share numbers',
    holds: (p) => p.source.failedIdentificationsPerHour >= 5,
  },
  {
    says: 'source.slowSeconds is from 1 to 10',
    basis: 'R18.1, Z11: slowed, and not kept out',
    holds: (p) => isBetween(p.source.slowSeconds, 1, 10),
  },
  {
    says: 'spraying.slow is at most 500 customers and 20 in 100 of those tried',
    basis: 'R18.1',
    holds: ({ spraying: { slow } }) => slow.customers <= 500 && slow.percentOfTried <= 20,
  },
  {
    says: 'freezing is 2 to 20 customers in 3600 s to 604800 s',
    basis: 'R18.1',
    holds: ({ freezing }) =>
      isBetween(freezing.customers, 2, 20) && isBetween(freezing.seconds, 3_600, 604_800),
  },
  {
    says: 'notices.perNumberPerDay is from 5 to 10',
    basis: 'R21, V12',
    holds: (p) => isBetween(p.notices.perNumberPerDay, 5, 10),
  },
  {
    says: 'notices.countries are those of a jurisdiction or among code.countries',
    basis: 'R21: SMS pumping',
    holds: ({ notices, code }) =>
      notices.countries.every((country) => [...JURISDICTIONS, ...code.countries].includes(country)),
  },
  {
    says: 'staff.breakAfterSeconds is at most 10800, and staff.noOffersAfterSeconds from it to 14400',
    basis: 'R26',
    holds: ({ staff }) =>
      staff.breakAfterSeconds <= 10_800 &&
      isBetween(staff.noOffersAfterSeconds, staff.breakAfterSeconds, 14_400),
  },
  {
    says: 'staff.breakSeconds is from 600 to 3600',
    basis: 'R26',
    holds: ({ staff }) => isBetween(staff.breakSeconds, 600, 3_600),
  },
  {
    says: 'staff.shiftSeconds is at most 43200, and staff.restSeconds from 36000 to 86400',
    basis: 'R26',
    holds: ({ staff }) => staff.shiftSeconds <= 43_200 && isBetween(staff.restSeconds, 36_000, 86_400),
  },
  {
    says: 'staff.longCallSeconds is at most 7200',
    basis: 'R26',
    holds: ({ staff }) => staff.longCallSeconds <= 7_200,
  },
  {
    says: 'dialogue.firstKeySeconds is at most 15',
    basis: 'R3',
    holds: (p) => p.dialogue.firstKeySeconds <= 15,
  },
  {
    says: 'dialogue.retriesLong and dialogue.retriesShort are at most 5',
    basis: 'R3',
    holds: ({ dialogue }) => Math.max(dialogue.retriesLong, dialogue.retriesShort) <= 5,
  },
  {
    says: 'dialogue.changesOfOrder is at most 5',
    basis: 'R3',
    holds: (p) => p.dialogue.changesOfOrder <= 5,
  },
  {
    says: 'amounts.largeLoanFrom is at most 5000000 in CNY and 100000000 in VND (minor units)',
    basis: 'R7.1',
    holds: ({ amounts: { largeLoanFrom } }) =>
      CURRENCIES.every((currency) => largeLoanFrom[currency] <= LARGE_LOAN_LATEST[currency]),
  },
  {
    says: 'amounts.maximum is at most 1000000000 in CNY and 10000000000 in VND (minor units)',
    basis: 'R3, R7.1',
    holds: ({ amounts: { maximum } }) =>
      CURRENCIES.every((currency) => maximum[currency] <= MAXIMUM_LATEST[currency]),
  },
];
