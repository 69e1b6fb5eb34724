import type { Knex } from 'knex';
import { publicFacts } from '../customers/customer.ts';
import { customerById } from '../customers/customers.store.ts';
import type { TurnDesk } from '../escalation/keying-port.ts';
import { type CounterName, factorRules, GUESSING } from '../factors/catalogue.ts';
import type { FactorResult, FactorService } from '../factors/factors.service.ts';
import { lineFor } from '../flow/company.ts';
import type { FlowEvent } from '../flow/events.ts';
import { isFreezeWanted } from '../flow/order-in-flow.ts';
import type { Release } from '../flow/release.ts';
import type { EntryDraft } from '../ledger/entry.ts';
import { Ledger } from '../ledger/ledger.service.ts';
import { callStream } from '../ledger/stream.ts';
import { slowdownSeconds } from '../lockout/slow-down.ts';
import { sourcePressure } from '../lockout/sources.store.ts';
import type { Operations } from '../orders/operation.ts';
import type { OutboxStore } from '../outbox/outbox.store.ts';
import type { Instant } from '../platform/clock.ts';
import { defined } from '../platform/defined.ts';
import { assert } from '../platform/fault.ts';
import type { Keyring } from '../platform/keyring.ts';
import { type Random, randomToken } from '../platform/random.ts';
import type { Reply } from '../speech/reply.ts';
import { pipelined } from '../storage/pipelined.ts';
import type { CallState, Facts, Journal } from './call.ts';
import { TURN_ENTRIES } from './calls.entries.ts';
import { insertCall, insertTurn, type StoredCall, updateCall } from './calls.store.ts';
import { decide } from './decide.ts';
import { carryOutEffects } from './effects.service.ts';
import { endedBy } from './next.ts';
import { type Settled, settleFactor } from './settle-factor.service.ts';
import { speechMilliseconds } from './speech-time.ts';
import { ANSWER_TOKEN } from './turn-tokens.ts';

/** A turn that never settles is a flow bug; the shipped flow needs at most 4 operations in a turn. */
const OPERATIONS_PER_TURN = 8;

/** Thrown inside a turn's transaction to roll it back when another turn of the same call committed first. */
export class ConcurrentTurnError extends Error {}

/** The webhook that is answered with a turn. */
export interface TurnWebhook {
  readonly token: string;
  readonly digest: string;
  /** Speaks the reply for the carrier; `nextToken` is what the next webhook must carry. */
  render(reply: Reply, nextToken: string): string;
}

/** A turn before it is decided: the call, its release, the webhook and the moment. */
export interface Turn {
  readonly call: StoredCall;
  readonly release: Release;
  /** Undefined for a hang-up: nobody waits for its answer. */
  readonly webhook: TurnWebhook | undefined;
  /** Blind index of the calling number where it is a telephone number; calculated on demand. */
  sourcePhoneIndex(): string | undefined;
  readonly now: Instant;
}

/** The input of a turn: an event of the flow, or a compared factor that is settled in the same transaction. */
export type TurnInput =
  | { readonly kind: 'event'; readonly event: FlowEvent; readonly before?: readonly EntryDraft[] }
  | { readonly kind: 'factor'; readonly result: FactorResult };

/** A written turn; it counts once its transaction has committed. */
export interface TakenTurn {
  /** Empty where nobody waits for an answer. */
  readonly answer: string;
  /** The turn may have put a message into the outbox. */
  readonly sends: boolean;
  readonly locked?: CounterName;
}

interface TurnTakingDependencies {
  readonly keyring: Keyring;
  readonly random: Random;
  readonly factors: FactorService;
  readonly operations: Operations;
  readonly outbox: OutboxStore;
  /** Where staff take calls at a desk of ours. */
  readonly desk?: TurnDesk;
}

interface KnownCustomer {
  readonly id: string;
  readonly facts: NonNullable<Facts['customer']>;
}

/** The decisions of a turn, and the journal of their inputs. */
interface Decided {
  readonly state: CallState;
  readonly reply: Reply;
  readonly entries: readonly EntryDraft[];
  readonly journal: Journal;
  readonly last: FlowEvent;
  readonly sends: boolean;
}

/** Takes a turn inside the transaction that locks its call: settle, decide, perform, decide again, write. */
export class TurnTaking {
  readonly #deps: TurnTakingDependencies;
  readonly #ledger = new Ledger(TURN_ENTRIES);

  constructor(dependencies: TurnTakingDependencies) {
    this.#deps = dependencies;
  }

  /** Writes everything a turn changes and answers it. Throws ConcurrentTurnError where another turn committed first. */
  async take(transaction: Knex, turn: Turn, input: TurnInput): Promise<TakenTurn> {
    const { random } = this.#deps;
    const settled: Settled | 'again' =
      input.kind === 'event'
        ? { event: input.event, entries: input.before ?? [] }
        : await settleFactor(transaction, this.#deps, turn, input.result);
    if (settled === 'again') throw new ConcurrentTurnError();
    const decided = await this.#decide(transaction, turn, settled);
    const nextToken = randomToken(random);
    const answer = turn.webhook?.render(decided.reply, nextToken) ?? '';
    await this.#write(transaction, turn, decided, nextToken, answer);
    return {
      answer,
      sends: decided.sends || settled.sends === true,
      ...defined({ locked: settled.locked }),
    };
  }

  /** Decides and performs until there is a reply. */
  async #decide(transaction: Knex, turn: Turn, settled: Settled): Promise<Decided> {
    const { call, release, now } = turn;
    const entries: EntryDraft[] = [...settled.entries];
    const steps: { event: FlowEvent; facts: Facts }[] = [];
    let { event } = settled;
    let { state } = call;
    let reply: Reply | undefined;
    let sends = false;
    let customer: KnownCustomer | undefined;
    for (let operations = 0; reply === undefined; operations++) {
      assert(operations <= OPERATIONS_PER_TURN, 'a turn comes to an answer');
      customer = await this.#customerOf(transaction, state, customer);
      const facts = await this.#facts(transaction, turn, state, customer, event);
      steps.push({ event, facts });
      const decision = decide(release, state, event, facts, now);
      state = decision.call;
      entries.push(...decision.entries);
      entries.push(
        ...(await carryOutEffects(transaction, this.#deps.random, decision, now, this.#deps.desk)),
      );
      if (decision.next.kind === 'reply') {
        reply = decision.next.reply;
        continue;
      }
      const operation = this.#deps.operations[decision.next.operation];
      const { jurisdiction: dialled } = lineFor(release.company, call.line);
      const context = { call: state, release, sourcePhoneIndex: turn.sourcePhoneIndex(), dialled, now };
      const done = await operation.perform(transaction, context);
      event = done.event;
      entries.push(...done.entries);
      sends ||= operation.sends;
      if (operation.changesCustomer) customer = undefined;
    }
    return { state, reply, entries, sends, last: event, journal: { now, steps } };
  }

  async #write(
    transaction: Knex,
    turn: Turn,
    decided: Decided,
    nextToken: string,
    answer: string,
  ): Promise<void> {
    const { keyring, random } = this.#deps;
    const { call, webhook, release, now } = turn;
    const { last, reply } = decided;
    const state = { ...decided.state, speaksUntil: now + speechMilliseconds(reply, release) };
    const linked = this.#ledger.link(decided.entries, {
      stream: callStream(state.id),
      head: call.head,
      at: now,
      release: call.release,
    });
    const next: StoredCall = {
      ...call,
      state,
      token: nextToken,
      version: call.version + 1,
      head: linked.head,
      updatedAt: now,
    };
    const by = state.status === 'ended' ? endedBy(last) : undefined;
    const record = () => [
      insertTurn(transaction, keyring, random, {
        callId: state.id,
        token: webhook?.token ?? `hangup-${call.version}`,
        seq: next.version,
        requestDigest: webhook?.digest ?? '',
        answer,
        nextToken,
        journal: decided.journal,
        at: now,
      }),
      linked.write(transaction),
    ];
    if (webhook?.token === ANSWER_TOKEN) {
      // Announced twice at once: the other webhook has written the call and its turn.
      if (!(await insertCall(transaction, keyring, random, next))) throw new ConcurrentTurnError();
      await pipelined(record());
      return;
    }
    const [written] = await pipelined([updateCall(transaction, keyring, random, next, by), ...record()]);
    if (!written) throw new ConcurrentTurnError();
  }

  /** The identified customer; read once in a turn, and again after a change of the customer. */
  async #customerOf(
    transaction: Knex,
    { proofs }: CallState,
    known: KnownCustomer | undefined,
  ): Promise<KnownCustomer | undefined> {
    const { customerId } = proofs;
    if (customerId === undefined || known?.id === customerId) return known;
    const customer = await customerById(transaction, customerId);
    return customer && { id: customerId, facts: publicFacts(customer, this.#deps.keyring) };
  }

  async #facts(
    transaction: Knex,
    { call, release, now }: Turn,
    state: CallState,
    customer: KnownCustomer | undefined,
    event: FlowEvent,
  ): Promise<Facts> {
    const { collect } = release.flow.steps.get(state.step)?.meta ?? {};
    // Only steps that ask for a secret are slowed; the others cost no extra look-up.
    const factor = collect?.kind === 'entry' ? collect.factor : undefined;
    // Nothing stands before a freeze, a pause neither (invariant 41).
    const isErrand = event.type === 'FREEZE' || isFreezeWanted(state.flow);
    const guessing = factor !== undefined && factorRules(factor).slowsGuessing && !isErrand;
    const pauseSeconds = guessing
      ? slowdownSeconds(await sourcePressure(transaction, call.sourceIndex, GUESSING, now), release.policy)
      : 0;
    const known = customer?.id === state.proofs.customerId ? customer : undefined;
    return {
      ...(known ? { customer: known.facts } : {}),
      ...(pauseSeconds > 0 ? { pauseSeconds } : {}),
    };
  }
}
