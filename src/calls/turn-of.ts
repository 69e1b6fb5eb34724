import type { Release } from '../flow/release.ts';
import type { Clock } from '../platform/clock.ts';
import type { Keyring } from '../platform/keyring.ts';
import { type Random, randomToken } from '../platform/random.ts';
import { phoneIndexOf, sourceIndexOf } from './calling-number.ts';
import type { StoredCall } from './calls.store.ts';
import type { IncomingCall, ReplyRenderer } from './calls-port.ts';
import { incomingCall } from './incoming-call.ts';
import type { Turn, TurnWebhook } from './turn.service.ts';
import { ANSWER_TOKEN } from './turn-tokens.ts';

export interface TurnOfDependencies {
  readonly keyring: Keyring;
  readonly clock: Clock;
  readonly random: Random;
  /** Speaks a release's own prompts: a call keeps its words as it keeps its rules. */
  rendererFor(release: Release): ReplyRenderer;
}

/** The turn that answers a webhook of a stored call, at this moment. */
export function turnOf(
  { keyring, clock, rendererFor }: Omit<TurnOfDependencies, 'random'>,
  call: StoredCall,
  release: Release,
  webhook: Omit<TurnWebhook, 'render'>,
): Turn {
  return {
    call,
    release,
    webhook: { ...webhook, render: (reply, nextToken) => rendererFor(release).reply(reply, nextToken) },
    sourcePhoneIndex: () => phoneIndexOf(call.source, keyring),
    now: clock.now(),
  };
}

/** The first turn of a call that has just come in. */
export function firstTurnOf(
  dependencies: TurnOfDependencies,
  incoming: IncomingCall,
  release: Release,
  digest: string,
): Turn {
  const { keyring, clock, random } = dependencies;
  const call = incomingCall(incoming, release, {
    sourceIndex: sourceIndexOf(incoming, keyring),
    showsNumber: phoneIndexOf(incoming.from, keyring) !== undefined,
    token: randomToken(random),
    now: clock.now(),
  });
  return turnOf(dependencies, call, release, { token: ANSWER_TOKEN, digest });
}
