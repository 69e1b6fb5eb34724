import assert from 'node:assert/strict';
import type { Saying } from '../../src/flow/sayings.ts';
import { all, changed, type FlowChange, forget } from './changes.ts';
import type { Mutation } from './mutations.ts';

/** Leaves out what a state says. */
function unsaid(place: string, left: (saying: Saying) => boolean): FlowChange {
  return changed(place, ({ meta }) => {
    assert.ok(meta?.say);
    const said = meta.say.filter((saying) => !left(saying));
    assert.ok(said.length < meta.say.length, `${place} says it`);
    meta.say = said;
  });
}

/** The key that goes on with a list is in the words of a place no more. */
function withoutKeyForMore(place: string): FlowChange {
  return changed(place, ({ meta }) => {
    assert.ok(meta?.say);
    meta.say = meta.say.flatMap((saying): Saying[] => {
      if (typeof saying === 'string' || !('options' in saying)) return [saying];
      const options = saying.options.filter((event) => event !== 'MORE_LISTED');
      return options.length > 0 ? [{ ...saying, options }] : [];
    });
  });
}

/** What is due on the chosen loan is said in the words for another one. */
function dueInWords(of: 'overdue' | 'nothing', prompt: string): FlowChange {
  return changed('details.dueOrOther', ({ meta }) => {
    assert.ok(meta?.say);
    meta.say = meta.say.map((saying) =>
      typeof saying === 'object' && 'byDue' in saying
        ? { ...saying, byDue: { ...saying.byDue, [of]: prompt } }
        : saying,
    );
  });
}

const whenMore = (saying: Saying) => typeof saying === 'object' && 'whenMore' in saying;

/** Lists that are cut short, and what is due that is told or offered otherwise than it is. */
export const LIST_MUTATIONS: readonly Mutation[] = [
  ...(['details.loan', 'details.payee', 'details.account'] as const).flatMap((place): Mutation[] => [
    {
      mutation: `there is no key for more at ${place}`,
      change: { flow: withoutKeyForMore(place) },
      caughtBy: 'everything-listed-is-heard',
    },
    {
      mutation: `nobody says that there are more at ${place}`,
      change: { flow: unsaid(place, whenMore) },
      caughtBy: 'everything-listed-is-heard',
    },
  ]),
  {
    mutation: 'a long result is cut short, as it once was',
    change: {
      flow: changed('carryOut', (carryOut) => {
        assert.ok(carryOut.on);
        carryOut.on.DONE = { target: '#hotline.more', actions: [{ type: 'sayResult' }] };
      }),
    },
    caughtBy: 'everything-listed-is-heard',
  },
  {
    mutation: 'after a long result no key goes on to what is left',
    change: { flow: all(withoutKeyForMore('more'), forget('more', 'MORE_LISTED')) },
    caughtBy: 'everything-listed-is-heard',
  },
  {
    mutation: 'after a long result a key goes on that no words name',
    change: { flow: withoutKeyForMore('more') },
    caughtBy: 'words-name-the-keys',
  },
  {
    mutation: 'the key for more skips a part',
    change: {
      engine: (original) => (release, call, event, facts, now) => {
        const once = original(release, call, event, facts, now);
        return event.type === 'MORE_LISTED' && once.next.kind === 'reply'
          ? original(release, once.call, event, facts, now)
          : once;
      },
    },
    caughtBy: 'everything-listed-is-heard',
  },
  {
    mutation: 'what is left of a result is forgotten',
    change: {
      engine: (original) => (release, call, event, facts, now) => {
        const decision = original(release, call, event, facts, now);
        const { resultLeft: _left, ...flow } = decision.call.flow;
        return { ...decision, call: { ...decision.call, flow } };
      },
    },
    caughtBy: 'everything-listed-is-heard',
  },
  {
    mutation: 'nothing due is offered to be paid',
    change: {
      flow: changed('details.dueOrOther', (menu) => {
        assert.ok(menu.on);
        menu.on['KEY.1'] = { target: 'route', actions: [{ type: 'useAmountDue' }] };
      }),
    },
    caughtBy: 'nothing-impossible-is-offered',
  },
  {
    mutation: 'more than the maximum is offered to be paid',
    change: {
      flow: changed('details.offer', (offer) => {
        offer.always = [{ target: 'dueOrOther' }];
      }),
    },
    caughtBy: 'nothing-impossible-is-offered',
  },
  {
    mutation: 'what is overdue is said to be due',
    change: { flow: dueInWords('overdue', 'repayment.amount') },
    caughtBy: 'due-is-told-as-it-is',
  },
  {
    mutation: 'nothing due is said as an amount due',
    change: { flow: dueInWords('nothing', 'repayment.amount') },
    caughtBy: 'due-is-told-as-it-is',
  },
  {
    mutation: 'a result does not tell what is overdue',
    change: {
      engine: (original) => (release, call, event, facts, now) => {
        if (event.type !== 'DONE' || !event.result?.loans) return original(release, call, event, facts, now);
        const loans = event.result.loans.map(({ overdueOn: _overdue, ...loan }) => loan);
        return original(release, call, { ...event, result: { ...event.result, loans } }, facts, now);
      },
    },
    caughtBy: 'due-is-told-as-it-is',
  },
];
