import type { PinVerifiers } from '../credentials/pin-verifier.service.ts';
import type { Keyring } from '../platform/keyring.ts';
import type { KeyedFactorName } from './catalogue.ts';
import type { FactorCheck } from './check.ts';
import { codeCheck } from './code/code.service.ts';
import { identityCheck } from './identity/identity.service.ts';
import { pinCheck } from './pin/pin.service.ts';

/** How each factor of the catalogue that is keyed is checked; one that is missing does not compile. */
export function createChecks({ keyring, pins }: { readonly keyring: Keyring; readonly pins: PinVerifiers }) {
  return {
    identity: identityCheck(keyring),
    pin: pinCheck(pins),
    code: codeCheck(keyring),
  } satisfies { readonly [Name in KeyedFactorName]: FactorCheck<{ readonly factor: Name }> };
}

export type FactorChecks = ReturnType<typeof createChecks>;

type KeyedOf<Check> = Check extends FactorCheck<infer Keyed> ? Keyed : never;

/** What was keyed at a step that asks for a factor. */
export type KeyedFactor = KeyedOf<FactorChecks[KeyedFactorName]>;
