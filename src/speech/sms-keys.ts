import { PURPOSE_VALUES, type Purpose, type PurposeValueTypes } from '../actions/purpose.ts';
import type { Instant } from '../platform/clock.ts';

/** The texts of messages, with exactly the values each one has. `purpose`, `factor` and `lifetime` are parts of others. */
export const SMS_VALUES = {
  /**
   * The one-time code: what it is for, amount and payee, how long it is valid, and never to tell it (V10, E2). The only message
   * without the line's number: it comes to who is on the line, and two SMS have no room for it (R21).
   */
  code: ['company', 'purpose', 'code', 'lifetime'],
  /** A factor is locked or void, and what to do (RTS art. 4(4), V11). */
  'lock.until': ['company', 'factor', 'time', 'hotline'],
  'lock.void': ['company', 'factor', 'hotline'],
  /** The right PIN came from a number never seen for this customer, or a hidden one (V4). */
  'new_number.ending': ['company', 'time', 'lastFour', 'factor', 'hotline'],
  'new_number.hidden': ['company', 'time', 'factor', 'hotline'],
  /** What a freeze has stopped, since when, and how that ends (V8.2, R18.2, Z10). */
  'freeze.everywhere': ['company', 'time', 'hotline'],
  /** The core has not answered yet. */
  'freeze.thisLine': ['company', 'time', 'hotline'],
  /** Follows the one before. */
  'freeze.nowEverywhere': ['company', 'time', 'hotline'],
  /** Goes to the registered phone, never to the new number alone. */
  contact_change: ['company', 'lastFour', 'receipt', 'hotline'],
  /** An order was carried out, with amount, payee and receipt (V4, E3). */
  action_done: ['company', 'done', 'hotline'],
  /** More was done in a day than messages are sent about; the last message of that day (R21). */
  more_events: ['company', 'count', 'hotline'],
  ...PURPOSE_VALUES,
  'done.transfer': ['money', 'lastFour', 'receipt'],
  'done.repayment': ['money', 'lastFour', 'receipt'],
  'done.loan_application': ['money', 'receipt'],
  'factor.query': [],
  'factor.transaction': [],
  'factor.code': [],
  'lifetime.minutes': ['count'],
  'lifetime.seconds': ['count'],
} as const satisfies Readonly<Record<string, readonly (keyof SmsValueTypes)[]>>;

/** What each value is given as. No PIN, ID or whole number is among them (invariant 15). */
export interface SmsValueTypes extends PurposeValueTypes {
  readonly company: string;
  readonly code: string;
  readonly receipt: string;
  /** Written as the clock of the customer's time zone (IANA) shows it. */
  readonly time: { readonly at: Instant; readonly timeZone: string };
  /** Seconds; written in whole minutes where it has any, rounded down, so that nothing is said that does not hold. */
  readonly lifetime: number;
  readonly count: number;
  readonly purpose: Purpose;
  /** What was done, in words of its own: the voice says it alike. */
  readonly done: Done;
  /** The number of the line to call, as people write it; a message holds no link (V10). */
  readonly hotline: string;
  readonly factor: SmsFactor;
}

/** An order that was carried out, and what stands for it in the records. */
interface Done {
  readonly purpose: Purpose;
  readonly receipt: string;
}

export type SmsKey = keyof typeof SMS_VALUES;
export type SmsValue = keyof SmsValueTypes;

/** The values of one text. */
export type SmsValuesOf<Key extends SmsKey> = {
  readonly [Name in (typeof SMS_VALUES)[Key][number]]: SmsValueTypes[Name];
};

type KeyBelow<Group extends string> = Extract<SmsKey, `${Group}.${string}`>;
/** A factor a message speaks of. */
export type SmsFactor = KeyBelow<'factor'> extends `factor.${infer Name}` ? Name : never;
/** The texts that are messages by themselves. */
export type SmsMessage = Exclude<
  SmsKey,
  Purpose['key'] | KeyBelow<'done'> | KeyBelow<'factor'> | KeyBelow<'lifetime'>
>;

export const SMS_KEYS = Object.keys(SMS_VALUES) as readonly SmsKey[];
export const SMS_MESSAGES = SMS_KEYS.filter((key): key is SmsMessage =>
  (SMS_VALUES[key] as readonly string[]).includes('company'),
);
const names = <Name extends string>(group: string) =>
  SMS_KEYS.filter((key) => key.startsWith(`${group}.`)) as readonly string[] as readonly Name[];
export const SMS_FACTORS = names<KeyBelow<'factor'>>('factor').map(
  (key) => key.slice('factor.'.length) as SmsFactor,
);

/** Whether a text names a text of messages. */
export function isSmsKey(key: string): key is SmsKey {
  return Object.hasOwn(SMS_VALUES, key);
}

/** The text that says of a purpose that it is done; undefined where a message of its own does. */
export function doneKey({ key }: Purpose): KeyBelow<'done'> | undefined {
  const done = key.replace(/^purpose/, 'done');
  return isSmsKey(done) ? (done as KeyBelow<'done'>) : undefined;
}
