import assert from 'node:assert/strict';
import type { HandoffReason } from '../../src/escalation/reasons.ts';
import type { FlowAction } from '../../src/flow/vocabulary.ts';
import { changed, type FlowChange, forget } from './changes.ts';
import type { Mutation } from './mutations.ts';

const HANDOFF = '#hotline.handoff';

/** What follows instead where no code goes to a SIM for this reason; the other reasons go on as they did. */
function instead(
  reason: 'sim_changed' | 'sim_unknown',
  target: string,
  prompts: readonly string[],
  because?: HandoffReason,
): FlowChange {
  const says = prompts.map((prompt): FlowAction => ({ type: 'say', params: { prompt } }));
  const tells: readonly FlowAction[] = because ? [{ type: 'setReason', params: { reason: because } }] : [];
  return changed('code.send', ({ on }) => {
    const list = on?.UNAVAILABLE;
    assert.ok(on && Array.isArray(list));
    const isMeant = (one: unknown) => JSON.stringify(one).includes(`["${reason}"]`);
    assert.equal(list.filter(isMeant).length, 1, `the flow answers ${reason}`);
    on.UNAVAILABLE = list.map((one) =>
      typeof one === 'object' && isMeant(one) ? { ...one, target, actions: [...says, ...tells] } : one,
    );
  });
}

/** A SIM that was changed or that nobody knows of, passed over, sent to all the same, or told untruly (Z5). */
export const SIM_MUTATIONS: readonly Mutation[] = [
  {
    mutation: 'where nobody knows of the SIM the order goes on without a code',
    change: { flow: instead('sim_unknown', '#hotline.confirm', ['code.simUnknown', 'code.alternative']) },
    caughtBy: 'level-at-execution',
  },
  {
    mutation: 'a changed SIM is spoken of as one that nobody knows of',
    change: { flow: instead('sim_changed', HANDOFF, ['code.simUnknown', 'code.alternative'], 'sim_changed') },
    caughtBy: 'claims-after-the-fact',
  },
  {
    mutation: 'a changed SIM is put through with the words of any failed sending',
    change: {
      flow: instead('sim_changed', HANDOFF, ['code.notPossible', 'code.alternative'], 'sim_changed'),
    },
    caughtBy: 'sim-refusal-is-said',
  },
  {
    mutation: 'a changed SIM is told without the way out',
    change: { flow: instead('sim_changed', HANDOFF, ['code.simChanged'], 'sim_changed') },
    caughtBy: 'sim-refusal-is-said',
  },
  {
    mutation: 'the person who takes over is not told that the SIM was changed',
    change: {
      flow: instead('sim_changed', HANDOFF, ['code.simChanged', 'code.alternative'], 'code_unavailable'),
    },
    caughtBy: 'sim-refusal-is-said',
  },
  {
    mutation: 'a code that cannot go to a changed SIM is sent again at once',
    change: { flow: instead('sim_changed', 'send', []) },
    caughtBy: 'no-loop-without-progress',
  },
  {
    mutation: 'nobody answers where no code can be sent',
    change: { flow: forget('code.send', 'UNAVAILABLE') },
    refusedWith: /UNAVAILABLE/,
  },
];
