import { createHash } from 'node:crypto';

/** Where all chance comes from: codes, tokens, ids, receipts. Never Math.random (invariant 16). */
export interface Random {
  bytes(count: number): Buffer;
  /** A uniform integer in [0, limit). */
  integer(limit: number): number;
}

/** A repeatable generator for tests and simulations: SHA-256 over seed and counter, rejection-sampled. */
export function seededRandom(seed: string): Random {
  let counter = 0;
  const block = () => createHash('sha256').update(`${seed}:${counter++}`).digest();
  return {
    bytes(count) {
      const parts: Buffer[] = [];
      for (let have = 0; have < count; have += 32) parts.push(block());
      return Buffer.concat(parts).subarray(0, count);
    },
    integer(limit) {
      const space = 2 ** 32 - (2 ** 32 % limit);
      for (;;) {
        const value = block().readUInt32BE(0);
        if (value < space) return value % limit;
      }
    },
  };
}

/** `count` uniform decimal digits, leading zeros kept (invariant 16). */
export function randomDigits(random: Random, count: number): string {
  let digits = '';
  for (let i = 0; i < count; i++) digits += random.integer(10);
  return digits;
}

/** A URL-safe token of 128 bits; step tokens and ids. */
export function randomToken(random: Random): string {
  return random.bytes(16).toString('base64url');
}
