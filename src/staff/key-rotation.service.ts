import type { Knex } from 'knex';
import type { Instant } from '../platform/clock.ts';
import { type Keyring, open, seal, sealedKeyId } from '../platform/keyring.ts';
import type { Random } from '../platform/random.ts';
import { replaceSealedFactor, sealedFactors } from './accounts.store.ts';
import { offerContext, totpContext } from './second-factor.ts';
import { recordOfStaff } from './staff-record.service.ts';

/**
 * Seals every second factor again under the current key, and answers how many. One that is set anew meanwhile is left alone:
 * it is sealed under the current key anyway. Safe to repeat.
 */
export async function rotateStaffKeys(
  knex: Knex,
  keyring: Keyring,
  random: Random,
  { person, now }: { readonly person: string; readonly now: Instant },
): Promise<number> {
  const { currentId: keyId } = keyring.encryption;
  return knex.transaction(async (transaction) => {
    let count = 0;
    for (const { id, column, sealed } of await sealedFactors(transaction)) {
      if (sealedKeyId(sealed) === keyId) continue;
      const context = column === 'totp_sealed' ? totpContext(id) : offerContext(id);
      const again = seal(keyring, random, context, open(keyring, context, sealed));
      if (await replaceSealedFactor(transaction, { id, column, sealed }, again)) count += 1;
    }
    const data = { person, keyId, count };
    if (count > 0)
      await recordOfStaff(transaction, [{ type: 'staff.keys_rotated', rules: ['R11.2'], data }], now);
    return count;
  });
}
