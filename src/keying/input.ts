import type { InputKind } from '../flow/vocabulary.ts';

type Input =
  | { readonly kind: 'entered'; readonly text: string }
  /** One key alone is a way out (0 a person, 8 language, 9 explain …), never an input. */
  | { readonly kind: 'single_key'; readonly key: string }
  | { readonly kind: 'freeze' }
  /** `**` among other keys: a freeze, or a star that bounced. */
  | { readonly kind: 'stars' }
  /** One star and nothing else. */
  | { readonly kind: 'star' }
  | { readonly kind: 'malformed' }
  | { readonly kind: 'silence' };

/** In keys. The longest input is an 18-character ID; the rest leaves room to start again. Longer input is not a caller's. */
export const LONGEST_INPUT = 64;
/** Digits before the X of a Chinese ID; the telephone has no key for X. */
const ID_DIGITS_BEFORE_X = 17;

/**
 * Whether a freeze was keyed and nothing else can be meant (policy "keys"): `**` before any other key, or twice in a row. A
 * star that begins an input again, or stands for X, bounces on some telephones; those two do not come about so.
 */
export function asksForFreeze(digits: string): boolean {
  return digits.startsWith('**') || digits.includes('****');
}

/** Whether a freeze may have been keyed. What is not certain is asked about, never obeyed and never lost. */
export function mayAskForFreeze(digits: string): boolean {
  return digits.includes('**');
}

/**
 * Keys as a carrier sends them, in the one shape they have here (invariant 45): undefined for what no keypad sends and for
 * more than an input has, unless `**` is among them, which stops the account however many others were pressed (invariant 41).
 */
export function readKeyed(text: string | undefined): string | undefined {
  if (text === undefined || !/^[0-9*#]*$/.test(text)) return undefined;
  if (text.length <= LONGEST_INPUT) return text;
  if (asksForFreeze(text)) return '**';
  return mayAskForFreeze(text) ? '0**' : undefined;
}

/**
 * Reads keyed digits. `**` freezes, or is asked about after other keys. A single `*` stands for X only as the 18th character
 * of an ID; anywhere else the input starts again after it. One trailing `#` ends an input and is not part of it. With `exactLength` (PIN, code)
 * an input of another length is malformed: it costs no attempt (invariant 6). Pure.
 */
export function readInput(digits: string, kind: InputKind, exactLength?: number): Input {
  // First of all: a caller who presses ** among a hundred other keys wants the account stopped.
  if (asksForFreeze(digits)) return { kind: 'freeze' };
  if (mayAskForFreeze(digits)) return { kind: 'stars' };
  if (digits === '*' || digits === '*#') return { kind: 'star' };
  if (digits.length > LONGEST_INPUT) return { kind: 'malformed' };
  if (!/^[0-9*]*#?$/.test(digits)) return { kind: 'malformed' };
  const text = lastStart(digits.replace(/#$/, ''), kind);
  if (text === '') return { kind: 'silence' };
  if (/^[0-9]$/.test(text)) return { kind: 'single_key', key: text };
  if (exactLength !== undefined && text.length !== exactLength) return { kind: 'malformed' };
  return { kind: 'entered', text };
}

/** The keys since the input was last started again. */
function lastStart(keys: string, kind: InputKind): string {
  if (kind === 'nationalId' && keys.endsWith('*')) {
    const before = keys.slice(0, -1);
    const digits = before.slice(before.lastIndexOf('*') + 1);
    if (digits.length === ID_DIGITS_BEFORE_X) return `${digits}X`;
  }
  return keys.slice(keys.lastIndexOf('*') + 1);
}
