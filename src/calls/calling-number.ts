import { normalisePhoneNumber } from '../jurisdictions/phone-number.ts';
import { blindIndex, type Keyring } from '../platform/keyring.ts';
import type { IncomingCall } from './calls-port.ts';

/**
 * The number a call comes from, as far as the network says; undefined where it says none: hidden, a carrier's placeholder
 * (such as +266696687), a client or SIP address, or no number that exists.
 */
export function callingNumber(source: string): string | undefined {
  return source.startsWith('+') ? normalisePhoneNumber(source, 'CN') : undefined;
}

/**
 * Blind index of what a call's attempts are counted by. Calls that show no number have nothing in common: each is a source
 * of its own, so that nobody is limited for what others do who hide theirs (Z11).
 */
export function sourceIndexOf(
  { callId, from }: Pick<IncomingCall, 'callId' | 'from'>,
  keyring: Keyring,
): string {
  return blindIndex(keyring, 'source', callingNumber(from) ?? `call ${callId}`);
}

/** Blind index of a calling number; undefined where the source is no telephone number. */
export function phoneIndexOf(source: string, keyring: Keyring): string | undefined {
  const number = callingNumber(source);
  return number === undefined ? undefined : blindIndex(keyring, 'phone', number);
}
