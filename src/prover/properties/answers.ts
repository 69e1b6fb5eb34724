import { ACTION_CATALOGUE } from '../../actions/catalogue.ts';
import type { Order } from '../../actions/order.ts';
import { speechOf } from './observed.ts';
import type { Property } from './property.ts';

/** What must be read back of an order before the last yes (R8). */
function readBackOf({ action }: Order): readonly string[] {
  return ACTION_CATALOGUE[action].readBack?.must ?? [];
}

/** What every answer says, and how. */
export const ANSWERS: readonly Property[] = [
  {
    id: 'read-back-cannot-be-cut-short',
    rules: ['R8'],
    claim: 'Amount and payee are read back before the last yes, and a key press does not cut them short.',
    onTransition({ from, to, decision, occurrence }, release) {
      if (!to || !decision) return undefined;
      const { collect } = release.flow.steps.get(to.call.step)?.meta ?? {};
      const { order } = to.call.flow;
      if (collect?.kind !== 'confirm' || collect.of !== 'order' || !order) return undefined;
      // Between two stars nothing may stand that takes no keys (V8); what was read back on arriving has been heard.
      if (occurrence.event.type === 'STAR' && from.call.step === to.call.step) return undefined;
      // Where the languages are offered there is no yes to say; it is read back once one is chosen.
      if (to.call.flow.languageMenu !== undefined) return undefined;
      const names = new Set(
        speechOf(decision)
          .filter(({ bargeIn }) => bargeIn !== undefined)
          .flatMap(({ values }) => Object.keys(values ?? {})),
      );
      const missing = readBackOf(order).find((name) => !names.has(name));
      return missing === undefined
        ? undefined
        : `${missing} is not read back in full at ${to.call.step} (after ${occurrence.event.type}).`;
    },
  },
  {
    id: 'never-silent',
    rules: ['R3', 'R12.1', 'R13.2'],
    claim: 'Every answer says something, and every value it speaks is known.',
    onTransition({ from, occurrence, decision, failure }) {
      if (failure !== undefined)
        return `At ${from.call.step}, ${occurrence.event.type} cannot be decided: ${failure}.`;
      if (decision?.next.kind !== 'reply') return undefined;
      return speechOf(decision).length > 0
        ? undefined
        : `At ${from.call.step}, ${occurrence.event.type} is answered with silence.`;
    },
  },
  {
    id: 'explained-before-asked',
    rules: ['R13.2'],
    claim: 'Every secret and every piece of personal data that is asked for can be explained by key 9.',
    onRelease: ({ flow }) =>
      [...flow.steps.values()]
        .filter(({ meta }) => meta.collect?.kind === 'entry' && meta.explain === undefined)
        .map(({ name }) => ({ says: `${name} asks for something and has no explanation.` })),
  },
];
