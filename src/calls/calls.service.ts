import type { Knex } from 'knex';
import { leaveQueue, reportAfterEnd } from '../escalation/handoffs.store.ts';
import type { KeyedFactor } from '../factors/checks.ts';
import { deliveryOfCode } from '../factors/code/code.store.ts';
import type { FactorService, ReservedFactor } from '../factors/factors.service.ts';
import type { FlowEvent } from '../flow/events.ts';
import type { Release, Releases } from '../flow/release.ts';
import { asksForFreeze } from '../keying/input.ts';
import { readTurn } from '../keying/read-turn.ts';
import type { Clock } from '../platform/clock.ts';
import { assert, Fault } from '../platform/fault.ts';
import { blindIndex, type Keyring } from '../platform/keyring.ts';
import type { Random } from '../platform/random.ts';
import type { Transactions } from '../storage/transactions.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import type { CallEndings } from './call-endings.service.ts';
import { findCall, lockCallForUpdate, type StoredCall } from './calls.store.ts';
import type {
  Answer,
  CallEnd,
  Calls,
  FreezeAsked,
  IncomingCall,
  KeyedTurn,
  ReplyRenderer,
} from './calls-port.ts';
import { comparisonOf, LevelsDroppedError, refundAttempt, unchangedCall } from './factor-check.service.ts';
import { isHeardAtTheEnd, takeFreeze } from './freeze-turn.service.ts';
import { beginning } from './incoming-call.ts';
import { leaveOutageTicket, type TurnContext } from './outage-ticket.service.ts';
import { repromptReply } from './re-prompt.ts';
import { retryOnConflict } from './retry-on-conflict.service.ts';
import { StandingAnswers } from './standing-answers.service.ts';
import {
  ConcurrentTurnError,
  type TakenTurn,
  type Turn,
  type TurnInput,
  type TurnTaking,
} from './turn.service.ts';
import { firstTurnOf, turnOf } from './turn-of.ts';
import { ANSWER_TOKEN } from './turn-tokens.ts';

interface CallsDependencies {
  readonly transactions: Transactions;
  readonly keyring: Keyring;
  readonly random: Random;
  readonly clock: Clock;
  readonly releases: Releases;
  readonly factors: FactorService;
  readonly turns: TurnTaking;
  readonly endings: Pick<CallEndings, 'reported'>;
  /** Speaks a release's own prompts: a call keeps its words as it keeps its rules. */
  rendererFor(release: Release): ReplyRenderer;
  readonly telemetry: Telemetry;
  /** Called after each commit that has put a message into the outbox. */
  wakeOutbox(): void;
}

/** Characters of a step token as the random port makes it; one more character counts the re-prompts of the step. */
const TOKEN_LENGTH = 22;

/** How far the first transaction of a turn has come. */
type FirstPhase =
  | TurnResult
  | { readonly kind: 'reserved'; readonly turn: Turn; readonly reserved: ReservedFactor };

type TurnResult =
  /** The call stays at its step. */
  | { readonly kind: 'answered'; readonly answer: Answer }
  | { readonly kind: 'taken'; readonly taken: TakenTurn };

/**
 * The turns of calls: each webhook is one turn and one stored answer. All state of a call is in the database, so any
 * process can take any turn. A turn is one transaction; where a secret was keyed, an earlier one reserves the attempt.
 */
export class CallsService implements Calls {
  readonly #deps: CallsDependencies;
  readonly #standing: StandingAnswers;

  constructor(dependencies: CallsDependencies) {
    this.#deps = dependencies;
    this.#standing = new StandingAnswers(dependencies);
  }

  async answer(incoming: IncomingCall): Promise<Answer> {
    const { transactions, releases } = this.#deps;
    const digest = this.#digest(wordsOf(incoming));
    const release = await releases.current();
    return retryOnConflict('a call was announced too often at once', async () => {
      const begun = await transactions.run<TurnResult>(async (transaction) => {
        const known = await findCall(transaction, this.#deps.keyring, incoming.callId);
        if (known) return answered(await this.#standing.again(transaction, known, ANSWER_TOKEN, digest));
        const turn = firstTurnOf(this.#deps, incoming, release, digest);
        return { kind: 'taken', taken: await this.#take(transaction, turn, beginning(turn.call)) };
      });
      return this.#tell(begun);
    });
  }

  async turn(keyed: KeyedTurn): Promise<Answer> {
    const { transactions } = this.#deps;
    // The call and its token are in the digest, so that equal inputs at different steps do not look equal in the store.
    const digest = this.#digest([
      keyed.callId,
      keyed.token?.slice(0, TOKEN_LENGTH) ?? '',
      keyed.digits ?? '',
      keyed.queueResult ?? '',
    ]);
    const urgent = keyed.urgent ?? false;
    const met: TurnContext = { freezeAsked: asksForFreeze(keyed.digits ?? '') };
    try {
      return await retryOnConflict('other turns of the call committed first every time', async () => {
        const begun = await transactions.run((transaction) => this.#begin(transaction, keyed, digest, met), {
          urgent,
        });
        return begun.kind === 'reserved'
          ? this.#finish(begun.turn, begun.reserved, urgent)
          : this.#tell(begun);
      });
    } catch (error) {
      if (!isOverload(error)) await leaveOutageTicket(this.#deps, met);
      throw error;
    }
  }

  async freeze(asked: FreezeAsked): Promise<Answer> {
    const { transactions, releases } = this.#deps;
    const digest = this.#digest([...wordsOf(asked), asked.keys, asked.token ?? '', 'freeze']);
    const around = { ...this.#deps, standing: this.#standing, current: await releases.current() };
    return retryOnConflict('other turns of the call committed before its freeze every time', async () =>
      this.#tell(
        await transactions.run((transaction) => takeFreeze(around, transaction, asked, digest), {
          urgent: true,
        }),
      ),
    );
  }

  async resume(incoming: IncomingCall & Pick<KeyedTurn, 'queueResult'>): Promise<Answer> {
    const { transactions, keyring, clock } = this.#deps;
    const resumed = await transactions.run(async (transaction) => {
      const call = await findCall(transaction, keyring, incoming.callId);
      if (!call) return undefined;
      // The caller may be back from the queue of an outage: its ticket no longer waits.
      if (call.state.queue === undefined)
        await leaveQueue(transaction, call.state.id, 'resumed', clock.now());
      const frozen =
        incoming.queueResult === undefined ? undefined : await this.#standing.afterFreeze(transaction, call);
      return frozen ?? this.#standing.asItStands(transaction, call);
    });
    return resumed ?? this.answer(incoming);
  }

  async ended(callId: string, _end: CallEnd): Promise<void> {
    await this.#deps.endings.reported(callId);
  }

  /**
   * The first transaction of a turn, and the only one unless a secret was keyed. Its first statement locks the call, so
   * that a copy of this webhook waits there and then finds the stored answer.
   */
  async #begin(transaction: Knex, keyed: KeyedTurn, digest: string, met: TurnContext): Promise<FirstPhase> {
    const { keyring, clock } = this.#deps;
    const call = await lockCallForUpdate(transaction, keyring, keyed.callId);
    if (!call) return answered(this.#standing.unknown());
    // The end of the call was reported before the end of its wait.
    if (call.state.status === 'ended' && keyed.queueResult !== undefined)
      await reportAfterEnd(transaction, call.state.id, keyed.queueResult);
    met.call = call;
    const token = keyed.token?.slice(0, TOKEN_LENGTH);
    const frozen =
      keyed.queueResult === undefined ? undefined : await this.#standing.afterFreeze(transaction, call);
    if (frozen) return answered(frozen);
    // Before anything else: the retry of the webhook that ended the call gets the goodbye once more.
    if (token !== undefined && token !== call.token)
      return answered(await this.#standing.again(transaction, call, token, digest));
    if (token === undefined) return answered(await this.#standing.asItStands(transaction, call));
    const release = await this.#releaseOf(transaction, call);
    met.release = release;
    const repromptCount = Number(keyed.token?.slice(TOKEN_LENGTH) || '0');
    const step = release.flow.steps.get(call.state.step);
    assert(step, 'a call is at a step of its release');
    const turn = turnOf(this.#deps, call, release, { token, digest });
    const webhook = { ...keyed, ownPhoneIndex: turn.sourcePhoneIndex };
    const meaning = readTurn(call, release, step, webhook, repromptCount, keyring, clock.now());
    const take = async (happened: FlowEvent): Promise<TurnResult> => ({
      kind: 'taken',
      taken: await this.#take(transaction, turn, event(happened)),
    });
    if (call.state.status === 'ended' && !(step.meta.hears && isHeardAtTheEnd(meaning)))
      return answered(await this.#standing.asItStands(transaction, call));
    switch (meaning.kind) {
      case 'event':
        return take(meaning.event);
      case 'hear_out':
        return answered(await this.#standing.newest(transaction, call));
      case 'reprompt':
        return answered(repromptReply(call, release, this.#deps.rendererFor(release), repromptCount));
      case 'waiting_for_code': {
        const lost = (await deliveryOfCode(transaction, meaning.codeId)) === 'failed';
        return take(lost ? { type: 'UNDELIVERED' } : meaning.event);
      }
      case 'factor': {
        const reserved = await this.#reserve(transaction, turn, meaning.keyed);
        if (reserved !== 'conflict') return { kind: 'reserved', turn, reserved };
        // After a re-prompt the caller keyed another input than the one that a dead process had begun to compare. That
        // attempt stays charged. A new token lets the caller go on; re-prompts on this token would never end.
        return repromptCount > 0
          ? take({ type: 'BUSY' })
          : answered(repromptReply(call, release, this.#deps.rendererFor(release), repromptCount));
      }
    }
  }

  #reserve(transaction: Knex, turn: Turn, keyed: KeyedFactor): Promise<ReservedFactor | 'conflict'> {
    const { call, release, webhook, sourcePhoneIndex, now } = turn;
    assert(webhook, 'a secret is keyed in a webhook');
    return this.#deps.factors.reserve(
      transaction,
      {
        callId: call.state.id,
        stepToken: call.token,
        requestDigest: webhook.digest,
        sourceIndex: call.sourceIndex,
        sourcePhoneIndex: sourcePhoneIndex(),
        policy: release.policy,
        now,
      },
      keyed,
    );
  }

  /** The second half of a turn in which a secret was keyed: its attempt is durable, so the secret may be compared. */
  async #finish(turn: Turn, reserved: ReservedFactor, urgent: boolean): Promise<Answer> {
    const { transactions, keyring, clock, telemetry } = this.#deps;
    try {
      const compare = await comparisonOf(this.#deps.factors, reserved);
      if (compare === 'busy_again')
        return repromptReply(turn.call, turn.release, this.#deps.rendererFor(turn.release), 0);
      const { taken, result } = await transactions.run(
        async (transaction) => {
          const locked = await lockCallForUpdate(transaction, keyring, turn.call.state.id);
          const call = unchangedCall(locked, turn.call);
          const result = await compare(transaction);
          const now = clock.now();
          const taken = await this.#take(transaction, { ...turn, call, now }, { kind: 'factor', result });
          return { taken, result };
        },
        { urgent },
      );
      telemetry.factorChecked(result.counter, result.kind === 'limited' ? 'refused' : result.kind);
      return this.#afterCommit(taken);
    } catch (error) {
      // A copy of the same webhook committed first: it has the same attempt and settles it. After dropped levels nobody
      // learns the result; anything else is an outage, which charges nothing (R12.1).
      if (!(error instanceof ConcurrentTurnError)) await refundAttempt(this.#deps, reserved);
      else if (error instanceof LevelsDroppedError) await refundAttempt(this.#deps, reserved);
      throw error;
    }
  }

  #take(transaction: Knex, turn: Turn, input: TurnInput): Promise<TakenTurn> {
    return this.#deps.turns.take(transaction, turn, input);
  }

  #tell(begun: TurnResult): Answer {
    return begun.kind === 'answered' ? begun.answer : this.#afterCommit(begun.taken);
  }

  #afterCommit({ answer, sends, locked }: TakenTurn): Answer {
    if (sends) this.#deps.wakeOutbox();
    if (locked !== undefined) this.#deps.telemetry.locked(locked);
    return { kind: 'taken', body: answer };
  }

  #releaseOf(transaction: Knex, call: StoredCall): Promise<Release> {
    return this.#deps.releases.withHash(call.release, transaction);
  }

  #digest(parts: readonly string[]): string {
    return blindIndex(this.#deps.keyring, 'request', JSON.stringify(parts));
  }
}

/** What the network says of a call, for the digest of its webhook. */
const wordsOf = ({ callId, from, to, attestation }: IncomingCall) => [callId, from, to, attestation ?? ''];

const answered = (answer: Answer): TurnResult => ({ kind: 'answered', answer });
const event = (happened: FlowEvent): TurnInput => ({ kind: 'event', event: happened });

/** Too many turns at once: the caller holds and comes back, and no person is needed. */
function isOverload(error: unknown): boolean {
  return error instanceof Fault && error.kind === 'limit_reached';
}
