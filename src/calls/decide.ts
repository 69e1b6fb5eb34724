import { voidProofs } from '../assurance/levels.ts';
import type { FlowContext } from '../flow/context.ts';
import type { FlowEvent } from '../flow/events.ts';
import { keepListed } from '../flow/listed.ts';
import type { TransitionResult } from '../flow/machine.ts';
import type { Release } from '../flow/release.ts';
import { speak } from '../flow/speech.ts';
import type { StateMeta } from '../flow/vocabulary.ts';
import { JURISDICTION_RULES } from '../jurisdictions/catalogue.ts';
import type { Instant } from '../platform/clock.ts';
import { defined } from '../platform/defined.ts';
import { assert } from '../platform/fault.ts';
import type { Speech } from '../speech/reply.ts';
import { spokenAt } from './arrive.ts';
import { entriesOf } from './audit.ts';
import type { CallState, Facts } from './call.ts';
import { languageToRemember } from './chosen-language.ts';
import { type Decision, type Effect, metaOf, stepOf } from './decision.ts';
import { endedItself, saidOnTheWay } from './ended-itself.ts';
import { move, settleCounters } from './move.ts';
import { nextOf } from './next.ts';
import { prove } from './prove.ts';
import { voidOnChange, voidWhenSpent } from './void.ts';

/**
 * Decides one event of a call: its next step, what the caller hears, what must be stored. Pure: the same call, event,
 * facts, release and moment give the same decision; replay and the prover rely on that.
 * The event of a factor must come from the factor service; the event of an operation from the turn that performed it.
 */
export function decide(
  release: Release,
  call: CallState,
  event: FlowEvent,
  facts: Facts,
  now: Instant,
): Decision {
  assert(call.status === 'live' || mayStillFreeze(call, event, release), 'an ended call takes no events');
  const proved = prove(call, event, release, now);
  const ofCustomer = knownOf(call, facts);
  const moved = move(proved, event, release, ofCustomer, now);
  const voided = voidWhenSpent(voidOnChange(proved.flow, moved), metaOf(release, proved.step), event);
  const meta = metaOf(release, moved.step);
  const ended = meta.end === true || event.type === 'HANGUP';
  const { levelsDropped: _dropped, ...before } = call;
  const said = saidOnTheWay(call, event, moved.speech);
  const arrived: CallState = {
    ...before,
    status: ended ? 'ended' : 'live',
    step: moved.step,
    currency: ofCustomer.currency,
    flow: {
      ...settleCounters(
        call.step,
        moved.step,
        event,
        keepListed(stepOf(release, moved.step), keepDesk(meta, voided.flow)),
      ),
      ...endedItself(call.flow, metaOf(release, call.step), event, said),
    },
    // A hang-up, from either side, ends every level at once (invariant 25).
    proofs: ended ? voidProofs() : voided.proofs,
    pendingSpeech: [],
  };
  const remembered = languageToRemember(call, arrived, event);
  const entries = entriesOf(proved, arrived, event, voided.changed, release, remembered);
  const effects = effectsOf(proved, arrived, event, voided.changed, remembered, release);
  if (meta.perform !== undefined && !ended) {
    return {
      call: { ...arrived, pendingSpeech: said },
      effects,
      entries,
      next: { kind: 'perform', operation: meta.perform },
    };
  }
  const speech = speechOnArrival(said, moved, meta, arrived, release).map((item) =>
    speak(item, arrived.flow, facts, release),
  );
  const { reason } = moved;
  const arrival = nextOf({ release, from: call.step, event, arrived, meta, reason, speech, facts, now });
  return {
    call: arrival.call,
    effects: [...effects, ...arrival.effects],
    entries: [...entries, ...arrival.entries],
    next: arrival.next,
  };
}

/** A person's wish is over where the caller went another way, such as to a freeze. */
function keepDesk({ desk, handoff }: StateMeta, flow: FlowContext): FlowContext {
  if (desk || handoff || flow.desk === undefined) return flow;
  const { desk: _over, ...rest } = flow;
  return rest;
}

/** What a transition may ask of the customer, where one is identified. */
function knownOf({ currency }: CallState, { customer }: Facts): Parameters<typeof move>[3] {
  if (!customer) return { currency };
  const { jurisdiction, chosenLanguage } = customer;
  return { currency: JURISDICTION_RULES[jurisdiction].currency, ...defined({ chosenLanguage }) };
}

/** Who is being said goodbye to is still on the line: `**` begins the call anew, with nothing proved. */
function mayStillFreeze({ step }: CallState, event: FlowEvent, release: Release): boolean {
  const { end, hears } = metaOf(release, step);
  return event.type === 'FREEZE' && end === true && hears === 'freeze';
}

/** What the turn does besides storing the call: codes end with their order, a queue is left, a language remembered. */
function effectsOf(
  proved: CallState,
  arrived: CallState,
  event: FlowEvent,
  orderChanged: boolean,
  remembered: ReturnType<typeof languageToRemember>,
  release: Release,
): readonly Effect[] {
  const levelsVoided = proved.proofs.customerId !== undefined && arrived.proofs.customerId === undefined;
  const isOrderOver = orderChanged || arrived.flow.order === undefined;
  const codesEnd =
    (isOrderOver && proved.flow.code !== undefined) || levelsVoided || arrived.status === 'ended';
  const wish = proved.flow.desk;
  const keysOn = wish && keysOnAt(metaOf(release, arrived.step), event);
  return [
    ...(codesEnd ? [{ kind: 'void_codes' as const }] : []),
    ...(remembered ? [{ kind: 'remember_language' as const, ...remembered }] : []),
    ...(event.type === 'QUEUE_LEFT' ? [{ kind: 'leave_queue' as const, result: event.result }] : []),
    ...(wish && arrived.status === 'live' && arrived.flow.desk === undefined
      ? [{ kind: 'leave_desk' as const, handoff: wish.handoff }]
      : []),
    ...(keysOn ? [{ kind: 'keying_goes_on' as const, handoff: wish.handoff }] : []),
    // `**` while waiting for a person takes the caller out of the queue.
    ...(event.type === 'FREEZE' && proved.queue !== undefined && !wish
      ? [{ kind: 'leave_queue' as const, result: 'left' as const }]
      : []),
  ];
}

/** Whether a caller who keys on a person's wish goes on: a key was heard, or they wait for a message that takes its time. */
function keysOnAt({ desk, collect }: StateMeta, { type }: FlowEvent): boolean {
  const awaits = collect?.kind === 'entry' && collect.wait === true;
  return desk === true && (type !== 'SILENCE' || awaits);
}

/** What is said on the way and on arriving, in this order. */
function speechOnArrival(
  said: readonly Speech[],
  moved: TransitionResult,
  meta: StateMeta,
  arrived: CallState,
  release: Release,
): readonly Speech[] {
  return [
    ...said,
    ...(moved.explained && meta.explain ? [{ prompt: meta.explain }] : []),
    // After one star the second must be heard at once: no speech that ignores keys is said before it (V8).
    ...spokenAt(meta, arrived, release).filter(
      ({ bargeIn }) => !(arrived.flow.starPending && bargeIn === false),
    ),
  ];
}
