import { digestsEqual, keyedDigest } from '../platform/digest.ts';
import type { Keyring } from '../platform/keyring.ts';
import { type Random, randomToken } from '../platform/random.ts';

const PURPOSE = 'desk:browser';
/** How long a browser is known for: longer than a holiday. */
export const BROWSER_MARK_SECONDS = 90 * 24 * 3600;

/** What a browser keeps once somebody has signed in with it: worth nothing but that strangers' guesses do not lock it out. */
export function newBrowserMark(keyring: Keyring, random: Random, signIn: string): string {
  const nonce = randomToken(random);
  return `${nonce}.${keyedDigest(keyring.index, PURPOSE, `${signIn}\0${nonce}`)}`;
}

/** Whether somebody with this sign-in name has signed in with the browser that has this mark. */
export function isBrowserOf(keyring: Keyring, mark: string | undefined, signIn: string): boolean {
  const [nonce, digest] = (mark ?? '').split('.');
  if (!nonce || !digest) return false;
  return digestsEqual(digest, keyedDigest(keyring.index, PURPOSE, `${signIn}\0${nonce}`));
}

const BROWSERS: readonly (readonly [mark: RegExp, name: string])[] = [
  [/\bEdg\//, 'Edge'],
  [/\bFirefox\//, 'Firefox'],
  [/Chrome\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
];
const SYSTEMS: readonly (readonly [mark: RegExp, name: string])[] = [
  [/\bAndroid\b/, 'Android'],
  [/\b(?:iPhone|iPad)\b/, 'iOS'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b/, 'macOS'],
  [/\bLinux\b/, 'Linux'],
];

/** What a browser calls itself, in names of a closed list, so that a person knows their sessions apart. */
export function browserName(userAgent: string | undefined): string {
  const named = (names: typeof BROWSERS) => names.find(([mark]) => mark.test(userAgent ?? ''))?.[1];
  return [named(BROWSERS), named(SYSTEMS)].filter((name) => name !== undefined).join(' · ') || '?';
}
