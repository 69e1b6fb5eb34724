/** Why a password may not be chosen. */
export type PasswordWeakness = 'too_short' | 'too_long' | 'well_known' | 'own_name';

/** NIST SP 800-63B-4 asks for 8 beside a second factor and 15 without; these accounts open a bank's customers. */
export const LEAST_PASSWORD_CHARACTERS = 12;
/** Far above any sentence; hashing more is work for strangers to give. */
const MOST_PASSWORD_BYTES = 256;
/** What is left of a password beside well-known words must be worth something by itself. */
const LEAST_OWN_CHARACTERS = 6;

/** Words that lists of leaked passwords are made of, longest first where one holds another. */
const WELL_KNOWN = [
  'verificationhotline',
  'verification',
  'administrator',
  'matkhau',
  'passwort',
  'password',
  'passw0rd',
  'p@ssw0rd',
  'p@ssword',
  'letmein',
  'welcome',
  'changeme',
  'default',
  'hotline',
  'company',
  'qwertyuiop',
  'qwerty',
  'asdfghjkl',
  'zxcvbnm',
  '1qaz2wsx',
  'qazwsx',
  'iloveyou',
  'woaini',
  'woaini1314',
  '5201314',
  'anhyeuem',
  'dragon',
  'monkey',
  'football',
  'baseball',
  'superman',
  'batman',
  'sunshine',
  'princess',
  'trustno1',
  'starwars',
  'whatever',
  'summer',
  'winter',
  'spring',
  'autumn',
  'admin',
  'login',
  'master',
  'secret',
  'abc123',
  'a1b2c3',
  'beijing',
  'shanghai',
  'hanoi',
  'saigon',
  'vietnam',
  'china',
  'bank',
] as const;

/** Signs that stand for letters in well-known passwords. */
const STANDS_FOR: { readonly [sign: string]: string } = {
  '0': 'o',
  '1': 'l',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '@': 'a',
  $: 's',
};

/**
 * Why a password must not be chosen, or undefined when it may be: at least 12 characters, not made of what everybody tries
 * first, not of the person's own names. No rule asks for classes of characters, and nothing expires (NIST SP 800-63B-4). Pure.
 */
export function findPasswordWeakness(password: string, own: readonly string[]): PasswordWeakness | undefined {
  if ([...password].length < LEAST_PASSWORD_CHARACTERS) return 'too_short';
  if (Buffer.byteLength(password) > MOST_PASSWORD_BYTES) return 'too_long';
  const plain = password.normalize('NFKC').toLowerCase();
  const asLetters = [...plain].map((sign) => STANDS_FOR[sign] ?? sign).join('');
  for (const text of [plain, asLetters]) {
    if (ownCharacters(text, WELL_KNOWN) < LEAST_OWN_CHARACTERS) return 'well_known';
    if (ownCharacters(text, [...WELL_KNOWN, ...namesIn(own)]) < LEAST_OWN_CHARACTERS) return 'own_name';
  }
  return undefined;
}

/** Names as they may stand in a password: whole, and each word of it that is long enough to mean somebody. */
function namesIn(own: readonly string[]): readonly string[] {
  return own
    .flatMap((name) => [name.replaceAll(/\s/gu, ''), ...name.split(/[\s.@_-]+/u)])
    .map((name) => name.normalize('NFKC').toLowerCase())
    .filter((name) => [...name].length >= 3);
}

/** Characters that are neither in one of the words, nor said twice in a row, nor the next one of a run such as 123 or cba. */
function ownCharacters(text: string, words: readonly string[]): number {
  let rest = text;
  for (const word of [...words].sort((one, other) => other.length - one.length))
    rest = rest.replaceAll(word, '');
  const codes = [...rest].map((sign) => sign.codePointAt(0) ?? 0);
  return new Set(codes.filter((code, at) => at === 0 || Math.abs(code - (codes[at - 1] ?? 0)) > 1)).size;
}
