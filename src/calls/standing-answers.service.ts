import type { Knex } from 'knex';
import type { Release, Releases } from '../flow/release.ts';
import { type Clock, SECOND } from '../platform/clock.ts';
import { digestsEqual } from '../platform/digest.ts';
import type { Keyring } from '../platform/keyring.ts';
import { findTurn, newestAnswer, type StoredCall } from './calls.store.ts';
import type { Answer, ReplyRenderer } from './calls-port.ts';
import { endedReply, repromptReply } from './re-prompt.ts';
import { newestFreezeToken } from './turn-tokens.ts';

/** The carrier retries within its limit of 15 s. A later copy of a webhook is a replay: its answer holds nothing personal. */
const RETRY_WINDOW_MILLISECONDS = 60 * SECOND;

interface StandingAnswersDependencies {
  readonly keyring: Keyring;
  readonly clock: Clock;
  readonly releases: Releases;
  rendererFor(release: Release): ReplyRenderer;
}

/** Answers webhooks that leave the call at its step. Nothing is stored. */
export class StandingAnswers {
  readonly #deps: StandingAnswersDependencies;

  constructor(dependencies: StandingAnswersDependencies) {
    this.#deps = dependencies;
  }

  /**
   * Answers a token that is not the current one: a genuine retry gets the newest turn's answer again, byte for byte; any
   * other webhook gets a re-prompt (invariant 39).
   */
  async again(transaction: Knex, call: StoredCall, token: string, digest: string): Promise<Answer> {
    const { keyring, clock } = this.#deps;
    const turn = await findTurn(transaction, keyring, call.state.id, token);
    const newest = turn !== undefined && turn.seq === call.version;
    const genuine =
      newest &&
      digestsEqual(turn.requestDigest, digest) &&
      clock.now() - turn.at <= RETRY_WINDOW_MILLISECONDS;
    return genuine ? { kind: 'repeated', body: turn.answer } : this.asItStands(transaction, call);
  }

  /** The newest answer of the call, once more: what was said was cut short by a key that means nothing. */
  async newest(transaction: Knex, call: StoredCall): Promise<Answer> {
    const answer = await newestAnswer(transaction, this.#deps.keyring, call);
    return answer ? { kind: 'repeated', body: answer } : this.asItStands(transaction, call);
  }

  /** The answer of a freeze that this very webhook has asked for before; undefined for any other webhook. */
  async sameFreeze(transaction: Knex, call: StoredCall, digest: string): Promise<Answer | undefined> {
    const turn = await this.#newestFreeze(transaction, call);
    return turn && digestsEqual(turn.requestDigest, digest)
      ? { kind: 'repeated', body: turn.answer }
      : undefined;
  }

  /** What a caller hears who has left a queue, or a hold, by `**`: the answer of that freeze. Undefined for any other. */
  async afterFreeze(transaction: Knex, call: StoredCall): Promise<Answer | undefined> {
    const turn = await this.#newestFreeze(transaction, call);
    return turn && { kind: 'repeated', body: turn.answer };
  }

  async #newestFreeze(transaction: Knex, call: StoredCall) {
    const { keyring, clock } = this.#deps;
    const turn = await findTurn(transaction, keyring, call.state.id, newestFreezeToken(call));
    return turn && turn.seq === call.version && clock.now() - turn.at <= RETRY_WINDOW_MILLISECONDS
      ? turn
      : undefined;
  }

  /** Answers a call that stays at its step: it is over, or it is re-prompted. */
  async asItStands(transaction: Knex, call: StoredCall): Promise<Answer> {
    const release = await this.#deps.releases.withHash(call.release, transaction);
    const renderer = this.#deps.rendererFor(release);
    return call.state.status === 'ended'
      ? endedReply(call, release, renderer)
      : repromptReply(call, release, renderer, 0);
  }

  /** Answers a call that was never stored: it begins at the greeting. */
  unknown(): Answer {
    const renderer = this.#deps.rendererFor(this.#deps.releases.latest());
    return { kind: 'unknown_call', body: renderer.startAgain() };
  }
}
