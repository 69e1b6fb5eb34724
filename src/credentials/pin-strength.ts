/** The numbers a thief finds beside a PIN: on the ID card and on the phone. */
export interface OwnNumbers {
  readonly nationalId: string;
  /** nationalIdBirthDigits of the same ID: YYYYMMDD or YYYY. */
  readonly birthDigits: string;
  readonly phone?: string;
}

export type PinWeakness = 'not_digits' | 'date' | 'repeat' | 'run' | 'pattern' | 'own_number';

const DAYS_IN_MONTH = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;
/** Years someone alive, or a child of theirs, has a reason to remember. */
const FIRST_MEMORABLE_YEAR = 1900;
const LAST_MEMORABLE_YEAR = 2099;
/** One key away from a run: 123457 is tried as soon as 123456 is. */
const RUN_LENGTH_SHORT_OF_ALL = 1;
/** What the eye draws on the keypad, and numbers that sound like words in Chinese; not caught by the other rules. */
const KNOWN_PATTERNS: ReadonlySet<string> = new Set([
  '147258',
  '147852',
  '147369',
  '147896',
  '159357',
  '159753',
  '357159',
  '753951',
  '741852',
  '789456',
  '456123',
  '123654',
  '123698',
  '321654',
  '369258',
  '258147',
  '258369',
  '258036',
  '142536',
  '112358',
  '314159',
  '520131',
  '521131',
  '201314',
  '131452',
]);

const TWO_DIGITS_AT_MOST = /^(\d)\1*(\d)?(?:\1|\2)*$/;

function isDayOfMonth(day: number, month: number): boolean {
  const days = DAYS_IN_MONTH[month - 1];
  return days !== undefined && day >= 1 && day <= days;
}

function isDate(pin: string): boolean {
  const at = (begin: number, end: number) => Number(pin.slice(begin, end));
  const isMonth = (month: number) => month >= 1 && month <= 12;
  const isYear = (year: number) => year >= FIRST_MEMORABLE_YEAR && year <= LAST_MEMORABLE_YEAR;
  if (pin.length === 6) {
    const [first, second, third] = [at(0, 2), at(2, 4), at(4, 6)];
    return (
      isDayOfMonth(first, second) || // DDMMYY
      isDayOfMonth(second, first) || // MMDDYY
      isDayOfMonth(third, second) || // YYMMDD
      (isYear(at(0, 4)) && isMonth(third)) || // YYYYMM
      (isMonth(first) && isYear(at(2, 6))) // MMYYYY
    );
  }
  if (pin.length === 8) {
    return (
      (isYear(at(4, 8)) && (isDayOfMonth(at(0, 2), at(2, 4)) || isDayOfMonth(at(2, 4), at(0, 2)))) ||
      (isYear(at(0, 4)) && isDayOfMonth(at(6, 8), at(4, 6)))
    );
  }
  return false;
}

/** Whether all but one of the digits, side by side, go up or down by one (9 is followed by 0). */
function isRun(pin: string): boolean {
  for (const step of [1, 9]) {
    let length = 1;
    for (let index = 1; index < pin.length; index++) {
      length = (Number(pin[index]) - Number(pin[index - 1]) + 10) % 10 === step ? length + 1 : 1;
      if (length >= pin.length - RUN_LENGTH_SHORT_OF_ALL) return true;
    }
  }
  return false;
}

/** Whether it is a shorter group said again and again (121212, 123123), or has two different digits at most. */
function isRepeat(pin: string): boolean {
  if (TWO_DIGITS_AT_MOST.test(pin)) return true;
  for (let group = 1; group <= pin.length / 2; group++)
    if (pin.length % group === 0 && pin.slice(0, group).repeat(pin.length / group) === pin) return true;
  return false;
}

/** Whether all digits keep one distance (135791), mirror (123321), come in pairs (112233) or are well known. */
function isPattern(pin: string): boolean {
  const stepAt = (index: number) => (Number(pin[index]) - Number(pin[index - 1]) + 10) % 10;
  let steady = true;
  let mirrored = true;
  for (let index = 1; index < pin.length; index++) {
    if (stepAt(index) !== stepAt(1)) steady = false;
    if (pin[index] !== pin[pin.length - 1 - index]) mirrored = false;
  }
  return steady || mirrored || /^(?:(\d)\1)+$/.test(pin) || KNOWN_PATTERNS.has(pin);
}

function isOwnNumber(pin: string, own: OwnNumbers): boolean {
  let backwards = '';
  for (const digit of pin) backwards = digit + backwards;
  const numbers = `${own.nationalId} ${own.birthDigits} ${own.phone ?? ''}`;
  const birthYear = own.birthDigits.slice(0, 4);
  return (
    numbers.includes(pin) || numbers.includes(backwards) || (birthYear !== '' && pin.includes(birthYear))
  );
}

/**
 * Why a PIN must not be chosen, or undefined when it may be: dates, repeats, runs, patterns and digits of the
 * customer's own ID, phone and birth (policy "weak-PIN blocklist", invariant 19). Pure; its length is the policy's matter.
 */
export function findPinWeakness(pin: string, own: OwnNumbers): PinWeakness | undefined {
  if (!/^\d+$/.test(pin)) return 'not_digits';
  if (isOwnNumber(pin, own)) return 'own_number';
  if (isRepeat(pin)) return 'repeat';
  if (isRun(pin)) return 'run';
  if (isPattern(pin)) return 'pattern';
  if (isDate(pin)) return 'date';
  return undefined;
}
