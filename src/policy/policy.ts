import { z } from 'zod';
import { ACTIONS } from '../actions/catalogue.ts';
import { LEVELS, PIN_KINDS } from '../actions/requirement.ts';
import { CURRENCIES } from '../jurisdictions/currency.ts';
import { DOCUMENT_KINDS } from '../jurisdictions/documents.ts';
import { LANGUAGES } from '../locales/catalogue.ts';

const whole = z.int().nonnegative();
const positive = z.int().positive();
const ladderStep = z.union([
  z.strictObject({ failures: positive, lockSeconds: positive }),
  z.strictObject({ failures: positive, void: z.literal(true) }),
]);
const window = z.strictObject({ count: positive, windowSeconds: positive });
const sprayingWindow = z.strictObject({
  seconds: positive,
  customers: positive,
  percentOfTried: z.int().min(1).max(100),
});
const perCurrency = z.record(z.enum(CURRENCIES), positive);

/** What callers come for; each has a budget of seconds and keys (R3). */
export const LANE_NAMES = [
  'balance',
  'transactions',
  'repayment',
  'transfer',
  'loan',
  'contact',
  'freeze',
  'complaint',
  'person',
] as const;
export type LaneName = (typeof LANE_NAMES)[number];

/** At most so many seconds of speech and keys; src/prover/lanes.ts measures them. */
const laneBudget = z.strictObject({
  verifiedSeconds: positive.optional(),
  doneSeconds: positive,
  offeredSeconds: positive,
  verifiedKeys: positive.optional(),
  doneKeys: positive,
});

/** The shape of a policy file. Bounds are a separate matter: see bounds.ts. */
export const policySchema = z.strictObject({
  version: positive,
  identification: z.strictObject({
    wrongPerCall: positive,
    uniformFailure: z.boolean(),
    /** What callers may key of documents (R5.1). Releases published before there was a choice take these two. */
    documents: z.array(z.enum(DOCUMENT_KINDS)).min(1).default(['cn_id', 'vn_cccd']),
  }),
  pin: z.strictObject({
    length: positive,
    wrongPerCall: positive,
    ladder: z.array(ladderStep).min(1),
    reservedForOwnLine: whole,
    otherLineFailures: positive,
    otherLineWindowSeconds: positive,
    noticeFromLockSeconds: positive,
    argon2: z.strictObject({ memoryKib: positive, passes: positive, lanes: positive }),
  }),
  code: z.strictObject({
    length: positive,
    lifetimeSeconds: positive,
    triesPerCode: positive,
    ladder: z.array(ladderStep).min(1),
    resendAfterSeconds: positive,
    resendsPerCall: whole,
    sendsPerCustomer: window,
    sendsPerNumber: window,
    sendsPerDay: positive,
    countries: z.array(z.string().length(2)).min(1),
    waitSeconds: positive,
    waits: whole,
    destinationRegisteredForSeconds: positive,
    simChangeQuietSeconds: positive,
    /** How old a date of the record may be; releases published before there was an age take any. */
    simDateGoodForSeconds: positive.optional(),
    /** What holds where nobody knows when the SIM changed and no feed is connected (Z5); of older releases, as they did. */
    simUnknown: z.enum(['tolerated', 'refused']).optional(),
  }),
  source: z.strictObject({
    customersPerDay: positive,
    failedIdentificationsPerHour: positive,
    slowFromFailures: positive,
    slowSeconds: positive,
  }),
  /** Releases published before there was an alarm have no such part and are watched by the shipped figures. */
  spraying: z.strictObject({ burst: sprayingWindow, slow: sprayingWindow }).default({
    burst: { seconds: 600, customers: 40, percentOfTried: 10 },
    slow: { seconds: 3_600, customers: 80, percentOfTried: 10 },
  }),
  /** One number that freezes so many different customers in the window; a release from before is watched by these. */
  freezing: z
    .strictObject({ seconds: positive, customers: positive })
    .default({ seconds: 86_400, customers: 5 }),
  /** Messages that tell what was done; a release from before has none and is held to the shipped figures. */
  notices: z
    .strictObject({ perNumberPerDay: positive, countries: z.array(z.string().length(2)).min(1) })
    .default({ perNumberPerDay: 10, countries: ['CN', 'VN'] }),
  session: z.strictObject({ idleSeconds: positive, fromPinSeconds: positive, stepUpSeconds: positive }),
  /** Versions in force of the agreement and the risk notice (E1.2). Releases published before there were any ask for none. */
  consent: z
    .strictObject({
      agreements: z.array(z.string().min(1)),
      riskNotices: z.array(z.string().min(1)),
      /** What holds for customers of whom it is not known. */
      unknown: z.enum(['tolerated', 'refused']),
    })
    .default({ agreements: [], riskNotices: [], unknown: 'tolerated' }),
  coolingOff: z.strictObject({ seconds: positive }),
  /** Work and rest of the people at the desk (R26). Releases from before there was a desk have the shipped figures. */
  staff: z
    .strictObject({
      breakAfterSeconds: positive,
      noOffersAfterSeconds: positive,
      breakSeconds: positive,
      shiftSeconds: positive,
      restSeconds: positive,
      /** A call that took so long is followed by a break, and so is an abusive one. */
      longCallSeconds: positive,
    })
    .default({
      ...{ breakAfterSeconds: 7_200, noOffersAfterSeconds: 9_000, breakSeconds: 900 },
      ...{ shiftSeconds: 36_000, restSeconds: 39_600, longCallSeconds: 2_700 },
    }),
  dialogue: z.strictObject({
    firstKeySeconds: positive,
    betweenKeysSeconds: positive,
    /** Between the keys of a phone or ID number; of releases from before it, as between other keys. */
    betweenKeysLongSeconds: positive.optional(),
    /** For callers who take more time (S8). Releases from before it have nobody who does. */
    moreTime: z
      .strictObject({
        firstKeySeconds: positive,
        betweenKeysSeconds: positive,
        betweenKeysLongSeconds: positive,
        codeWaitSeconds: positive,
      })
      .optional(),
    retriesLong: positive,
    retriesShort: positive,
    menuOptions: positive,
    menuDepth: positive,
    promptSeconds: positive,
    changesOfOrder: whole,
  }),
  /** Releases from before there were budgets have none. */
  lanes: z.record(z.enum(LANE_NAMES), z.record(z.enum(LANGUAGES), laneBudget)).optional(),
  actions: z.record(
    z.enum(ACTIONS),
    z.strictObject({
      level: z.enum(LEVELS),
      levelWhenLarge: z.enum(LEVELS).optional(),
      pin: z.enum(PIN_KINDS).optional(),
      money: z.boolean().optional(),
      /** Goes on while the customer is frozen; only what moves money to the customer themself may (Z10). */
      whileFrozen: z.boolean().optional(),
      /** Read back with barge-in off before the last yes (R8). */
      readBack: z.boolean().optional(),
      rules: z.array(z.string()).min(1),
    }),
  ),
  amounts: z.strictObject({ minimum: perCurrency, maximum: perCurrency, largeLoanFrom: perCurrency }),
  biometricFrom: z.record(
    z.string().length(2),
    z.strictObject({
      currency: z.enum(CURRENCIES),
      transferMinor: positive,
      dayTotalMinor: positive,
      timeZone: z.string(),
      /** The same lines for orders in other currencies; releases published before have the shipped figures. */
      equivalents: z
        .partialRecord(
          z.enum(CURRENCIES),
          z.strictObject({ transferMinor: positive, dayTotalMinor: positive }),
        )
        .default({ CNY: { transferMinor: 250_000, dayTotalMinor: 500_000 } }),
    }),
  ),
});

export type Policy = z.infer<typeof policySchema>;
export type LadderStep = z.infer<typeof ladderStep>;
export type SprayingWindow = z.infer<typeof sprayingWindow>;
