import type { Knex } from 'knex';
import type { CallStreams } from '../escalation/call-stream.ts';
import { ESCALATION_ENTRIES } from '../escalation/escalation.entries.ts';
import type { DeskHandoff } from '../escalation/handoff.ts';
import type { EntryDraft } from '../ledger/entry.ts';
import { Ledger } from '../ledger/ledger.service.ts';
import type { Clock } from '../platform/clock.ts';
import { may, type StaffAction } from '../staff/permissions.ts';
import type { StaffOnDuty } from '../staff/staff-member.ts';
import type { Transactions } from '../storage/transactions.ts';
import type { DeskRefusal } from './desk-answer.ts';

interface AuthorityDependencies {
  readonly transactions: Transactions;
  readonly clock: Clock;
  readonly calls: CallStreams;
}

const ledger = new Ledger(ESCALATION_ENTRIES);

/** What an attempt was about: the hand-off, where there is one, and a customer where it was about one. */
interface About {
  readonly handoff?: DeskHandoff | undefined;
  readonly customerId?: string | undefined;
}

/** Asks the table of permissions, and records every attempt beyond it (R10.2). */
export class Authority {
  readonly #deps: AuthorityDependencies;

  constructor(dependencies: AuthorityDependencies) {
    this.#deps = dependencies;
  }

  /** Why a member may not do this now, recorded; undefined where they may. */
  async refusal(by: StaffOnDuty, action: StaffAction, about: About = {}): Promise<DeskRefusal | undefined> {
    const asked = may(by, action, this.#deps.clock.now());
    if (asked.kind === 'allowed') return undefined;
    await this.recordRefusal(by, action, asked.reason, about);
    return asked.reason;
  }

  /** Records an attempt that is refused for another reason than the table's: a customer who is not on their line (33). */
  async recordRefusal(by: StaffOnDuty, action: StaffAction, why: DeskRefusal, about: About): Promise<void> {
    const { handoff, customerId } = about;
    const entry = {
      type: 'desk.refused',
      rules: ['R10.2', 'R11.1'],
      data: { handoffId: handoff?.id, staffId: by.id, action, why, customerId },
    } as const;
    await this.#deps.transactions.run((transaction) => this.write(transaction, by, handoff, [entry]));
  }

  /** Writes what a member did into the stream of the call, or of their session where it is about no call. */
  async write(
    transaction: Knex,
    by: StaffOnDuty,
    handoff: DeskHandoff | undefined,
    entries: readonly EntryDraft<typeof ESCALATION_ENTRIES>[],
  ): Promise<void> {
    const { calls, clock } = this.#deps;
    const call = handoff && (await calls.lock(transaction, handoff.callId));
    if (call) return call.write(entries, undefined);
    await ledger.append(transaction, { kind: 'session', id: by.session }, entries, clock.now());
  }
}
