import { timingSafeEqual } from 'node:crypto';
import argon2 from 'argon2';
import type { PinKind } from '../actions/requirement.ts';
import { Fault } from '../platform/fault.ts';
import type { Keyring } from '../platform/keyring.ts';
import type { Random } from '../platform/random.ts';
import type { Policy } from '../policy/policy.ts';

type Argon2Parameters = Policy['pin']['argon2'];

const SALT_BYTES = 16;
const HASH_BYTES = 32;
const ARGON2_VERSION = 0x13;
const VERIFIER =
  /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,2})\$([A-Za-z0-9+/]{22})\$([A-Za-z0-9+/]{43})$/;

interface Verifier {
  readonly parameters: Argon2Parameters;
  readonly salt: Buffer;
  readonly hash: Buffer;
}

/**
 * The argon2id hash of a PIN, keyed with the pepper and bound to the customer and the kind of PIN (invariant 18).
 * The bound data is worked out here and never read from the verifier: argon2's own text format carries it along,
 * so that its `verify` would accept a row moved to another customer.
 */
export function derivePin(
  keyring: Keyring,
  owner: { customerId: string; kind: PinKind },
  pin: string,
  salt: Buffer,
  parameters: Argon2Parameters,
): Promise<Buffer> {
  return argon2.hash(pin, {
    type: argon2.argon2id,
    version: ARGON2_VERSION,
    memoryCost: parameters.memoryKib,
    timeCost: parameters.passes,
    parallelism: parameters.lanes,
    hashLength: HASH_BYTES,
    salt,
    secret: keyring.pepper,
    associatedData: Buffer.from(`hotline:pin:${owner.kind}:${owner.customerId}`),
    raw: true,
  });
}

/** How a PIN is hashed; a simulation puts its own order of events around the one above. */
export type DerivePin = typeof derivePin;

const base64 = (bytes: Buffer) => bytes.toString('base64').replaceAll('=', '');

/** Makes the verifier to store for a PIN: argon2id in its usual text form, without the secret and the bound data. */
export async function hashPin(
  keyring: Keyring,
  random: Random,
  parameters: Argon2Parameters,
  owner: { readonly customerId: string; readonly kind: PinKind },
  pin: string,
): Promise<string> {
  const salt = random.bytes(SALT_BYTES);
  const hash = await derivePin(keyring, owner, pin, salt, parameters);
  const { memoryKib, passes, lanes } = parameters;
  return `$argon2id$v=19$m=${memoryKib},t=${passes},p=${lanes}$${base64(salt)}$${base64(hash)}`;
}

function readVerifier(text: string): Verifier {
  const [, memory, passes, lanes, salt, hash] = VERIFIER.exec(text) ?? [];
  if (!salt || !hash) throw new Fault('crypto_unavailable', 'a stored PIN verifier cannot be read');
  return {
    parameters: { memoryKib: Number(memory), passes: Number(passes), lanes: Number(lanes) },
    salt: Buffer.from(salt, 'base64'),
    hash: Buffer.from(hash, 'base64'),
  };
}

/** `busy` is neither right nor wrong: nothing was compared and nothing may be charged (invariant 6). */
export type PinComparison = 'match' | 'mismatch' | 'busy';

export interface PinEntry {
  /** As stored; undefined where the customer is unknown or has no such PIN. */
  readonly verifier: string | undefined;
  readonly customerId: string | undefined;
  readonly kind: PinKind;
  readonly pin: string;
}

/** Compares PINs, a few at a time and the rest in a bounded queue; the only place a PIN is compared. */
export class PinVerifiers {
  readonly #keyring: Keyring;
  readonly #dummy: Verifier;
  readonly #concurrency: number;
  readonly #queueLimit: number;
  readonly #derive: DerivePin;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  /**
   * `concurrency` comparisons run at once: they share libuv's threads with name resolution, so keep it below
   * UV_THREADPOOL_SIZE (4 unless set). `queueLimit` more may wait; at 20 to 40 ms each the last of them must
   * still be answered well before the carrier gives up after 15 s.
   */
  constructor(options: {
    readonly keyring: Keyring;
    readonly random: Random;
    readonly parameters: Argon2Parameters;
    readonly concurrency: number;
    readonly queueLimit: number;
    readonly derive?: DerivePin;
  }) {
    this.#keyring = options.keyring;
    this.#dummy = {
      parameters: options.parameters,
      salt: options.random.bytes(SALT_BYTES),
      hash: options.random.bytes(HASH_BYTES),
    };
    this.#concurrency = options.concurrency;
    this.#queueLimit = options.queueLimit;
    this.#derive = options.derive ?? derivePin;
  }

  /**
   * Compares a PIN with its verifier. A missing verifier costs the same work and is a mismatch (invariant 20).
   * A full queue is `busy`. Throws Fault(crypto_unavailable) when no comparison can be made.
   */
  async verify(entry: PinEntry): Promise<PinComparison> {
    if (this.#running >= this.#concurrency && this.#waiting.length >= this.#queueLimit) return 'busy';
    await this.#enter();
    try {
      const known = entry.verifier !== undefined && entry.customerId !== undefined;
      const expected = known && entry.verifier !== undefined ? readVerifier(entry.verifier) : this.#dummy;
      const owner = { customerId: entry.customerId ?? '', kind: entry.kind };
      const hash = await this.#derive(this.#keyring, owner, entry.pin, expected.salt, expected.parameters);
      const equal = timingSafeEqual(hash, expected.hash);
      return known && equal ? 'match' : 'mismatch';
    } catch (cause) {
      if (cause instanceof Fault) throw cause;
      throw new Fault('crypto_unavailable', 'a PIN could not be compared', { cause });
    } finally {
      this.#leave();
    }
  }

  async #enter(): Promise<void> {
    if (this.#running < this.#concurrency) {
      this.#running++;
      return;
    }
    // The place is handed over, so that no later comparison takes it in between.
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #leave(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#running--;
  }
}
