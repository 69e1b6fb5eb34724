import { bindingOf } from '../../assurance/call-level.ts';
import { isBound } from '../representative.ts';
import { missingAtCarryOut } from '../symbolic.ts';
import { speechOf } from './observed.ts';
import type { Property } from './property.ts';

/** What a caller hears only once a PIN has passed: everything that belongs to a customer (Z2). */
const PERSONAL: ReadonlySet<string> = new Set([
  'formOfAddress',
  'idLastFour',
  'phoneLastFour',
  'hint',
  'payee',
  'payeeLastFour',
  'accountLastFour',
  'loanLastFour',
  'balance',
  'outstanding',
  'due',
  'dueOn',
  'receipt',
]);

/** What is proved before anything is carried out, sent or told. */
export const LEVELS: readonly Property[] = [
  {
    id: 'level-at-execution',
    rules: ['R6.1', 'R7.1', 'Z8'],
    claim: 'Nothing is carried out below the level it takes, at the moment it is carried out.',
    onTransition({ to }, release) {
      if (!to || release.flow.steps.get(to.call.step)?.meta.perform !== 'order.carryOut') return undefined;
      const missing = missingAtCarryOut(release, to.call);
      if (missing === undefined || missing.startsWith('confirmation')) return undefined;
      return `${to.call.flow.order?.action ?? 'an order'} would be carried out with ${missing.replaceAll('_', ' ')}.`;
    },
  },
  {
    id: 'confirmed-before-execution',
    rules: ['R8'],
    claim:
      'Nothing is carried out before the caller has said yes to who they are and, for money, to amount and payee.',
    onTransition({ to }, release) {
      if (!to || release.flow.steps.get(to.call.step)?.meta.perform !== 'order.carryOut') return undefined;
      const missing = missingAtCarryOut(release, to.call);
      return missing?.startsWith('confirmation')
        ? `${to.call.flow.order?.action ?? 'an order'} would be carried out without the final yes.`
        : undefined;
    },
  },
  {
    id: 'confirmed-identity-falls-with-proofs',
    rules: ['R8', 'Z3'],
    claim:
      'A yes to who they are is kept only with the identity and a PIN it was said to: no longer than they are, and for nobody else.',
    onTransition({ from, to }) {
      const kept = to?.call.proofs;
      if (kept?.identityConfirmedAt === undefined) return undefined;
      const before = from.call.proofs;
      const isSame = kept.customerId !== undefined && kept.customerId === before.customerId;
      const hasPin = kept.pins.query !== undefined || kept.pins.transaction !== undefined;
      return isSame && hasPin
        ? undefined
        : 'A yes to who they are is kept although what it was said to is not proved any more.';
    },
  },
  {
    id: 'step-up-serves-one-order',
    rules: ['R7.1', 'R8'],
    claim:
      'A one-time code and a confirmation serve one order only, and are gone once it has been carried out or changed.',
    onTransition({ from, occurrence, to }, release) {
      if (!to || !isBound(to.call)) return undefined;
      const binding = bindingOf(to.call);
      const { code, confirmation } = to.call.proofs;
      const kept = [code?.binding, confirmation?.binding].some((bound) => bound !== undefined);
      const done =
        occurrence.event.type === 'DONE' &&
        release.flow.steps.get(from.call.step)?.meta.perform === 'order.carryOut';
      if (done && kept) return 'What was proved for an order is still good after it was carried out.';
      const stale = [code?.binding, confirmation?.binding].some(
        (bound) => bound !== undefined && bound !== binding,
      );
      return stale ? 'What was proved for one order is kept for another.' : undefined;
    },
  },
  {
    id: 'code-only-after-pin',
    rules: ['R7.1', 'R7.2', 'Z2'],
    claim: 'A one-time code is sent only for a complete order of a caller whose transaction PIN has passed.',
    onTransition({ to }, release) {
      if (!to || release.flow.steps.get(to.call.step)?.meta.perform !== 'code.send') return undefined;
      const { proofs, flow } = to.call;
      if (proofs.customerId === undefined || proofs.pins.transaction === undefined)
        return 'A code would be sent before the transaction PIN has passed.';
      return flow.order === undefined ? 'A code would be sent for no order.' : undefined;
    },
  },
  {
    id: 'nothing-personal-below-pin',
    rules: ['Z1', 'Z2', 'R11.2'],
    claim: 'Nothing that belongs to a customer is spoken before a PIN has passed.',
    onTransition({ from, to, decision }) {
      const proved = [from, to].some(
        (node) =>
          node &&
          (node.call.proofs.pins.query !== undefined || node.call.proofs.pins.transaction !== undefined),
      );
      if (proved) return undefined;
      const told = speechOf(decision).find(({ values }) =>
        Object.keys(values ?? {}).some((name) => PERSONAL.has(name)),
      );
      return told && `${told.prompt} is spoken to somebody who has not keyed a PIN.`;
    },
  },
];
