import { toAsciiForms } from '../platform/digits.ts';
import { digestId } from '../platform/opaque-id.ts';

/** A number in E.164, or with its international prefix as it is dialled in the jurisdictions. */
const INTERNATIONAL = /^(?:\+|00)([1-9][0-9]{6,14})$/;
const DIGITS = /^[0-9]{3,15}$/;
const ADDRESS = /^[\x21-\x7e]{1,64}$/;

/** Whether a text has the shape that a dialled number or address has here. */
export function isDialled(text: string): boolean {
  return ADDRESS.test(text);
}

/**
 * The number or address a caller dialled, in the one shape it has here (invariant 45), however the carrier writes it: E.164
 * for a number with its country, `00…`, spaces, dashes and SIP addresses of such a number included; digits for another
 * number; any other address without its parameters, or a digest of it where it does not fit. Empty for none. Idempotent.
 */
export function readDialled(text: string | undefined): string {
  const written = toAsciiForms(text ?? '').trim();
  const [address = ''] = written.replace(/^[^<]*<([^>]*)>.*$/s, '$1').split(/[;?]/, 1);
  const user = address.replace(/^(?:sips?|tel):/i, '').split('@', 1)[0] ?? '';
  const number = user.replace(/^%2b/i, '+').replace(/[\s().-]/g, '');
  const international = INTERNATIONAL.exec(number)?.[1];
  if (international !== undefined) return `+${international}`;
  if (DIGITS.test(number)) return number;
  if (written === '') return '';
  return isDialled(address) ? address : digestId(written);
}
