import { Secret, TOTP } from 'otpauth';
import type { Instant } from '../platform/clock.ts';
import { digestsEqual } from '../platform/digest.ts';

/** What every authenticator app takes: SHA-1, six digits, 30 seconds (RFC 6238). */
const PERIOD_SECONDS = 30;
const DIGITS = 6;
/** Steps to either side: clocks of phones differ, and typing takes time. */
const WINDOW_STEPS = 1;
/** RFC 4226 recommends 160 bits. */
export const TOTP_SECRET_BYTES = 20;

function totpOf(secret: string, account: string, issuer: string): TOTP {
  return new TOTP({
    ...{ issuer, label: account, algorithm: 'SHA1', digits: DIGITS, period: PERIOD_SECONDS },
    secret: Secret.fromBase32(secret),
  });
}

/** A secret as people and apps take it, of TOTP_SECRET_BYTES random bytes. */
export function totpSecret(bytes: Buffer): string {
  return new Secret({ buffer: new Uint8Array(bytes).buffer }).base32;
}

/** What an authenticator app reads from a picture. */
export function totpUri(secret: string, account: string, issuer: string): string {
  return totpOf(secret, account, issuer).toString();
}

/** The code of a moment. */
export function totpCode(secret: string, at: Instant): string {
  return totpOf(secret, '', '').generate({ timestamp: at });
}

/**
 * The step whose code this is, or undefined for a wrong one and for one at or before `lastStep`: a code works once (RFC 6238
 * section 5.2). The caller stores the step in the transaction that lets the person in. All codes of the window are compared.
 */
export function matchingStep(
  secret: string,
  code: string,
  lastStep: number | undefined,
  now: Instant,
): number | undefined {
  const current = Math.floor(now / 1000 / PERIOD_SECONDS);
  let found: number | undefined;
  for (let step = current - WINDOW_STEPS; step <= current + WINDOW_STEPS; step++) {
    const matches = digestsEqual(totpCode(secret, step * PERIOD_SECONDS * 1000), code);
    if (matches && (lastStep === undefined || step > lastStep)) found = step;
  }
  return found;
}
