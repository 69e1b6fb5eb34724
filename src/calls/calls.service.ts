import type { Knex } from 'knex';
import { appendEntries } from '../audit/audit.store.ts';
import { type EntryDraft, linkEntries, NO_ENTRY_HASH } from '../audit/entry.ts';
import { publicFacts } from '../customers/customer.ts';
import { customerById } from '../customers/customers.store.ts';
import { type Handoff, insertHandoff, leaveQueue } from '../escalation/handoffs.store.ts';
import { deliveryOfCode, voidCodes } from '../factors/code.store.ts';
import type { AttemptContext, FactorResult, FactorService } from '../factors/factors.service.ts';
import { lineFor } from '../flow/company.ts';
import type { FlowStep } from '../flow/definition.ts';
import type { FlowEvent } from '../flow/events.ts';
import type { Release, Releases } from '../flow/release.ts';
import type { Language, Reply } from '../flow/reply.ts';
import { slowdownSeconds, sourcePressure } from '../lockout/budget.store.ts';
import { type Clock, type Instant, SECOND } from '../platform/clock.ts';
import { digestsEqual } from '../platform/digest.ts';
import { assert, assertNever, Fault } from '../platform/fault.ts';
import { blindIndex, type Keys } from '../platform/keys.ts';
import { readNationalId } from '../platform/national-id.ts';
import { normalisePhoneNumber, readKeyedPhoneNumber } from '../platform/phone-number.ts';
import { type Random, randomToken } from '../platform/random.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { type CallState, type Facts, newCall } from './call.ts';
import {
  findCall,
  findTurn,
  holdCall,
  insertCall,
  insertTurn,
  type StoredCall,
  updateCall,
} from './calls.store.ts';
import { readInput } from './input.ts';
import type { Operations } from './operations.service.ts';
import type { Answer, CallEnd, Calls, IncomingCall, KeyedTurn, ReplyRenderer } from './requests.ts';
import { bindingOf, type Decision, decide, levelOf, pinKindOf } from './turn.ts';

export interface CallsDependencies {
  readonly knex: Knex;
  readonly keys: Keys;
  readonly random: Random;
  readonly clock: Clock;
  readonly releases: Releases;
  readonly factors: FactorService;
  readonly operations: Operations;
  /** Speaks a release's own prompts: a call keeps its words as it keeps its rules. */
  rendererFor(release: Release): ReplyRenderer;
  readonly telemetry: Telemetry;
  /** Called after each commit that may have put a message into the outbox. */
  wakeOutbox(): void;
}

/** The token of the first turn of every call, which the carrier sends without one. */
const ANSWER_TOKEN = 'answer';
/** A step token as the random port makes it; one more character on it counts the times a step was asked again unmoved. */
const TOKEN_LENGTH = 22;
/** A step asked again this often without a readable answer counts as silence: the caller must not go round for ever. */
const UNMOVED_LIMIT = 3;
/** The carrier's own retries come within its 15 s limits; later than this, the same webhook is a replay and is told nothing personal. */
const RETRY_WINDOW_MILLISECONDS = 60 * SECOND;
/** A turn that never settles is a flow bug; the shipped flow needs at most 4 operations in a turn. */
const OPERATIONS_PER_TURN = 8;
/** Two webhooks of one call at once are rare; three lost races in a row are not a race. */
const RACES_PER_TURN = 3;

/** What was keyed, understood as far as it can be before the transaction: an event, or a factor's result to be settled in it. */
type Happening =
  | { readonly kind: 'event'; readonly event: FlowEvent }
  | { readonly kind: 'factor'; readonly result: FactorResult };

/** Thrown inside a turn's transaction to roll it back when another turn of the same call was faster. */
class TurnOvertaken extends Error {}

/**
 * The turns of calls: each webhook is one turn, one transaction, one stored answer. Everything a call is lives in the
 * database, so any process can take any turn.
 */
export class CallsService implements Calls {
  readonly #deps: CallsDependencies;

  constructor(dependencies: CallsDependencies) {
    this.#deps = dependencies;
  }

  async answer(incoming: IncomingCall): Promise<Answer> {
    const { knex, keys, clock, releases, random } = this.#deps;
    const digest = this.#digest([incoming.callId, incoming.from, incoming.to, incoming.attestation ?? '']);
    const known = await findCall(knex, keys, incoming.callId);
    if (known) return this.#again(known, ANSWER_TOKEN, digest);
    const release = await releases.current();
    const now = clock.now();
    const line = lineFor(release.company, incoming.to);
    const initial = release.flow.definition.initial;
    const stored: StoredCall = {
      state: newCall(incoming.callId, initial, line, now),
      release: release.hash,
      line: incoming.to,
      source: incoming.from,
      sourceIndex: blindIndex(keys, 'source', incoming.from),
      attestation: incoming.attestation,
      token: randomToken(random),
      version: 0,
      lastHash: NO_ENTRY_HASH,
      entries: 0,
      updatedAt: now,
    };
    const started: EntryDraft = {
      type: 'call.started',
      step: initial,
      rules: ['R4.1', 'R11.1'],
      data: { line: incoming.to || undefined, attestation: incoming.attestation, language: line.language },
    };
    try {
      return await this.#commit(
        stored,
        release,
        ANSWER_TOKEN,
        digest,
        { kind: 'event', event: { type: 'ANSWERED' } },
        [started],
      );
    } catch (error) {
      if (!(error instanceof TurnOvertaken)) throw error;
      const first = await findCall(knex, keys, incoming.callId);
      assert(first, 'a call that was announced before is stored');
      return this.#again(first, ANSWER_TOKEN, digest);
    }
  }

  async turn(keyed: KeyedTurn): Promise<Answer> {
    // The call and its token are in the digest, so that equal entries on different steps do not look equal in the store.
    const digest = this.#digest([
      keyed.callId,
      keyed.token?.slice(0, TOKEN_LENGTH) ?? '',
      keyed.digits ?? '',
      keyed.queueResult ?? '',
    ]);
    for (let race = 0; race < RACES_PER_TURN; race++) {
      const call = await findCall(this.#deps.knex, this.#deps.keys, keyed.callId);
      if (!call) return this.#unknown();
      const token = keyed.token?.slice(0, TOKEN_LENGTH);
      // Before anything else: the retry of the webhook that ended the call gets the goodbye once more.
      if (token !== undefined && token !== call.token) return this.#again(call, token, digest);
      if (call.state.status === 'ended') return this.#ended(call);
      if (token === undefined) return this.#unmoved(call, 0);
      const unmoved = Number(keyed.token?.slice(TOKEN_LENGTH) || '0');
      const release = await this.#releaseOf(call);
      const step = release.flow.steps.get(call.state.step);
      assert(step, 'a call is at a step of its release');
      try {
        const happening = await this.#understand(call, release, step, keyed, digest, unmoved);
        if (happening === 'unmoved') return this.#unmoved(call, unmoved);
        return await this.#commit(call, release, token, digest, happening, []);
      } catch (error) {
        // Overtaken by another webhook of the same call: it may be the same one, whose answer is then given again.
        if (error instanceof TurnOvertaken) continue;
        await this.#noteOutage(call, release);
        throw error;
      }
    }
    throw new Fault('conflict', 'a turn was overtaken by others of its call too often');
  }

  /**
   * The caller is about to hear the outage words and to wait for a person: leaves the ticket for whoever answers, with
   * the reason and where the caller was. The call itself has not moved and goes on there if nobody answers.
   */
  async #noteOutage({ state }: StoredCall, release: Release): Promise<void> {
    const { knex, random, clock } = this.#deps;
    const now = clock.now();
    const { order, language } = state.flow;
    const { customerId } = state.proofs;
    const ticket: Handoff = {
      callId: state.id,
      reason: 'outage',
      level: levelOf(state, release, now),
      language,
      step: state.step,
      now,
      ...(order ? { intent: order.action } : {}),
      ...(customerId === undefined ? {} : { customerId }),
    };
    try {
      await knex.transaction((transaction) => insertHandoff(transaction, random, ticket));
    } catch {
      // The store is what is out: the carrier's queue is then all there is.
    }
  }

  async resume(incoming: IncomingCall): Promise<Answer> {
    const call = await findCall(this.#deps.knex, this.#deps.keys, incoming.callId);
    if (!call) return this.answer(incoming);
    // Back from the queue of an outage, if that is where the caller was; nothing waits there any more.
    const { knex, clock } = this.#deps;
    if (call.state.queue === undefined) await leaveQueue(knex, call.state.id, 'resumed', clock.now());
    return call.state.status === 'ended' ? this.#ended(call) : this.#unmoved(call, 0);
  }

  async ended(callId: string, _end: CallEnd): Promise<void> {
    for (let race = 0; race < RACES_PER_TURN; race++) {
      const call = await findCall(this.#deps.knex, this.#deps.keys, callId);
      if (!call || call.state.status === 'ended') return;
      try {
        const token = `hangup-${call.version}`;
        await this.#commit(
          call,
          await this.#releaseOf(call),
          token,
          this.#digest([token]),
          { kind: 'event', event: { type: 'HANGUP' } },
          [],
        );
        return;
      } catch (error) {
        if (!(error instanceof TurnOvertaken)) throw error;
      }
    }
    throw new Fault('conflict', 'a hang-up was overtaken by turns of its call too often');
  }

  /** Reads what came, and looks at a keyed factor: the attempt is reserved and committed before the secret is compared (invariant 3). */
  async #understand(
    call: StoredCall,
    release: Release,
    step: FlowStep,
    keyed: KeyedTurn,
    digest: string,
    unmoved: number,
  ): Promise<Happening | 'unmoved'> {
    const happened = (event: FlowEvent): Happening => ({ kind: 'event', event });
    const now = this.#deps.clock.now();
    if (step.meta.handoff) {
      return keyed.queueResult === undefined
        ? 'unmoved'
        : happened({ type: 'QUEUE_LEFT', result: keyed.queueResult });
    }
    if (keyed.queueResult !== undefined) return 'unmoved';
    if (now - call.updatedAt > release.policy.session.idleSeconds * SECOND)
      return happened({ type: 'SESSION_EXPIRED' });
    if (keyed.digits === undefined)
      return unmoved + 1 < UNMOVED_LIMIT ? 'unmoved' : happened({ type: 'SILENCE' });
    const meaning = readInput(step, call.state.flow, keyed.digits, release.policy);
    if (meaning.kind === 'event') {
      const { code } = call.state.flow;
      const awaited =
        meaning.event.type === 'SILENCE' && step.handles.has('UNDELIVERED') && code !== undefined;
      if (awaited && (await deliveryOfCode(this.#deps.knex, code.codeId)) === 'failed')
        return happened({ type: 'UNDELIVERED' });
      return happened(meaning.event);
    }
    const { text } = meaning;
    switch (meaning.entry) {
      case 'phone': {
        const number = readKeyedPhoneNumber(text, lineFor(release.company, call.line).jurisdiction);
        return happened(
          number === undefined
            ? { type: 'INVALID' }
            : {
                type: 'ENTERED',
                entered: { kind: 'phone', phoneIndex: blindIndex(this.#deps.keys, 'phone', number) },
              },
        );
      }
      case 'newPhone': {
        const number = readKeyedPhoneNumber(text, lineFor(release.company, call.line).jurisdiction);
        if (number === undefined) return happened({ type: 'INVALID' });
        const contactIndex = blindIndex(this.#deps.keys, 'phone', number);
        return happened({ type: 'ENTERED', entered: { kind: 'newPhone', number, contactIndex } });
      }
      case 'amount': {
        const amountMinor = this.#amountMinor(call.state, text);
        return happened(
          amountMinor === undefined
            ? { type: 'INVALID' }
            : { type: 'ENTERED', entered: { kind: 'amount', amountMinor } },
        );
      }
      case 'nationalId':
      case 'pin':
      case 'code': {
        const checked = await this.#checkFactor(call, release, meaning.entry, text, digest, now);
        // Asked once more, the caller keyed something else than a process that died had begun to compare. That attempt
        // stays paid; a new token lets the caller go on, where asking again on this one would never end.
        return checked === 'unmoved' && unmoved > 0 ? happened({ type: 'BUSY' }) : checked;
      }
      default:
        return assertNever(meaning.entry, 'entry');
    }
  }

  /** Callers key whole yuan or dong; the order holds minor units (invariant 27). */
  #amountMinor(call: CallState, text: string): number | undefined {
    const whole = Number(text);
    const minor = (call.flow.order?.currency ?? call.currency) === 'VND' ? whole : whole * 100;
    return Number.isSafeInteger(minor) && minor > 0 ? minor : undefined;
  }

  async #checkFactor(
    call: StoredCall,
    release: Release,
    entry: 'nationalId' | 'pin' | 'code',
    text: string,
    digest: string,
    now: Instant,
  ): Promise<Happening | 'unmoved'> {
    const { factors, telemetry } = this.#deps;
    const { state } = call;
    const context: AttemptContext = {
      callId: state.id,
      stepToken: call.token,
      requestDigest: digest,
      sourceIndex: call.sourceIndex,
      sourcePhoneIndex: this.#sourcePhoneIndex(call),
      policy: release.policy,
      now,
    };
    const { customerId } = state.proofs;
    let result: FactorResult;
    if (entry === 'nationalId') {
      const nationalId = readNationalId(text, now);
      // A typo costs neither an attempt nor a look-up.
      if (nationalId === undefined || state.flow.keyedPhoneIndex === undefined) {
        return { kind: 'event', event: { type: 'INVALID' } };
      }
      result = await factors.checkIdentity(context, state.flow.keyedPhoneIndex, nationalId.id);
    } else if (entry === 'pin') {
      const kind = pinKindOf(state, release);
      result = await factors.checkPin(context, customerId, kind, text);
    } else {
      const binding = bindingOf(state);
      assert(
        customerId !== undefined && binding !== undefined,
        'a code is keyed for an order of a known customer',
      );
      result = await factors.checkCode(context, customerId, binding, text);
    }
    if (result.kind === 'conflict') return 'unmoved';
    telemetry.factorChecked(result.factor, result.kind === 'limited' ? 'refused' : result.kind);
    return { kind: 'factor', result };
  }

  #sourcePhoneIndex(call: StoredCall): string | undefined {
    const number = normalisePhoneNumber(call.source, 'CN');
    return number === undefined ? undefined : blindIndex(this.#deps.keys, 'phone', number);
  }

  /** Steps 5 to 7 of a turn: decide, one transaction, then the answer. Throws TurnOvertaken when another turn was faster. */
  async #commit(
    call: StoredCall,
    release: Release,
    token: string,
    digest: string,
    happening: Happening,
    before: readonly EntryDraft[],
  ): Promise<Answer> {
    const { knex, clock, random, keys } = this.#deps;
    const renderer = this.#deps.rendererFor(release);
    const now = clock.now();
    try {
      const body = await knex.transaction(async (transaction) => {
        // First of all, so that a twin of this turn waits here and meets nothing half done or done already.
        if (token !== ANSWER_TOKEN && !(await holdCall(transaction, call.state.id, call.version)))
          throw new TurnOvertaken();
        const drafts: EntryDraft[] = [...before];
        let event =
          happening.kind === 'event'
            ? happening.event
            : await this.#settle(transaction, happening.result, call, release, drafts, now);
        const journal: { event: FlowEvent; facts: Facts }[] = [];
        let { state } = call;
        let reply: Reply | undefined;
        for (let operations = 0; reply === undefined; operations++) {
          assert(operations <= OPERATIONS_PER_TURN, 'a turn comes to an answer');
          const facts = await this.#facts(transaction, call, state, release, now);
          journal.push({ event, facts });
          const decision = decide(release, state, event, facts, now);
          state = decision.call;
          drafts.push(...decision.entries);
          await this.#carryOutEffects(transaction, decision, now);
          if (decision.next.kind === 'reply') reply = decision.next.reply;
          else {
            const done = await this.#deps.operations.perform(transaction, decision.next.operation, {
              call: state,
              release,
              sourcePhoneIndex: this.#sourcePhoneIndex(call),
              now,
            });
            event = done.event;
            drafts.push(...done.entries);
          }
        }
        const nextToken = randomToken(random);
        const answer = renderer.reply(reply, nextToken);
        const entries = linkEntries(
          drafts,
          { callId: state.id, release: call.release, prevHash: call.lastHash, count: call.entries },
          now,
        );
        const next: StoredCall = {
          ...call,
          state,
          token: nextToken,
          version: call.version + 1,
          lastHash: entries.at(-1)?.hash ?? call.lastHash,
          entries: call.entries + entries.length,
          updatedAt: now,
        };
        const endedBy = state.status === 'ended' ? (event.type === 'HANGUP' ? 'caller' : 'line') : undefined;
        const written =
          token === ANSWER_TOKEN
            ? await insertCall(transaction, keys, random, next)
            : await updateCall(transaction, keys, random, next, endedBy);
        if (!written) throw new TurnOvertaken();
        await insertTurn(transaction, keys, random, {
          callId: state.id,
          token,
          seq: next.version,
          requestDigest: digest,
          answer,
          journal: { now, steps: journal },
          at: now,
        });
        await appendEntries(transaction, entries);
        return answer;
      });
      this.#deps.wakeOutbox();
      return { kind: 'taken', body };
    } catch (error) {
      // Overtaken by the same webhook: its attempt is the same attempt and is settled there. Anything else is an
      // outage, which charges nothing (R12.1).
      if (!(error instanceof TurnOvertaken) && happening.kind === 'factor')
        await this.#giveBack(happening.result);
      throw error;
    }
  }

  async #giveBack(result: FactorResult): Promise<void> {
    try {
      await this.#deps.factors.release(result, this.#deps.clock.now());
    } catch {
      // The store is down: the attempt stays paid, like that of a process that was killed (invariant 3).
    }
  }

  /** Settles a factor inside the turn's transaction and says what it means to the flow. */
  async #settle(
    transaction: Knex,
    result: FactorResult,
    call: StoredCall,
    release: Release,
    drafts: EntryDraft[],
    now: Instant,
  ): Promise<FlowEvent> {
    const { factors, operations, telemetry } = this.#deps;
    const settlement = await factors.settle(transaction, result, now);
    // Nobody has paid for this comparison: the turn begins anew and takes the attempt again.
    if (settlement.givenBack) throw new TurnOvertaken();
    if (settlement.lockStarted) {
      const { lockStarted } = settlement;
      telemetry.locked(lockStarted.factor);
      const until = 'until' in lockStarted ? lockStarted.until : undefined;
      drafts.push({
        type: 'factor.lock',
        step: call.state.step,
        rules: ['V11', 'Z9'],
        data: {
          factor: lockStarted.factor,
          until,
          outcome: until === undefined ? 'void' : 'locked',
          customerId: result.customerId,
        },
      });
      if (result.customerId !== undefined) {
        await operations.tellOfLock(transaction, release, result.customerId, call.state.id, lockStarted, now);
      }
    }
    const reason = 'reason' in result && result.reason !== undefined ? { reason: result.reason } : {};
    switch (result.kind) {
      case 'passed':
        return settlement.kept
          ? { type: 'PASSED', passed: result.passed }
          : { type: 'FAILED', reason: 'consumed_elsewhere' };
      case 'failed':
        return { type: 'FAILED', ...reason };
      case 'locked':
        return { type: 'LOCKED', ...reason };
      case 'late':
        return { type: 'LATE', ...reason };
      case 'busy':
        return { type: 'BUSY', ...reason };
      case 'limited':
        return { type: 'LIMITED', ...reason };
      case 'conflict':
        throw new TurnOvertaken();
    }
  }

  async #facts(
    transaction: Knex,
    call: StoredCall,
    state: CallState,
    release: Release,
    now: Instant,
  ): Promise<Facts> {
    const { customerId } = state.proofs;
    const customer = customerId === undefined ? undefined : await customerById(transaction, customerId);
    const { collect } = release.flow.steps.get(state.step)?.meta ?? {};
    // Only what is guessed at is slowed; the rest of a call costs no extra look-up.
    const guessing = collect?.kind === 'entry' && (collect.factor === 'identity' || collect.factor === 'pin');
    const pauseSeconds = guessing
      ? slowdownSeconds(await sourcePressure(transaction, call.sourceIndex, now), release.policy)
      : 0;
    return {
      ...(customer ? { customer: publicFacts(customer, this.#deps.keys) } : {}),
      ...(pauseSeconds > 0 ? { pauseSeconds } : {}),
    };
  }

  async #carryOutEffects(transaction: Knex, decision: Decision, now: Instant): Promise<void> {
    const { call } = decision;
    for (const effect of decision.effects) {
      switch (effect.kind) {
        case 'void_codes':
          await voidCodes(transaction, call.id);
          break;
        case 'leave_queue':
          await leaveQueue(transaction, call.id, effect.result, now);
          break;
        case 'handoff':
          await insertHandoff(transaction, this.#deps.random, {
            callId: call.id,
            reason: effect.reason,
            level: effect.level,
            language: call.flow.language,
            step: effect.step,
            now,
            ...(effect.intent === undefined ? {} : { intent: effect.intent }),
            ...(call.proofs.customerId === undefined ? {} : { customerId: call.proofs.customerId }),
          });
          break;
        default:
          assertNever(effect, 'effect');
      }
    }
  }

  /** A token that is not the current one: the newest turn once more, byte for byte, if it is a genuine retry; otherwise the caller is asked again and nothing moves (invariant 39). */
  async #again(call: StoredCall, token: string, digest: string): Promise<Answer> {
    const { knex, keys, clock } = this.#deps;
    const turn = await findTurn(knex, keys, call.state.id, token);
    const newest = turn !== undefined && turn.seq === call.version;
    const genuine =
      newest &&
      digestsEqual(turn.requestDigest, digest) &&
      clock.now() - turn.at <= RETRY_WINDOW_MILLISECONDS;
    if (genuine) return { kind: 'repeated', body: turn.answer };
    return call.state.status === 'ended' ? this.#ended(call) : this.#unmoved(call, 0);
  }

  /** Asks again for what the call is waiting for, in words that tell nothing; no step is taken and nothing is stored. */
  async #unmoved(call: StoredCall, unmoved: number): Promise<Answer> {
    const { state } = call;
    const release = await this.#releaseOf(call);
    const step = release.flow.steps.get(state.step);
    const { betweenKeysSeconds, firstKeySeconds } = release.policy.dialogue;
    const base = { language: state.flow.language, step: state.step };
    const queue = step?.meta.handoff ? state.queue : undefined;
    const reply: Reply = queue
      ? {
          ...base,
          speech: [{ prompt: 'handoff.connecting' }],
          ending: { kind: 'queue', queue: release.company.queues[queue] },
        }
      : {
          ...base,
          speech: [{ prompt: 'common.keepAlive' }],
          ending: {
            kind: 'collect',
            collect: {
              keys: step?.meta.collect?.kind === 'entry' ? 'entry' : 'one',
              firstKeySeconds,
              betweenKeysSeconds,
            },
          },
        };
    const renderer = this.#deps.rendererFor(release);
    return { kind: 'unmoved', body: renderer.reply(reply, `${call.token}${unmoved + 1}`) };
  }

  async #ended(call: StoredCall): Promise<Answer> {
    const language: Language = call.state.flow.language;
    const reply: Reply = {
      language,
      step: call.state.step,
      speech: [{ prompt: 'common.ended' }],
      ending: { kind: 'hangup' },
    };
    const renderer = this.#deps.rendererFor(await this.#releaseOf(call));
    return { kind: 'ended', body: renderer.reply(reply, call.token) };
  }

  async #unknown(): Promise<Answer> {
    const renderer = this.#deps.rendererFor(await this.#deps.releases.current());
    return { kind: 'unknown_call', body: renderer.startAgain() };
  }

  /** Never asked inside a transaction: on SQLite there is one connection, and the transaction has it. */
  #releaseOf(call: StoredCall): Promise<Release> {
    return this.#deps.releases.withHash(call.release);
  }

  #digest(parts: readonly string[]): string {
    return blindIndex(this.#deps.keys, 'request', JSON.stringify(parts));
  }
}
