import type { Knex } from 'knex';
import {
  findPresence,
  movePresence,
  type PresenceState,
  putPresence,
  touchPresence,
} from '../escalation/desk-presence.store.ts';
import type { Clock } from '../platform/clock.ts';
import type { Keyring } from '../platform/keyring.ts';
import type { Random } from '../platform/random.ts';
import type { StaffOnDuty } from '../staff/staff-member.ts';
import type { Transactions } from '../storage/transactions.ts';
import type { Authority } from './authority.service.ts';
import { type DeskAnswer, refusedFor } from './desk-answer.ts';

interface ShiftDependencies {
  readonly knex: Knex;
  readonly transactions: Transactions;
  readonly keyring: Keyring;
  readonly random: Random;
  readonly clock: Clock;
  readonly authority: Authority;
  /** Somebody has become ready: the callers who wait are looked at again. */
  wakeOffers(): void;
}

/** How a member stands to the queues: ready for offers, away, gone home, there after all. */
export class ShiftAtDesk {
  readonly #deps: ShiftDependencies;

  constructor(dependencies: ShiftDependencies) {
    this.#deps = dependencies;
  }

  /** Ready for offers from now on, with the skills and the phone they have now. A talk they are in goes on. */
  async ready(by: StaffOnDuty): Promise<DeskAnswer> {
    const { transactions, keyring, random, clock, authority, wakeOffers } = this.#deps;
    const { tier } = by;
    const refusal = await authority.refusal(by, 'call.take');
    if (refusal) return refusedFor(refusal);
    if (tier === undefined) return refusedFor('not_your_work');
    if (by.phone === '') return refusedFor('no_phone');
    await transactions.run(async (transaction) => {
      const now = clock.now();
      const known = await findPresence(transaction, keyring, by.id);
      const isAtWork = known?.state === 'busy' || known?.state === 'wrap_up';
      const { id: staffId, name, number, languages, phone } = by;
      await putPresence(transaction, keyring, random, {
        ...{ staffId, name, number, languages, phone, tier, seenAt: now, misses: 0 },
        state: isAtWork ? known.state : 'ready',
        since: isAtWork || known?.state === 'ready' ? known.since : now,
      });
    });
    wakeOffers();
    return { kind: 'done' };
  }

  /** Away from the desk: no offers, until they are ready again. */
  pause(by: StaffOnDuty): Promise<DeskAnswer> {
    return this.#move(by, ['ready', 'asked', 'off'], 'away');
  }

  /** Gone home. */
  off(by: StaffOnDuty): Promise<DeskAnswer> {
    return this.#move(by, ['ready', 'asked', 'away', 'wrap_up'], 'off');
  }

  /** A page of theirs is open; to be told every few seconds. Never refused: it grants nothing. */
  async seen(staffId: string): Promise<void> {
    await touchPresence(this.#deps.knex, staffId, this.#deps.clock.now());
  }

  async #move(by: StaffOnDuty, from: readonly PresenceState[], to: PresenceState): Promise<DeskAnswer> {
    const { transactions, clock, authority } = this.#deps;
    const refusal = await authority.refusal(by, 'own.shift');
    if (refusal) return refusedFor(refusal);
    const moved = await transactions.run((transaction) =>
      movePresence(transaction, by.id, from, to, clock.now()),
    );
    return moved ? { kind: 'done' } : refusedFor('not_now');
  }
}
