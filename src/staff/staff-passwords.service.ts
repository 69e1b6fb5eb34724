import { timingSafeEqual } from 'node:crypto';
import argon2 from 'argon2';
import { Fault } from '../platform/fault.ts';
import type { Keyring } from '../platform/keyring.ts';
import type { Random } from '../platform/random.ts';
import type { Policy } from '../policy/policy.ts';

const SALT_BYTES = 16;
const HASH_BYTES = 32;
/** One at a time: the other threads and cores stay with the callers, whose PINs are compared beside it. */
const MOST_WAITING = 32;

interface StaffPasswordsOptions {
  readonly keyring: Keyring;
  readonly random: Random;
  /** The same work as for PINs. */
  readonly parameters: Policy['pin']['argon2'];
}

/**
 * Hashes and compares the passwords of staff: argon2id, keyed with the pepper and bound to the account, one at a time and a
 * few waiting. Apart from the pool of PINs, so that strangers at the sign-in never make a caller's line busy.
 */
export class StaffPasswords {
  readonly #options: StaffPasswordsOptions;
  readonly #dummy: string;
  #waiting = 0;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: StaffPasswordsOptions) {
    this.#options = options;
    const { memoryKib, passes, lanes } = options.parameters;
    const text = (bytes: number) => options.random.bytes(bytes).toString('base64').replaceAll('=', '');
    this.#dummy = `$argon2id$v=19$m=${memoryKib},t=${passes},p=${lanes}$${text(SALT_BYTES)}$${text(HASH_BYTES)}`;
  }

  /** What to store for a password. Throws Fault(limit_reached) where too many wait. */
  async hash(staffId: string, password: string): Promise<string> {
    const { memoryKib, passes, lanes } = this.#options.parameters;
    const hash = await this.#inTurn(() =>
      argon2.hash(comparable(password), {
        ...{ type: argon2.argon2id, hashLength: HASH_BYTES, salt: this.#options.random.bytes(SALT_BYTES) },
        ...{ memoryCost: memoryKib, timeCost: passes, parallelism: lanes },
        ...this.#bound(staffId),
      }),
    );
    if (hash === 'busy') throw new Fault('limit_reached', 'too many passwords wait to be hashed');
    // The text form carries what it is bound to; it is worked out at each comparison instead and never read from a row.
    return hash.replace(/,data=[^$]*/, '');
  }

  /** Compares; no password stored costs the same work and is a mismatch. `busy`: nothing was compared. */
  async verify(
    staffId: string | undefined,
    stored: string | undefined,
    password: string,
  ): Promise<'match' | 'mismatch' | 'busy'> {
    const known = staffId !== undefined && stored !== undefined;
    const [, , , parameters = '', salt = '', hash = ''] = (known ? stored : this.#dummy).split('$');
    // By their names: libraries write them in different orders.
    const work = Object.fromEntries(parameters.split(',').map((one) => one.split('=')));
    const [memoryCost, timeCost, parallelism] = [Number(work.m), Number(work.t), Number(work.p)];
    const expected = Buffer.from(hash, 'base64');
    const derived = await this.#inTurn(() =>
      argon2.hash(comparable(password), {
        ...{ type: argon2.argon2id, hashLength: HASH_BYTES, salt: Buffer.from(salt, 'base64') },
        ...{ memoryCost, timeCost, parallelism },
        ...this.#bound(staffId ?? ''),
        raw: true,
      }),
    );
    if (derived === 'busy') return 'busy';
    const equal = derived.length === expected.length && timingSafeEqual(derived, expected);
    return known && equal ? 'match' : 'mismatch';
  }

  #bound(staffId: string) {
    return {
      secret: this.#options.keyring.pepper,
      associatedData: Buffer.from(`hotline:staff:${staffId}`),
    };
  }

  async #inTurn<Result>(work: () => Promise<Result>): Promise<Result | 'busy'> {
    if (this.#waiting >= MOST_WAITING) return 'busy';
    this.#waiting += 1;
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => undefined);
    try {
      return await turn;
    } catch (cause) {
      throw new Fault('crypto_unavailable', 'a password could not be hashed', { cause });
    } finally {
      this.#waiting -= 1;
    }
  }
}

/** The same password typed on another keyboard has the same characters (NIST SP 800-63B-4, 3.1.1.2). */
function comparable(password: string): string {
  return password.normalize('NFKC');
}
