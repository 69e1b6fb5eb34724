import type { Knex } from 'knex';
import type { SupervisorVoice } from '../escalation/carrier-command.ts';
import { takenHandoffs, waitingHandoffs } from '../escalation/desk-handoffs.store.ts';
import { type PresenceState, staffOnDuty } from '../escalation/desk-presence.store.ts';
import type { HandoffState } from '../escalation/handoff.ts';
import { QUEUES, type QueueName } from '../escalation/reasons.ts';
import type { Language } from '../locales/catalogue.ts';
import type { Clock, Instant } from '../platform/clock.ts';
import type { Keyring } from '../platform/keyring.ts';
import type { Authority } from './authority.service.ts';
import { type DeskAnswer, type DeskMember, refusedFor } from './desk-member.ts';

/** What a supervisor sees of everybody; nothing of any customer. */
interface BoardView {
  readonly at: Instant;
  readonly queues: readonly {
    readonly queue: QueueName;
    readonly waiting: number;
    /** Since when whoever has waited longest has; undefined where nobody waits. */
    readonly longestSince: Instant | undefined;
  }[];
  readonly talks: readonly {
    readonly handoffId: string;
    readonly staffId: string | undefined;
    readonly state: HandoffState;
    readonly queue: QueueName;
    readonly language: Language;
    readonly talkedAt: Instant | undefined;
    readonly supervisor: { readonly id: string; readonly voice: SupervisorVoice } | undefined;
  }[];
  readonly people: readonly {
    readonly staffId: string;
    readonly name: string;
    readonly state: PresenceState;
    readonly since: Instant;
    readonly misses: number;
  }[];
}

/** The live board: queues, talks, people. */
export class BoardViews {
  readonly #deps: {
    readonly knex: Knex;
    readonly keyring: Keyring;
    readonly clock: Clock;
    readonly authority: Authority;
  };

  constructor(dependencies: {
    readonly knex: Knex;
    readonly keyring: Keyring;
    readonly clock: Clock;
    readonly authority: Authority;
  }) {
    this.#deps = dependencies;
  }

  async of(by: DeskMember): Promise<DeskAnswer<{ readonly board: BoardView }>> {
    const { knex, keyring, clock, authority } = this.#deps;
    const refusal = await authority.refusal(by, 'board.see');
    if (refusal) return refusedFor(refusal);
    const at = clock.now();
    const waiting = await waitingHandoffs(knex);
    const queues = QUEUES.map((queue) => {
      const entered = waiting.filter((one) => one.queue === queue).map(({ enteredAt }) => enteredAt);
      const longestSince = entered.length === 0 ? undefined : Math.min(...entered);
      return { queue, waiting: entered.length, longestSince };
    });
    const talks = (await takenHandoffs(knex)).map(
      ({ id, agent, state, queue, language, talkedAt, supervisor }) => ({
        ...{ handoffId: id, staffId: agent?.id, state, queue, language, talkedAt },
        supervisor: supervisor && { id: supervisor.id, voice: supervisor.voice },
      }),
    );
    const people = (await staffOnDuty(knex, keyring, at)).map(({ staffId, name, state, since, misses }) => ({
      staffId,
      name,
      state,
      since,
      misses,
    }));
    return { kind: 'done', board: { at, queues, talks, people } };
  }
}
