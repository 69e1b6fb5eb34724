import { decideOrFail, type Node } from '../explore.ts';
import { audible, differencesHeard } from '../uniform.ts';
import type { Property } from './property.ts';

/** What a caller must not learn from how they are answered. */
export const DISCLOSURE: readonly Property[] = [
  {
    id: 'failed-and-locked-alike',
    rules: ['Z3'],
    claim: 'A wrong entry and a locked one lead the same way in the same words.',
    onTransition({ from, occurrence, decision }, release) {
      if (occurrence.event.type !== 'LOCKED') return undefined;
      const wrong = decideOrFail(release, from.call, {
        ...occurrence,
        event: { ...occurrence.event, type: 'FAILED' },
      });
      return audible(wrong.decision) === audible(decision)
        ? undefined
        : `At ${from.call.step} a locked entry can be told from a wrong one.`;
    },
  },
  {
    id: 'known-and-unknown-alike',
    rules: ['Z3', 'R5.2'],
    claim:
      'Known and unknown callers walk the same steps and hear the same words until the first thing only the real customer can pass.',
    onGraph: (exploration, release) => differencesHeard(exploration, release),
  },
  {
    id: 'nothing-left-of-another',
    rules: ['R5.2', 'R8'],
    claim:
      'A caller who says "that is not me", or is asked anew who they are, has nothing left of what was proved before.',
    onTransition({ from, occurrence, to }, release) {
      if (to?.call.proofs.customerId === undefined) return undefined;
      const asked = (node: Node) => release.flow.steps.get(node.call.step)?.meta.collect;
      const [before, after] = [asked(from), asked(to)];
      const denied =
        before?.kind === 'confirm' && before.of === 'identity' && occurrence.event.type === 'KEY.2';
      if (denied) return `What was proved is kept after a no at ${from.call.step}.`;
      return after?.kind === 'entry' && after.factor === 'identity'
        ? `${to.call.step} asks for an identity while another is still proved.`
        : undefined;
    },
  },
];
