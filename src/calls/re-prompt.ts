import type { Release } from '../flow/release.ts';
import type { Language } from '../locales/catalogue.ts';
import { defined } from '../platform/defined.ts';
import type { Reply } from '../speech/reply.ts';
import { isUrgent } from './arrive.ts';
import type { StoredCall } from './calls.store.ts';
import type { Answer, ReplyRenderer } from './calls-port.ts';
import { keysOf, keyTimesOf } from './key-times.ts';

/**
 * Asks again for what the call is waiting for, in words that reveal nothing (invariant 39): the call stays at its step and
 * nothing is stored. `repromptCount` is the number of re-prompts on this token so far.
 */
export function repromptReply(
  call: StoredCall,
  release: Release,
  renderer: ReplyRenderer,
  repromptCount: number,
): Answer {
  const { state } = call;
  const step = release.flow.steps.get(state.step);
  const base = {
    language: state.flow.language,
    step: state.step,
    ...(isUrgent(state) ? { urgent: true as const } : {}),
  };
  const queue = step?.meta.handoff ? state.queue : undefined;
  const reply: Reply = queue
    ? {
        ...base,
        speech: [{ prompt: 'handoff.connecting' }],
        ending: {
          kind: 'queue',
          queue: release.company.queues[queue],
          ...defined({ hears: step?.meta.hears }),
        },
      }
    : {
        ...base,
        speech: [{ prompt: 'common.keepAlive' }],
        ending: {
          kind: 'collect',
          collect: {
            ...keysOf(step?.meta.collect, state, release),
            // Nothing is read of the customer here, so only what the caller asked for counts.
            ...keyTimesOf(step?.meta.collect, state, release, {}),
          },
        },
      };
  return { kind: 'reprompted', body: renderer.reply(reply, `${call.token}${repromptCount + 1}`) };
}

/** Says that the call is over; its id is worth nothing any more (invariant 25). */
export function endedReply(call: StoredCall, release: Release, renderer: ReplyRenderer): Answer {
  const language: Language = call.state.flow.language;
  const reply: Reply = {
    language,
    step: call.state.step,
    speech: [{ prompt: 'common.ended' }],
    ending: { kind: 'hangup', ...defined({ hears: release.flow.steps.get(call.state.step)?.meta.hears }) },
  };
  return { kind: 'ended', body: renderer.reply(reply, call.token) };
}
