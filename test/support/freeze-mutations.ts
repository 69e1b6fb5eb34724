import assert from 'node:assert/strict';
import type { HandoffReason } from '../../src/escalation/reasons.ts';
import type { FlowAction } from '../../src/flow/vocabulary.ts';
import { all, answer, changed, forget, redirected, without } from './changes.ts';
import type { Mutation } from './mutations.ts';

const say = (prompt: string): FlowAction => ({ type: 'say', params: { prompt } });
const because = (reason: HandoffReason): FlowAction => ({ type: 'setReason', params: { reason } });

/** A freeze that is not heard, not reached, claimed, or done without a question; a message that has failed. */
export const FREEZE_MUTATIONS: readonly Mutation[] = [
  {
    mutation: 'no key is heard while amount and payee are read back',
    change: {
      flow: changed('confirm.order', ({ meta }) => {
        assert.ok(meta?.say);
        meta.say = meta.say.map((saying) =>
          typeof saying === 'object' && 'byIntent' in saying ? { ...saying, bargeIn: false } : saying,
        );
      }),
    },
    caughtBy: 'freeze-is-heard-everywhere',
  },
  {
    mutation: 'who waits for a person is not heard',
    change: { flow: changed('handoff', ({ meta }) => void delete meta?.hears) },
    caughtBy: 'freeze-is-heard-everywhere',
  },
  {
    mutation: 'who is told that nobody answers is not heard',
    change: { flow: changed('unanswered', ({ meta }) => void delete meta?.hears) },
    caughtBy: 'freeze-is-heard-everywhere',
  },
  {
    mutation: 'identities keyed for a freeze are counted with the others',
    change: {
      flow: changed('identity.start', (start) => {
        start.always = (Array.isArray(start.always) ? start.always : []).slice(1);
      }),
    },
    caughtBy: 'freeze-from-everywhere',
  },
  {
    mutation: 'a refused source is told that the report is taken',
    change: {
      flow: answer('identity.id', 'LIMITED', {
        target: '#hotline.handoff',
        actions: [say('freeze.taken'), because('identity_limited')],
      }),
    },
    caughtBy: 'never-silent',
  },
  {
    mutation: 'after the identity a freeze asks for a PIN first',
    change: {
      flow: changed('identity.next', (next) => {
        next.always = [{ target: '#hotline.pin.entry' }];
      }),
    },
    caughtBy: 'freeze-needs-only-the-identity',
  },
  {
    mutation: 'an unlimited identity leads on to a PIN',
    change: { flow: redirected('identity.id', 'PASSED', 'next', '#hotline.pin.entry') },
    caughtBy: 'freeze-identity-opens-nothing',
  },
  {
    mutation: 'nobody says that nothing is frozen yet',
    change: { flow: changed('handoff', (handoff) => void delete handoff.entry) },
    caughtBy: 'not-frozen-is-said',
  },
  {
    mutation: 'who came to freeze waits where the last reason leads',
    change: {
      flow: changed('handoff', (handoff) => {
        handoff.entry = [
          { type: 'followErrand', params: { prompt: 'freeze.notYet', reason: 'no_key_pressed' } },
        ];
      }),
    },
    caughtBy: 'not-frozen-is-said',
  },
  {
    mutation: 'who was frozen hears that nothing is frozen',
    change: {
      flow: answer('freeze.carryOut', 'DONE', {
        target: '#hotline.handoff',
        actions: [say('freeze.notYet'), because('freeze_reported')],
      }),
    },
    caughtBy: 'claims-after-the-fact',
  },
  {
    mutation: 'the code is told to be on its way before it is sent',
    change: {
      flow: answer('assess', 'STEP_UP', { target: '#hotline.code', actions: [say('code.undelivered')] }),
    },
    caughtBy: 'claims-after-the-fact',
  },
  {
    mutation: 'a star that bounced freezes',
    change: { flow: answer('anywhere', 'STARS', '#hotline.freeze.start') },
    caughtBy: 'bounced-star-is-asked-about',
  },
  {
    mutation: 'stars after other keys are passed over',
    change: { flow: without('anywhere', ['STARS'], 'say') },
    caughtBy: 'bounced-star-is-asked-about',
  },
  {
    mutation: 'stars after the time has run out are passed over',
    change: { flow: answer('anywhere', 'LATE_STARS', '#hotline.handoff') },
    caughtBy: 'late-star-is-asked-about',
  },
  {
    mutation: 'stars after the time has run out freeze without a question',
    change: { flow: answer('anywhere', 'LATE_STARS', '#hotline.freeze.start') },
    caughtBy: 'late-star-is-asked-about',
  },
  {
    mutation: 'the answer to the question about late stars asks once more',
    change: { flow: forget('freeze.meant', 'STAR') },
    caughtBy: 'late-star-is-asked-about',
  },
  {
    mutation: 'a question about late stars keeps the levels (engine)',
    change: {
      engine: (decide) => (release, call, event, facts, now) => {
        const decision = decide(release, call, event, facts, now);
        return event.type === 'LATE_STARS'
          ? { ...decision, call: { ...decision.call, proofs: call.proofs } }
          : decision;
      },
    },
    caughtBy: 'idle-leaves-only-the-identity',
  },
  {
    mutation: 'a freeze that lands before the order is carried out is not told',
    change: {
      flow: answer('carryOut', 'REFUSED', {
        target: '#hotline.handoff',
        actions: [say('order.notDone'), because('order_refused')],
      }),
    },
    caughtBy: 'frozen-is-said-after-the-pin',
  },
  {
    mutation: 'an order that was carried out is told as refused by a freeze',
    change: {
      flow: answer('carryOut', 'DONE', {
        target: '#hotline.handoff',
        actions: [say('order.frozen'), because('account_frozen')],
      }),
    },
    caughtBy: 'claims-after-the-fact',
  },
  {
    mutation: 'a freeze asks for an identity as any other errand does, which a number can use up',
    change: {
      flow: answer('anywhere', 'FREEZE', [
        { guard: { type: 'proved', params: { proof: 'identity' } }, target: '#hotline.freeze.carryOut' },
        { target: '#hotline.identity' },
      ]),
    },
    caughtBy: 'freeze-from-everywhere',
  },
  {
    mutation: 'no words fit into the seconds that a prompt may take',
    change: {
      policy: ({ dialogue }) => {
        dialogue.promptSeconds = 2;
      },
    },
    refusedWith: /takes about .* at most 2 s are allowed/,
  },
  {
    mutation: 'a wrong code is sent back to a message that has failed',
    change: {
      flow: all(
        changed('code.entry', ({ on }) => {
          for (const event of ['FAILED', 'LOCKED'] as const) {
            const list = on?.[event];
            if (on && Array.isArray(list)) on[event] = list.slice(1);
          }
        }),
      ),
    },
    caughtBy: 'failed-message-is-said',
  },
  {
    mutation: 'a message that has failed is waited for',
    change: {
      flow: answer('code.entry', 'UNDELIVERED', {
        target: '#hotline.handoff',
        actions: [say('code.stillWaiting'), because('code_unavailable')],
      }),
    },
    caughtBy: 'failed-message-is-said',
  },
  {
    mutation: 'in the queue only a known customer is frozen at once',
    change: {
      flow: answer('handoff', 'FREEZE', [
        {
          guard: { type: 'proved', params: { proof: 'identity' } },
          target: '#hotline.freeze.carryOutWaiting',
        },
        { target: '#hotline.freeze.start' },
      ]),
    },
    caughtBy: 'known-and-unknown-alike',
  },
  {
    mutation: 'a freeze after idle time brings the PIN back (engine)',
    change: {
      engine: (decide) => (release, call, event, facts, now) =>
        event.type === 'FREEZE'
          ? decide(release, call, { type: 'FREEZE' }, facts, now)
          : decide(release, call, event, facts, now),
    },
    caughtBy: 'idle-leaves-only-the-identity',
  },
  {
    mutation: 'a freeze keyed while it waits is forgotten with the queue',
    change: { flow: forget('handoff', 'FREEZE') },
    caughtBy: 'known-and-unknown-alike',
  },
];
