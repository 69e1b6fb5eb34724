import type { Knex } from 'knex';
import { levelOf } from '../assurance/call-level.ts';
import { type Handoff, insertHandoff, leaveQueue } from '../escalation/handoffs.store.ts';
import type { KeyedFactor } from '../factors/checks.ts';
import { deliveryOfCode } from '../factors/code/code.store.ts';
import type { FactorResult, FactorService, ReservedFactor } from '../factors/factors.service.ts';
import { lineFor } from '../flow/company.ts';
import type { FlowEvent } from '../flow/events.ts';
import type { Release, Releases } from '../flow/release.ts';
import { normalisePhoneNumber } from '../jurisdictions/phone-number.ts';
import { understand } from '../keying/read-turn.ts';
import type { EntryDraft } from '../ledger/entry.ts';
import { EMPTY_STREAM } from '../ledger/stream.ts';
import { type Clock, SECOND } from '../platform/clock.ts';
import { digestsEqual } from '../platform/digest.ts';
import { assert, Fault } from '../platform/fault.ts';
import { blindIndex, type Keyring } from '../platform/keyring.ts';
import { type Random, randomToken } from '../platform/random.ts';
import type { Transactions } from '../storage/transactions.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { newCall } from './call.ts';
import { findCall, findTurn, lockCallForUpdate, type StoredCall } from './calls.store.ts';
import type { Answer, CallEnd, Calls, IncomingCall, KeyedTurn, ReplyRenderer } from './calls-port.ts';
import { endedReply, repromptReply } from './re-prompt.ts';
import {
  ANSWER_TOKEN,
  ConcurrentTurnError,
  type TakenTurn,
  type Turn,
  type TurnInput,
  type TurnTaking,
} from './turn.service.ts';

export interface CallsDependencies {
  readonly transactions: Transactions;
  readonly keyring: Keyring;
  readonly random: Random;
  readonly clock: Clock;
  readonly releases: Releases;
  readonly factors: FactorService;
  readonly turns: TurnTaking;
  /** Speaks a release's own prompts: a call keeps its words as it keeps its rules. */
  rendererFor(release: Release): ReplyRenderer;
  readonly telemetry: Telemetry;
  /** Called after each commit that has put a message into the outbox. */
  wakeOutbox(): void;
}

/** A step token as the random port makes it; one more character on it counts the times a step was asked again unmoved. */
const TOKEN_LENGTH = 22;
/** The carrier's own retries come within its 15 s limits; later than this, the same webhook is a replay and is told nothing personal. */
const RETRY_WINDOW_MILLISECONDS = 60 * SECOND;
/** Two webhooks of one call at once are rare; three lost races in a row are not a race. */
const RACES_PER_TURN = 3;

/** How far the first transaction of a turn has come. */
type FirstPhase =
  | TurnResult
  | { readonly kind: 'reserved'; readonly turn: Turn; readonly reserved: ReservedFactor };

type TurnResult =
  /** Nothing moved. */
  | { readonly kind: 'answered'; readonly answer: Answer }
  | { readonly kind: 'taken'; readonly taken: TakenTurn };

/** The call a turn is about, as far as it got to know it: for whoever takes over in an outage. */
interface TurnContext {
  call?: StoredCall;
  release?: Release;
}

/**
 * The turns of calls: each webhook is one turn and one stored answer. Everything a call is lives in the database, so any
 * process can take any turn. A turn is one transaction; where a secret was keyed, the attempt is taken in one before it.
 */
export class CallsService implements Calls {
  readonly #deps: CallsDependencies;

  constructor(dependencies: CallsDependencies) {
    this.#deps = dependencies;
  }

  async answer(incoming: IncomingCall): Promise<Answer> {
    const { transactions, releases } = this.#deps;
    const digest = this.#digest([incoming.callId, incoming.from, incoming.to, incoming.attestation ?? '']);
    const release = await releases.current();
    return this.#race('a call was announced too often at once', async () => {
      const begun = await transactions.run<TurnResult>(async (transaction) => {
        const known = await findCall(transaction, this.#deps.keyring, incoming.callId);
        if (known) return answered(await this.#again(transaction, known, ANSWER_TOKEN, digest));
        const turn = this.#firstTurn(incoming, release, digest);
        return { kind: 'taken', taken: await this.#take(transaction, turn, begins(turn)) };
      });
      return this.#tell(begun);
    });
  }

  async turn(keyed: KeyedTurn): Promise<Answer> {
    const { transactions } = this.#deps;
    // The call and its token are in the digest, so that equal entries on different steps do not look equal in the store.
    const digest = this.#digest([
      keyed.callId,
      keyed.token?.slice(0, TOKEN_LENGTH) ?? '',
      keyed.digits ?? '',
      keyed.queueResult ?? '',
    ]);
    const urgent = keyed.urgent ?? false;
    const met: TurnContext = {};
    try {
      return await this.#race('a turn was overtaken by others of its call too often', async () => {
        const begun = await transactions.run((transaction) => this.#begin(transaction, keyed, digest, met), {
          urgent,
        });
        return begun.kind === 'reserved'
          ? this.#finish(begun.turn, begun.reserved, urgent)
          : this.#tell(begun);
      });
    } catch (error) {
      if (!isOverload(error)) await this.#noteOutage(met);
      throw error;
    }
  }

  async resume(incoming: IncomingCall): Promise<Answer> {
    const { transactions, keyring, clock } = this.#deps;
    const resumed = await transactions.run(async (transaction) => {
      const call = await findCall(transaction, keyring, incoming.callId);
      if (!call) return undefined;
      // Back from the queue of an outage, if that is where the caller was; nothing waits there any more.
      if (call.state.queue === undefined)
        await leaveQueue(transaction, call.state.id, 'resumed', clock.now());
      return this.#standing(transaction, call);
    });
    return resumed ?? this.answer(incoming);
  }

  async ended(callId: string, _end: CallEnd): Promise<void> {
    const { transactions, keyring } = this.#deps;
    const taken = await transactions.run(async (transaction) => {
      const call = await lockCallForUpdate(transaction, keyring, callId);
      if (!call || call.state.status === 'ended') return undefined;
      const token = `hangup-${call.version}`;
      const release = await this.#releaseOf(transaction, call);
      const turn = this.#turnOf(call, release, token, this.#digest([token]));
      return this.#take(transaction, turn, event({ type: 'HANGUP' }));
    });
    if (taken) this.#afterCommit(taken);
  }

  /** Does something until no other webhook of the same call was faster, within a limit. */
  async #race(lost: string, run: () => Promise<Answer>): Promise<Answer> {
    for (let race = 0; race < RACES_PER_TURN; race++) {
      try {
        return await run();
      } catch (error) {
        if (!(error instanceof ConcurrentTurnError)) throw error;
      }
    }
    throw new Fault('conflict', lost);
  }

  /**
   * The first transaction of a turn, and the only one unless a secret was keyed. The call is held from its first
   * statement on, so that a twin of this webhook waits there and then meets its answer.
   */
  async #begin(transaction: Knex, keyed: KeyedTurn, digest: string, met: TurnContext): Promise<FirstPhase> {
    const { keyring, clock } = this.#deps;
    const call = await lockCallForUpdate(transaction, keyring, keyed.callId);
    if (!call) return answered(await this.#unknown());
    met.call = call;
    const token = keyed.token?.slice(0, TOKEN_LENGTH);
    // Before anything else: the retry of the webhook that ended the call gets the goodbye once more.
    if (token !== undefined && token !== call.token)
      return answered(await this.#again(transaction, call, token, digest));
    if (call.state.status === 'ended' || token === undefined)
      return answered(await this.#standing(transaction, call));
    const release = await this.#releaseOf(transaction, call);
    met.release = release;
    const repromptCount = Number(keyed.token?.slice(TOKEN_LENGTH) || '0');
    const step = release.flow.steps.get(call.state.step);
    assert(step, 'a call is at a step of its release');
    const turn = this.#turnOf(call, release, token, digest);
    const understood = understand(call, release, step, keyed, repromptCount, keyring, clock.now());
    const take = async (happened: FlowEvent): Promise<TurnResult> => ({
      kind: 'taken',
      taken: await this.#take(transaction, turn, event(happened)),
    });
    switch (understood.kind) {
      case 'event':
        return take(understood.event);
      case 'unmoved':
        return answered(repromptReply(call, release, turn.renderer, repromptCount));
      case 'waiting_for_code': {
        const lost = (await deliveryOfCode(transaction, understood.codeId)) === 'failed';
        return take({ type: lost ? 'UNDELIVERED' : 'SILENCE' });
      }
      case 'factor': {
        const reserved = await this.#reserve(transaction, turn, understood.keyed);
        if (reserved !== 'conflict') return { kind: 'reserved', turn, reserved };
        // Asked once more, the caller keyed something else than a process that died had begun to compare. That attempt
        // stays paid; a new token lets the caller go on, where asking again on this one would never end.
        return repromptCount > 0
          ? take({ type: 'BUSY' })
          : answered(repromptReply(call, release, turn.renderer, repromptCount));
      }
    }
  }

  #reserve(transaction: Knex, turn: Turn, keyed: KeyedFactor): Promise<ReservedFactor | 'conflict'> {
    const { call, release, digest, sourcePhoneIndex, now } = turn;
    return this.#deps.factors.reserve(
      transaction,
      {
        callId: call.state.id,
        stepToken: call.token,
        requestDigest: digest,
        sourceIndex: call.sourceIndex,
        sourcePhoneIndex: sourcePhoneIndex(),
        policy: release.policy,
        now,
      },
      keyed,
    );
  }

  /** The second half of a turn in which a secret was keyed: its attempt is durable, so it may be looked at. */
  async #finish(turn: Turn, reserved: ReservedFactor, urgent: boolean): Promise<Answer> {
    const { transactions, keyring, clock, telemetry } = this.#deps;
    try {
      const compare = await this.#comparison(reserved);
      if (compare === 'busy_again') return repromptReply(turn.call, turn.release, turn.renderer, 0);
      const { taken, result } = await transactions.run(
        async (transaction) => {
          const call = await lockCallForUpdate(transaction, keyring, turn.call.state.id);
          if (call?.version !== turn.call.version) throw new ConcurrentTurnError();
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
      // Overtaken by the same webhook: its attempt is the same attempt and is settled there. Anything else is an
      // outage, which charges nothing (R12.1).
      if (!(error instanceof ConcurrentTurnError)) await this.#giveBack(reserved);
      throw error;
    }
  }

  /**
   * A PIN takes its time and needs no database; the rest is looked up where it is settled. `busy_again`: a repeated webhook
   * found no room, while the one it repeats may be comparing. Only that one gives the attempt back.
   */
  async #comparison(
    reserved: ReservedFactor,
  ): Promise<((transaction: Knex) => Promise<FactorResult>) | 'busy_again'> {
    const { factors } = this.#deps;
    if (reserved.kind === 'look_up') return (transaction) => factors.lookUp(transaction, reserved);
    const result = await factors.compareInProcess(reserved);
    const { reservation } = reserved;
    const repeated = reservation.kind === 'reserved' && reservation.repeated;
    return result.kind === 'busy' && repeated ? 'busy_again' : async () => result;
  }

  async #giveBack(reserved: ReservedFactor): Promise<void> {
    const { transactions, factors, clock } = this.#deps;
    try {
      // Not refused where the line is full: nobody is to pay for that.
      await transactions.run((transaction) => factors.refund(transaction, reserved, clock.now()), {
        urgent: true,
      });
    } catch {
      // The store is down: the attempt stays paid, like that of a process that was killed (invariant 3).
    }
  }

  /**
   * The caller is about to hear the outage words and to wait for a person: leaves the ticket for whoever answers, with
   * the reason and where the caller was. The call itself has not moved and goes on there if nobody answers.
   */
  async #noteOutage({ call, release }: TurnContext): Promise<void> {
    if (!call || !release) return;
    const { transactions, random, clock } = this.#deps;
    const { state } = call;
    const now = clock.now();
    const { order, language } = state.flow;
    const { customerId } = state.proofs;
    const ticket: Handoff = {
      callId: state.id,
      reason: 'outage',
      level: levelOf(state, release.policy, now),
      language,
      step: state.step,
      now,
      ...(order ? { intent: order.action } : {}),
      ...(customerId === undefined ? {} : { customerId }),
    };
    try {
      await transactions.run((transaction) => insertHandoff(transaction, random, ticket));
    } catch {
      // The store is what is out: the carrier's queue is then all there is.
    }
  }

  #firstTurn(incoming: IncomingCall, release: Release, digest: string): Turn {
    const { keyring, clock, random } = this.#deps;
    const now = clock.now();
    const line = lineFor(release.company, incoming.to);
    const call: StoredCall = {
      state: newCall(incoming.callId, release.flow.definition.initial, line, now),
      release: release.hash,
      line: incoming.to,
      source: incoming.from,
      sourceIndex: blindIndex(keyring, 'source', incoming.from),
      attestation: incoming.attestation,
      token: randomToken(random),
      version: 0,
      head: EMPTY_STREAM,
      updatedAt: now,
    };
    return this.#turnOf(call, release, ANSWER_TOKEN, digest);
  }

  #turnOf(call: StoredCall, release: Release, token: string, digest: string): Turn {
    const { keyring, clock } = this.#deps;
    return {
      call,
      release,
      renderer: this.#deps.rendererFor(release),
      token,
      digest,
      sourcePhoneIndex: () => phoneIndexOf(call.source, keyring),
      now: clock.now(),
    };
  }

  #take(transaction: Knex, turn: Turn, happening: TurnInput): Promise<TakenTurn> {
    return this.#deps.turns.take(transaction, turn, happening);
  }

  #tell(begun: TurnResult): Answer {
    return begun.kind === 'answered' ? begun.answer : this.#afterCommit(begun.taken);
  }

  #afterCommit({ answer, sends, locked }: TakenTurn): Answer {
    if (sends) this.#deps.wakeOutbox();
    if (locked !== undefined) this.#deps.telemetry.locked(locked);
    return { kind: 'taken', body: answer };
  }

  /** A token that is not the current one: the newest turn once more, byte for byte, if it is a genuine retry; otherwise the caller is asked again and nothing moves (invariant 39). */
  async #again(transaction: Knex, call: StoredCall, token: string, digest: string): Promise<Answer> {
    const { keyring, clock } = this.#deps;
    const turn = await findTurn(transaction, keyring, call.state.id, token);
    const newest = turn !== undefined && turn.seq === call.version;
    const genuine =
      newest &&
      digestsEqual(turn.requestDigest, digest) &&
      clock.now() - turn.at <= RETRY_WINDOW_MILLISECONDS;
    return genuine ? { kind: 'repeated', body: turn.answer } : this.#standing(transaction, call);
  }

  /** What there is to say to a call that does not move: it is over, or it is asked again. */
  async #standing(transaction: Knex, call: StoredCall): Promise<Answer> {
    const release = await this.#releaseOf(transaction, call);
    const renderer = this.#deps.rendererFor(release);
    return call.state.status === 'ended'
      ? endedReply(call, renderer)
      : repromptReply(call, release, renderer, 0);
  }

  async #unknown(): Promise<Answer> {
    const renderer = this.#deps.rendererFor(this.#deps.releases.latest());
    return { kind: 'unknown_call', body: renderer.startAgain() };
  }

  #releaseOf(transaction: Knex, call: StoredCall): Promise<Release> {
    return this.#deps.releases.withHash(call.release, transaction);
  }

  #digest(parts: readonly string[]): string {
    return blindIndex(this.#deps.keyring, 'request', JSON.stringify(parts));
  }
}

const answered = (answer: Answer): TurnResult => ({ kind: 'answered', answer });
const event = (happened: FlowEvent): TurnInput => ({ kind: 'event', event: happened });

function begins({ call }: Turn): TurnInput {
  const { state, line, attestation } = call;
  const started: EntryDraft = {
    type: 'call.started',
    step: state.step,
    rules: ['R4.1', 'R11.1'],
    data: { line: line || undefined, attestation, language: state.flow.language },
  };
  return { kind: 'event', event: { type: 'ANSWERED' }, before: [started] };
}

function phoneIndexOf(source: string, keyring: Keyring): string | undefined {
  const number = normalisePhoneNumber(source, 'CN');
  return number === undefined ? undefined : blindIndex(keyring, 'phone', number);
}

/** Too many at once: the caller is asked to hold, and waits for nobody. */
function isOverload(error: unknown): boolean {
  return error instanceof Fault && error.kind === 'limit_reached';
}
