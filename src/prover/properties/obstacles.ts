import type { OrderRefusal } from '../../actions/order-details.ts';
import { refusalOf } from '../../flow/events.ts';
import type { Release } from '../../flow/release.ts';
import { promptsSaid } from './observed.ts';
import type { Property } from './property.ts';

const metaOf = (release: Release, step: string) => release.flow.steps.get(step)?.meta;
const groupOf = (step: string) => step.split('.')[0];

/** The words for a reason that lies with the customer or the day, and not with the amount alone. */
const REASONS: { readonly [refusal in OrderRefusal]?: string } = {
  agreement_needed: 'order.agreement',
  cooling_off: 'order.coolingOff',
  day_total_reached: 'order.biometricDay',
  biometric_required: 'order.biometric',
};

/** Whether a step lists, or has the caller choose or key, what an order is about. */
function asksDetails(release: Release, step: string): boolean {
  const { collect, perform } = metaOf(release, step) ?? {};
  if (collect?.kind === 'entry') return collect.entry === 'amount' || collect.entry === 'newPhone';
  return collect?.kind === 'choice' || perform?.startsWith('list.') === true;
}

/** What is told before a caller keys an order in vain (E3.2). */
export const OBSTACLES_FIRST: readonly Property[] = [
  {
    id: 'obstacles-before-details',
    rules: ['E3.2'],
    claim:
      'Before a payee, an account, an amount or a number is asked for, it is asked whether anything stands in the way, and what does is the end of it.',
    onTransition({ from, to, occurrence }, release) {
      if (!to || !asksDetails(release, to.call.step)) return undefined;
      const { action } = to.call.flow.order ?? {};
      if (action === undefined || release.policy.actions[action].readBack !== true) return undefined;
      const { collect, perform } = metaOf(release, from.call.step) ?? {};
      if (perform === 'order.obstacles')
        return occurrence.event.type === 'CLEAR'
          ? undefined
          : `At ${from.call.step} something stands in the way, and ${to.call.step} asks on.`;
      // A change of an order, or of its amount, that had been asked about before.
      const again = perform === 'order.assess' || collect?.kind === 'confirm';
      return again || groupOf(from.call.step) === groupOf(to.call.step)
        ? undefined
        : `${from.call.step} leads to ${to.call.step} before it is asked what stands in the way.`;
    },
  },
  {
    id: 'reasons-are-told',
    rules: ['E3.2', 'E1.2', 'V2'],
    claim:
      'A caller who is refused for a reason that lies with them or the day hears that reason, before the details and after.',
    onTransition(transition) {
      const { from, occurrence, decision } = transition;
      const refusal = refusalOf(occurrence.event);
      const words = refusal && REASONS[refusal];
      if (words === undefined || !decision) return undefined;
      return promptsSaid(transition).includes(words)
        ? undefined
        : `At ${from.call.step} ${refusal?.replaceAll('_', ' ')} is refused without ${words}.`;
    },
  },
];
