import type { Knex } from 'knex';
import type { TurnDesk } from '../escalation/keying-port.ts';
import type { Releases } from '../flow/release.ts';
import { staffEventAt } from '../flow/staff-events.ts';
import { blindIndex, type Keyring } from '../platform/keyring.ts';
import type { Transactions } from '../storage/transactions.ts';
import { lockCallForUpdate } from './calls.store.ts';
import type { Answer, IncomingCall } from './calls-port.ts';
import { retryOnConflict } from './retry-on-conflict.service.ts';
import { StandingAnswers } from './standing-answers.service.ts';
import type { TurnTaking } from './turn.service.ts';
import { type TurnOfDependencies, turnOf } from './turn-of.ts';
import { keyingToken } from './turn-tokens.ts';

interface KeyingTurnsDependencies extends TurnOfDependencies {
  readonly transactions: Transactions;
  readonly keyring: Keyring;
  readonly releases: Releases;
  readonly turns: Pick<TurnTaking, 'take'>;
  readonly desk: TurnDesk;
}

type Asked = IncomingCall & { readonly handoff: string };

/** Begins what a caller keys on a person's wish; see `KeyingTurns.begin`. */
export function beginKeyingWith(dependencies: KeyingTurnsDependencies) {
  const turns = new KeyingTurns(dependencies);
  return (asked: Asked) => turns.begin(asked);
}

/** The first turn of what a caller keys on a person's wish; the turns that follow are like all others. */
class KeyingTurns {
  readonly #deps: KeyingTurnsDependencies;
  readonly #standing: StandingAnswers;

  constructor(dependencies: KeyingTurnsDependencies) {
    this.#deps = dependencies;
    this.#standing = new StandingAnswers(dependencies);
  }

  /**
   * Asks the caller for what the person wants, and answers a repeated webhook with the same bytes. Undefined where nothing is
   * wanted any more: the caller goes back to where the desk has them.
   */
  begin(asked: Asked): Promise<Answer | undefined> {
    const { transactions, keyring } = this.#deps;
    const digest = blindIndex(keyring, 'request', JSON.stringify([asked.callId, asked.handoff, 'keying']));
    return retryOnConflict('other turns of the call committed before its keying every time', () =>
      transactions.run((transaction) => this.#begin(transaction, asked, digest), { urgent: true }),
    );
  }

  async #begin(transaction: Knex, { callId, handoff }: Asked, digest: string): Promise<Answer | undefined> {
    const { keyring, desk, releases, turns } = this.#deps;
    const call = await lockCallForUpdate(transaction, keyring, callId);
    if (call?.state.status !== 'live') return undefined;
    const wanted = await desk.begin(transaction, handoff, callId);
    if (!wanted) return undefined;
    const token = keyingToken(handoff, wanted.leg);
    if (call.state.flow.desk?.handoff === handoff)
      return this.#standing.again(transaction, call, token, digest);
    const release = await releases.withHash(call.release, transaction);
    const type = staffEventAt(release.flow, call.state.step, wanted.what);
    if (type === undefined) return undefined;
    const turn = turnOf(this.#deps, call, release, { token, digest });
    const event = { type, handoff, by: wanted.by };
    const { answer } = await turns.take(transaction, turn, { kind: 'event', event, before: wanted.entries });
    return { kind: 'taken', body: answer };
  }
}
