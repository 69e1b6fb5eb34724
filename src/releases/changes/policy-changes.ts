import { LEVELS } from '../../actions/requirement.ts';
import { describeAmount, groupThousands, isCurrency } from '../../jurisdictions/currency.ts';
import { defined } from '../../platform/defined.ts';
import type { LadderStep, Policy } from '../../policy/policy.ts';
import { type Change, change, type Direction, sameValue } from './change.ts';

type Value = string | number | boolean | undefined;

/** How a key of the policy is spoken of, and which way its value asks more of a caller. */
interface KeyWords {
  readonly key: RegExp;
  readonly says: string;
  /** What a higher value means; left out where it is neither. `rank` puts values in order first. */
  readonly higher?: Direction;
  readonly unit?: 's' | 'minor' | 'KiB';
  rank?(value: Value): number;
}

/** No level of its own is neither more nor less than another: NaN compares with nothing. */
const levelRank = (value: Value) =>
  value === undefined ? Number.NaN : (LEVELS as readonly Value[]).indexOf(value);
const pinRank = (value: Value) => ['query', 'transaction'].indexOf(String(value));
const onRank = (value: Value) => (value === true ? 1 : 0);

const [stricter, looser]: readonly Direction[] = ['stricter', 'looser'];
const words = (
  key: string,
  says: string,
  higher?: Direction,
  more: Pick<KeyWords, 'unit' | 'rank'> = {},
): KeyWords => ({
  // `*` stands for one name.
  key: new RegExp(`^${key.replaceAll('.', '\\.').replaceAll('*', '[^.]+')}$`),
  says,
  ...defined({ higher }),
  ...more,
});
const seconds = { unit: 's' } as const;

/** Every key of a policy file but lists and what is said of actions' rules; the test compares it with the shipped file. */
const KEYS: readonly KeyWords[] = [
  words('version', 'version of the policy'),
  words('identification.wrongPerCall', 'wrong identifications in a call', looser),
  words('identification.uniformFailure', 'the same words whatever was wrong', stricter, { rank: onRank }),
  words('pin.length', 'digits of a PIN', stricter),
  words('pin.wrongPerCall', 'wrong PINs in a call', looser),
  words('pin.reservedForOwnLine', "wrong PINs kept for the customer's own line", stricter),
  words('pin.otherLineFailures', "wrong PINs from one line that is not the customer's", looser),
  words('pin.otherLineWindowSeconds', 'time over which those are counted', stricter, seconds),
  words('pin.noticeFromLockSeconds', 'shortest lock the customer is told of', looser, seconds),
  words('pin.argon2.memoryKib', 'memory to try a stored PIN', stricter, { unit: 'KiB' }),
  words('pin.argon2.passes', 'passes to try a stored PIN', stricter),
  words('pin.argon2.lanes', 'lanes to try a stored PIN'),
  words('code.length', 'digits of a code', stricter),
  words('code.lifetimeSeconds', 'how long a code is good', looser, seconds),
  words('code.triesPerCode', 'tries for a code', looser),
  words('code.resendAfterSeconds', 'wait before a code is sent again', stricter, seconds),
  words('code.resendsPerCall', 'how often a code is sent again in a call', looser),
  words('code.sendsPerCustomer.count', 'codes to a customer', looser),
  words('code.sendsPerCustomer.windowSeconds', 'time over which those are counted', stricter, seconds),
  words('code.sendsPerNumber.count', 'codes to a number', looser),
  words('code.sendsPerNumber.windowSeconds', 'time over which those are counted', stricter, seconds),
  words('code.sendsPerDay', 'codes of the whole line in a day', looser),
  words('code.waitSeconds', 'wait for a code before the caller is asked', undefined, seconds),
  words('code.waits', 'how often a caller may ask for more time'),
  words(
    'code.destinationRegisteredForSeconds',
    'how long a number must be registered before a code goes there',
    stricter,
    seconds,
  ),
  words('code.simChangeQuietSeconds', 'time without codes after a change of SIM', stricter, seconds),
  words('code.simDateGoodForSeconds', 'how old a known date of a SIM may be', looser, seconds),
  words('code.simUnknown', 'codes to a SIM of which nobody knows whether it changed', stricter, {
    rank: (value) => (value === 'refused' ? 1 : 0),
  }),
  words('source.customersPerDay', 'people named from one number in a day until it is slowed', looser),
  words('source.failedIdentificationsPerHour', 'people named from one number in an hour', looser),
  words('source.slowFromFailures', 'people named in an hour until a number is slowed', looser),
  words('source.slowSeconds', 'how much it is slowed', stricter, seconds),
  words('spraying.*.seconds', 'time over which customers with wrong PINs are counted', undefined, seconds),
  words('spraying.*.customers', 'customers with wrong PINs that raise the alarm', looser),
  words('spraying.*.percentOfTried', 'share of all customers tried that raises it', looser),
  words(
    'freezing.seconds',
    'time over which customers frozen from one number are counted',
    undefined,
    seconds,
  ),
  words('freezing.customers', 'customers frozen from one number that raise the alarm', looser),
  words('notices.perNumberPerDay', 'messages to a number in a day about what was done', looser),
  words('session.idleSeconds', 'silence that ends what was proved', looser, seconds),
  words('session.fromPinSeconds', 'how long a PIN is good', looser, seconds),
  words('session.stepUpSeconds', 'how long a passed code is good', looser, seconds),
  words('consent.unknown', 'orders of customers whose agreement is not known', stricter, {
    rank: (value) => (value === 'refused' ? 1 : 0),
  }),
  words('coolingOff.seconds', 'time without high-risk orders after a change', stricter, seconds),
  words('staff.breakAfterSeconds', 'work until a break is offered', looser, seconds),
  words('staff.noOffersAfterSeconds', 'work until no more calls are offered', looser, seconds),
  words('staff.breakSeconds', 'length of a break', stricter, seconds),
  words('staff.shiftSeconds', 'length of a shift', looser, seconds),
  words('staff.restSeconds', 'rest from one shift to the next', stricter, seconds),
  words('staff.longCallSeconds', 'length of a call after which a break is due', looser, seconds),
  words('dialogue.firstKeySeconds', 'wait for the first key', undefined, seconds),
  words('dialogue.betweenKeysSeconds', 'wait between keys', undefined, seconds),
  words(
    'dialogue.betweenKeysLongSeconds',
    'wait between the keys of a phone or ID number',
    undefined,
    seconds,
  ),
  words('dialogue.moreTime.*', 'the same for callers who take more time', undefined, seconds),
  words('lanes.*.*.*Seconds', 'seconds of speech a lane may take', looser, seconds),
  words('lanes.*.*.*Keys', 'keys a lane may take', looser),
  words('dialogue.retriesLong', 'tries at a long entry before a person takes over', looser),
  words('dialogue.retriesShort', 'tries at a menu or short entry before a person takes over', looser),
  words('dialogue.menuOptions', 'options a menu may have', looser),
  words('dialogue.menuDepth', 'how deep menus may go', looser),
  words('dialogue.promptSeconds', 'how long a prompt may be', looser, seconds),
  words('dialogue.changesOfOrder', 'how often an order may be changed in a call', looser),
  words('actions.*.level', 'level it takes', stricter, { rank: levelRank }),
  words('actions.*.levelWhenLarge', 'level it takes when large', stricter, { rank: levelRank }),
  words('actions.*.pin', 'PIN it takes', stricter, { rank: pinRank }),
  words('actions.*.money', 'moves money'),
  words('actions.*.whileFrozen', 'may be done while the account is frozen', looser, { rank: onRank }),
  words('actions.*.readBack', 'is read back before the last yes', stricter, { rank: onRank }),
  words('amounts.minimum.*', 'smallest amount', undefined, { unit: 'minor' }),
  words('amounts.maximum.*', 'largest amount', looser, { unit: 'minor' }),
  words('amounts.largeLoanFrom.*', 'amount from which a loan is large', looser, { unit: 'minor' }),
  words('biometricFrom.*.currency', 'currency of the biometric lines'),
  words('biometricFrom.*.transferMinor', 'transfer that takes biometrics', looser, { unit: 'minor' }),
  words('biometricFrom.*.dayTotalMinor', "day's total that takes biometrics", looser, { unit: 'minor' }),
  words('biometricFrom.*.equivalents.*.transferMinor', 'the same, in another currency', looser, {
    unit: 'minor',
  }),
  words('biometricFrom.*.equivalents.*.dayTotalMinor', 'the same, in another currency', looser, {
    unit: 'minor',
  }),
  words('biometricFrom.*.timeZone', 'where that day begins and ends'),
];
/** Spoken of as a whole. */
const LISTS: readonly RegExp[] = [
  /^(pin|code)\.ladder$/,
  /^(code|notices)\.countries$/,
  /^identification\.documents$/,
  /^consent\.(agreements|riskNotices)$/,
  /^actions\.[a-z_]+\.rules$/,
];

/** Whether a key of a policy can be spoken of. For the test that compares this file with the policy's. */
export function isKnownKey(key: string): boolean {
  return [...LISTS, ...KEYS.map((known) => known.key)].some((pattern) => pattern.test(key));
}

/** Every key of a policy with its value; lists are one value. */
export function policyValues(policy: Policy): ReadonlyMap<string, unknown> {
  const values = new Map<string, unknown>();
  const walk = (value: unknown, key: string): void => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) values.set(key, value);
    else for (const [name, inner] of Object.entries(value)) walk(inner, key === '' ? name : `${key}.${name}`);
  };
  walk(policy, '');
  return values;
}

/** What a caller notices of changed limits and levels: key, old and new value, and whether it is stricter. */
export function policyChanges(before: Policy, after: Policy): readonly Change[] {
  const [old, young] = [policyValues(before), policyValues(after)];
  return [...new Set([...old.keys(), ...young.keys()])]
    .filter((key) => !sameValue(old.get(key), young.get(key)))
    .flatMap((key) => {
      const [was, is] = [old.get(key), young.get(key)];
      if (/\.ladder$/.test(key)) return [ladderChange(key, was as LadderStep[], is as LadderStep[])];
      if (Array.isArray(was) || Array.isArray(is))
        return listChanges(key, (was ?? []) as string[], (is ?? []) as string[]);
      return [valueChange(key, was as Value, is as Value, currencyAt(key, before, after))];
    });
}

function currencyAt(key: string, before: Policy, after: Policy): string | undefined {
  const [head, name = '', last = '', other] = key.split('.');
  if (head === 'amounts') return last;
  if (last === 'equivalents') return other;
  return head === 'biometricFrom' ? (after.biometricFrom[name] ?? before.biometricFrom[name])?.currency : '';
}

function valueChange(key: string, was: Value, is: Value, currency: string | undefined): Change {
  const known = KEYS.find((candidate) => candidate.key.test(key));
  const show = (value: Value) => describeValue(value, known?.unit, currency);
  const name = known ? `${subjectOf(key)}${known.says} (${key})` : key;
  const says = `${name}: ${show(was)} → ${show(is)}`;
  if (!known?.higher) return change(says);
  const rank = known.rank ?? numberRank(key);
  const [low, high] = [rank(was), rank(is)];
  if (low === high || Number.isNaN(low) || Number.isNaN(high)) return change(says);
  return change(says, high > low ? known.higher : opposite(known.higher));
}

/** A line that is not drawn is as if drawn beyond every amount. */
function numberRank(key: string): (value: Value) => number {
  const missing = key.startsWith('biometricFrom.') ? Number.POSITIVE_INFINITY : 0;
  return (value) => (typeof value === 'number' ? value : missing);
}

function opposite(direction: Direction): Direction {
  return direction === 'stricter' ? 'looser' : 'stricter';
}

/** `transfer: ` for a key of an action, `VN: ` for a jurisdiction's lines, nothing for the rest. */
function subjectOf(key: string): string {
  const [, name] = /^(?:actions|biometricFrom)\.([^.]+)/.exec(key) ?? [];
  return name === undefined ? '' : `${name.replaceAll('_', ' ')}: `;
}

function describeValue(value: Value, unit: KeyWords['unit'], currency = ''): string {
  if (value === undefined) return 'none';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'string') return value;
  if (unit === 'minor' && isCurrency(currency)) return describeAmount(value, currency);
  const grouped = groupThousands(String(value));
  return unit === undefined ? grouped : `${grouped} ${unit === 'minor' ? 'minor units' : unit}`;
}

/** Countries a code may go to, documents, and rules an action cites: what came and what went. */
function listChanges(key: string, was: readonly string[], is: readonly string[]): readonly Change[] {
  const gone = was.filter((item) => !is.includes(item));
  const came = is.filter((item) => !was.includes(item));
  const subject = subjectOf(key);
  if (key.startsWith('actions.'))
    return [
      ...gone.map((rule) => change(`${subject}no longer cites ${rule}`)),
      ...came.map((rule) => change(`${subject}now cites ${rule}`)),
    ];
  if (key.startsWith('consent.'))
    return [
      ...gone.map((item) => change(`${key}: ${item} is no longer in force`)),
      ...came.map((item) => change(`${key}: ${item} is in force`)),
    ];
  const sent = key.startsWith('notices.') ? 'messages' : 'codes';
  const goTo = key.endsWith('.countries');
  const lost = goTo ? `${sent} no longer go to` : 'callers can no longer key';
  const won = goTo ? `${sent} now go to` : 'callers can now key';
  return [
    ...gone.map((item) => change(`${key}: ${lost} ${item}`, stricter)),
    ...came.map((item) => change(`${key}: ${won} ${item}`, looser)),
  ];
}

function ladderChange(key: string, was: readonly LadderStep[], is: readonly LadderStep[]): Change {
  const factor = key.startsWith('pin') ? 'PINs' : 'codes';
  const says = `what wrong ${factor} in a row lead to (${key}): ${describeLadder(was)} → ${describeLadder(is)}`;
  const most = Math.max(...[...was, ...is].map(({ failures }) => failures));
  const at = (ladder: readonly LadderStep[], failures: number) => {
    const step = ladder.findLast((candidate) => candidate.failures <= failures);
    if (!step) return 0;
    return 'void' in step ? Number.POSITIVE_INFINITY : step.lockSeconds;
  };
  const counts = Array.from({ length: most }, (_, index) => index + 1);
  const isStricter = counts.some((failures) => at(is, failures) > at(was, failures));
  const isLooser = counts.some((failures) => at(is, failures) < at(was, failures));
  if (isStricter === isLooser) return change(says);
  return change(says, isStricter ? 'stricter' : 'looser');
}

function describeLadder(ladder: readonly LadderStep[]): string {
  return ladder
    .map(
      (step) => `after ${step.failures}: ${'void' in step ? 'void' : describeValue(step.lockSeconds, 's')}`,
    )
    .join(', ');
}
