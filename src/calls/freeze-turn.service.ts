import type { Knex } from 'knex';
import type { Release, Releases } from '../flow/release.ts';
import { freezeEvent, isIdleAt, type readTurn } from '../keying/read-turn.ts';
import { assert } from '../platform/fault.ts';
import { hasTurnFor, lockCallForUpdate, type StoredCall } from './calls.store.ts';
import type { Answer, FreezeAsked } from './calls-port.ts';
import { beginning } from './incoming-call.ts';
import type { StandingAnswers } from './standing-answers.service.ts';
import type { TakenTurn, TurnTaking } from './turn.service.ts';
import { firstTurnOf, type TurnOfDependencies, turnOf } from './turn-of.ts';
import { freezeToken } from './turn-tokens.ts';

interface FreezeTurnDependencies extends TurnOfDependencies {
  readonly releases: Pick<Releases, 'withHash'>;
  /** The release that a call begins with which is not stored yet. */
  readonly current: Release;
  readonly turns: Pick<TurnTaking, 'take'>;
  readonly standing: StandingAnswers;
}

/** `**` where no step had asked for keys: the call is answered, or the turn is taken. */
type FreezeTurn =
  | { readonly kind: 'answered'; readonly answer: Answer }
  | { readonly kind: 'taken'; readonly taken: TakenTurn };

/**
 * Takes `**` at any step: on hold, in a queue, after words of an outage. It needs no token that is good for a turn. A late
 * copy of a `**` that was obeyed is known by the token of its wait or the mark of its document and begins nothing anew: the
 * caller would key the ID where the number is asked for once more, or freeze whom they did not mean. A call that holds before
 * its greeting begins with it. `digest` is the webhook's, so that its retry gets the same answer.
 */
export async function takeFreeze(
  dependencies: FreezeTurnDependencies,
  transaction: Knex,
  incoming: FreezeAsked,
  digest: string,
): Promise<FreezeTurn> {
  const { keyring, standing, turns } = dependencies;
  const known = await lockCallForUpdate(transaction, keyring, incoming.callId);
  const before = known && (await answeredBefore(standing, transaction, known, incoming, digest));
  if (before) return { kind: 'answered', answer: before };
  const call = known ?? (await begin(dependencies, transaction, incoming, digest));
  const release = await dependencies.releases.withHash(call.release, transaction);
  const step = release.flow.steps.get(call.state.step);
  assert(step, 'a call is at a step of its release');
  const isOver = call.state.status === 'ended' && step.meta.hears !== 'freeze';
  // Before its first answer a call of an older program may stand at a step that takes no keys.
  if (isOver || !step.handles.has('FREEZE'))
    return { kind: 'answered', answer: await standing.asItStands(transaction, call) };
  const turn = turnOf(dependencies, call, release, { token: freezeToken(call), digest });
  const event = freezeEvent(isIdleAt(call, release, turn.now));
  return { kind: 'taken', taken: await turns.take(transaction, turn, { kind: 'event', event }) };
}

/** The answer to a copy of what was obeyed; undefined for any other webhook. */
async function answeredBefore(
  standing: StandingAnswers,
  transaction: Knex,
  call: StoredCall,
  { token }: FreezeAsked,
  digest: string,
): Promise<Answer | undefined> {
  const repeated = await standing.sameFreeze(transaction, call, digest);
  if (repeated) return repeated;
  const isCopy =
    token !== undefined && token !== call.token && (await hasTurnFor(transaction, call.state.id, digest));
  return isCopy ? standing.asItStands(transaction, call) : undefined;
}

async function begin(
  dependencies: FreezeTurnDependencies,
  transaction: Knex,
  incoming: FreezeAsked,
  digest: string,
): Promise<StoredCall> {
  const turn = firstTurnOf(dependencies, incoming, dependencies.current, digest);
  await dependencies.turns.take(transaction, turn, beginning(turn.call));
  const call = await lockCallForUpdate(transaction, dependencies.keyring, incoming.callId);
  assert(call, 'the call has been written');
  return call;
}

/** While the goodbye is said only `**` moves the call; another key has it said once more. */
export function isHeardAtTheEnd(meaning: ReturnType<typeof readTurn>): boolean {
  return meaning.kind === 'hear_out' || (meaning.kind === 'event' && meaning.event.type === 'FREEZE');
}
