import { createCipheriv, createDecipheriv } from 'node:crypto';
import { keyedDigest } from './digest.ts';
import { Fault } from './fault.ts';
import type { Random } from './random.ts';

/** The keys of one deployment; none is ever stored in the database. All are at least 32 bytes. */
export interface Keyring {
  /** Encryption keys by id; the current one seals, all of them open (R11.2, rotation). */
  readonly encryption: { readonly currentId: string; readonly byId: ReadonlyMap<string, Buffer> };
  /** Keys the blind indexes (phone, national ID, calling number) and request digests. */
  readonly index: Buffer;
  /** The secret of the PIN verifiers and codes (policy: "a secret key held outside the database"). */
  readonly pepper: Buffer;
}

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Encrypts with AES-256-GCM under the current key, bound to `context` (table, column and row). Result: `v1.<key id>.<base64url>`. */
export function seal(keyring: Keyring, random: Random, context: string, plaintext: string): string {
  const { currentId, byId } = keyring.encryption;
  const key = byId.get(currentId);
  if (!key) throw new Fault('crypto_unavailable', `encryption key ${currentId} is missing`);
  const nonce = random.bytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context));
  const body = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final()]);
  return `v1.${currentId}.${Buffer.concat([nonce, body, cipher.getAuthTag()]).toString('base64url')}`;
}

/** Decrypts what `seal` made for the same context. Throws Fault(crypto_unavailable) for an unknown key, another context or changed bytes. */
export function open(keyring: Keyring, context: string, sealed: string): string {
  const [version, keyId, payload] = sealed.split('.');
  const key = version === 'v1' && keyId ? keyring.encryption.byId.get(keyId) : undefined;
  if (!key || !payload)
    throw new Fault('crypto_unavailable', `no key opens a value sealed under ${keyId ?? 'nothing'}`);
  const bytes = Buffer.from(payload, 'base64url');
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES)).setAAD(
    Buffer.from(context),
  );
  decipher.setAuthTag(bytes.subarray(bytes.length - TAG_BYTES));
  try {
    const body = bytes.subarray(NONCE_BYTES, bytes.length - TAG_BYTES);
    return Buffer.concat([decipher.update(body), decipher.final()]).toString('utf8');
  } catch (cause) {
    throw new Fault('crypto_unavailable', 'a sealed value does not open: changed, or moved from its row', {
      cause,
    });
  }
}

/** The key id a sealed value was made under; what rotation looks for. */
export function sealedKeyId(sealed: string): string | undefined {
  return sealed.split('.')[1];
}

/** The blind index of a value: equal values have equal indexes, and nothing can be learnt without the key. */
export function blindIndex(
  keyring: Keyring,
  kind: 'phone' | 'national_id' | 'identification' | 'source' | 'request' | 'known_number',
  value: string,
): string {
  return keyedDigest(keyring.index, `index:${kind}`, value);
}
