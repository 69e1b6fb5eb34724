import type { Language } from '../locales/catalogue.ts';
import type { Instant } from '../platform/clock.ts';
import type { StaffRole } from './roles.ts';

/** `invited`: has a one-time link and no password yet. */
export type AccountState = 'invited' | 'active' | 'disabled';

/** Ids of the demo's people begin with this: their passwords are public, and `npm start` refuses a desk that has one. */
export const DEMO_STAFF_PREFIX = 'demo-staff-';

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

/** What an administrator says of somebody; a change of it is a request that another administrator approves (S3, S4). */
export interface StaffProfile {
  /** What they sign in with: lower case, 3 to 32 letters, digits and `.-`, a letter first. */
  readonly signIn: string;
  readonly name: string;
  readonly role: StaffRole;
  /** Adviser number: 4 digits, nobody else's. */
  readonly number: string;
  /** Spoken with callers, best first; not empty. */
  readonly languages: readonly Language[];
  readonly phone: string;
  readonly qualifiedUntil: Instant | undefined;
}

export interface StaffAccount extends StaffProfile {
  readonly id: string;
  readonly state: AccountState;
  /** Goes up with every change that ends the sessions of before. */
  readonly version: number;
  /** The language their pages are in. */
  readonly language: Language;
  readonly theme: Theme;
  readonly createdAt: Instant;
}

/** What is wrong with what an administrator says of somebody. */
export type ProfileProblem =
  | 'sign_in_unfit'
  | 'name_unfit'
  | 'number_unfit'
  | 'languages_missing'
  | 'phone_unfit'
  | 'sign_in_taken'
  | 'number_taken';

const SIGN_IN = /^[a-z][a-z0-9.-]{2,31}$/;
const NUMBER = /^[1-9][0-9]{3}$/;
const PHONE = /^(?:\+[1-9][0-9]{6,14}|sips?:[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9.-]{1,100})$/;

/** What is wrong with a profile by itself; that nobody else has its name or number is the store's matter. `isName`: what the record takes. */
export function profileProblem(
  profile: StaffProfile,
  isName: (name: string) => boolean,
): ProfileProblem | undefined {
  if (!SIGN_IN.test(profile.signIn)) return 'sign_in_unfit';
  if (!isName(profile.name)) return 'name_unfit';
  if (!NUMBER.test(profile.number)) return 'number_unfit';
  if (profile.languages.length === 0) return 'languages_missing';
  if (profile.phone !== '' && !PHONE.test(profile.phone)) return 'phone_unfit';
  return undefined;
}

/** A sign-in name as it is kept and compared. */
export function comparableSignIn(typed: string): string {
  return typed.trim().normalize('NFKC').toLowerCase().slice(0, 64);
}
