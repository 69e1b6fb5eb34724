import type { FlowAction, FlowGuard } from '../../src/flow/vocabulary.ts';
import { answer, changed } from './changes.ts';
import type { Mutation } from './mutations.ts';

const asks = (pin: 'query' | 'transaction'): FlowAction => ({ type: 'askForStaff', params: { pin } });
const count = (counter: 'refusals'): FlowAction => ({ type: 'count', params: { counter } });
const refusalLeft: FlowGuard = { type: 'countLeft', params: { counter: 'refusals' } };
const HANDOFF = '#hotline.handoff';

/** Clicks of staff that prove, reach or ask what they must not, and callers who are not brought back. */
export const DESK_MUTATIONS: readonly Mutation[] = [
  {
    mutation: 'who is asked for the query PIN keys the transaction PIN',
    change: {
      flow: answer('handoff', 'STAFF_QUERY_PIN', { target: '#hotline.desk', actions: [asks('transaction')] }),
    },
    caughtBy: 'clicks-ask-what-they-say',
  },
  {
    mutation: 'a click of staff leads on to the menus',
    change: { flow: answer('handoff', 'STAFF_TRANSACTION_PIN', { target: '#hotline.menu.main' }) },
    caughtBy: 'clicks-prove-nothing',
  },
  {
    mutation: 'a click of staff counts as the PIN',
    change: {
      engine: (original) => (release, call, event, facts, now) => {
        const decision = original(release, call, event, facts, now);
        if (event.type !== 'STAFF_QUERY_PIN') return decision;
        const { proofs } = decision.call;
        return { ...decision, call: { ...decision.call, proofs: { ...proofs, pins: { query: now } } } };
      },
    },
    caughtBy: 'clicks-prove-nothing',
  },
  {
    mutation: 'a person may ask for a PIN although no try of the call is left',
    change: {
      flow: changed('desk.start', (start) => {
        start.always = (Array.isArray(start.always) ? start.always : []).slice(1);
      }),
    },
    caughtBy: 'wrong-verifications-bounded',
  },
  {
    mutation: 'a locked PIN is asked for again and again on the wish of staff',
    change: {
      flow: answer('desk.pin', 'LOCKED', [
        { guard: refusalLeft, actions: [{ type: 'say', params: { prompt: 'refused.menu' } }] },
        { target: HANDOFF, actions: [count('refusals')] },
      ]),
    },
    caughtBy: 'wrong-verifications-bounded',
  },
  {
    mutation: 'who is not known is asked for the identity once more on the wish of staff',
    change: {
      flow: changed('desk.start', (start) => {
        start.always = (Array.isArray(start.always) ? start.always : []).map((one) =>
          typeof one === 'object' && one.guard?.type === 'identityKeyed'
            ? { ...one, guard: { type: 'proved', params: { proof: 'identity' } } }
            : one,
        );
      }),
    },
    caughtBy: 'known-and-unknown-alike',
  },
  {
    mutation: 'identities keyed on the wish of staff are not counted',
    change: {
      flow: changed('desk.identify', (identify) => {
        identify.always = [{ target: 'phone' }];
      }),
    },
    caughtBy: 'identities-bounded',
  },
  {
    mutation: 'a PIN that passed on the wish of staff opens the menus',
    change: { flow: answer('desk.pin', 'PASSED', '#hotline.menu.main') },
    caughtBy: 'keys-on-a-wish-lead-back',
  },
  {
    mutation: 'nobody remembers who asked for the PIN',
    change: { flow: answer('handoff', 'STAFF_QUERY_PIN', { target: '#hotline.desk' }) },
    caughtBy: 'no-secret-beside-a-person',
  },
  {
    mutation: 'who is asked anew who they are is asked for a PIN as well',
    change: {
      flow: changed('desk.next', (next) => {
        next.always = [{ target: 'pin' }];
      }),
    },
    caughtBy: 'clicks-ask-what-they-say',
  },
  {
    mutation: 'who is asked anew who they are keeps what was proved of the one before',
    change: {
      engine: (original) => (release, call, event, facts, now) => {
        const decision = original(release, call, event, facts, now);
        return event.type === 'STAFF_IDENTITY'
          ? { ...decision, call: { ...decision.call, proofs: call.proofs } }
          : decision;
      },
    },
    caughtBy: 'nothing-left-of-another',
  },
  {
    mutation: 'an identity may be keyed anew for a person without end',
    change: {
      flow: answer('handoff', 'STAFF_IDENTITY', {
        target: '#hotline.desk.phone',
        actions: [{ type: 'askForStaff', params: { what: 'identity' } }],
      }),
    },
    caughtBy: 'identities-bounded',
  },
  {
    mutation: 'who keys an identity for a person goes back in other words where nobody was found',
    change: {
      flow: answer('desk.id', 'FAILED', {
        target: HANDOFF,
        actions: [{ type: 'say', params: { prompt: 'refused.menu' } }],
      }),
    },
    caughtBy: 'known-and-unknown-alike',
  },
];
