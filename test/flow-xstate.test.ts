import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { type AnyStateMachine, assign, type StateValue, setup, transition } from 'xstate';
import { ACTIONS } from '../src/actions/catalogue.ts';
import type { Option } from '../src/actions/option.ts';
import type { Order } from '../src/actions/order.ts';
import { ORDER_REFUSALS } from '../src/actions/order-details.ts';
import type { Proofs } from '../src/assurance/levels.ts';
import { CODE_REFUSALS } from '../src/factors/code/code.ts';
import { act } from '../src/flow/act.ts';
import { type FlowContext, newContext } from '../src/flow/context.ts';
import type { FlowEvent } from '../src/flow/events.ts';
import { guardHolds } from '../src/flow/guards.ts';
import { createFlowMachine, moveFlow } from '../src/flow/machine.ts';
import { parseFlow } from '../src/flow/parse-flow.ts';
import type { MachineContext } from '../src/flow/transition.ts';
import {
  actionSchema,
  EVENT_TYPES,
  type EventType,
  type FlowAction,
  type FlowGuard,
  guardSchema,
} from '../src/flow/vocabulary.ts';
import { LANGUAGES } from '../src/locales/catalogue.ts';
import { parsePolicy } from '../src/policy/load.ts';

const flowText = readFileSync(new URL('../flows/hotline.yaml', import.meta.url), 'utf8');
const policyText = readFileSync(new URL('../flows/policy/default.yaml', import.meta.url), 'utf8');
const NOW = 1_000_000;

function shipped() {
  const flow = parseFlow(flowText);
  const policy = parsePolicy(policyText);
  assert.ok(flow.ok && policy.ok);
  return { definition: flow.definition, machine: createFlowMachine(flow.definition), policy: policy.policy };
}

/** The same definition run by XState: an independent reading of what a flow file means. */
function xstateMachine(definition: object): AnyStateMachine {
  type Given = { context: MachineContext; event: FlowEvent };
  const guards = Object.fromEntries(
    guardSchema.options.map(({ shape }) => [
      shape.type.value,
      ({ context, event }: Given, params: unknown) =>
        guardHolds({ type: shape.type.value, params } as FlowGuard, context, event),
    ]),
  );
  const actions = Object.fromEntries(
    actionSchema.options.map(({ shape }) => [
      shape.type.value,
      assign(({ context, event }: Given, params: unknown) =>
        act({ type: shape.type.value, params } as FlowAction, context, event),
      ),
    ]),
  );
  return setup({ guards, actions } as never).createMachine(definition as never) as unknown as AnyStateMachine;
}

const loan: Option = {
  kind: 'loan',
  id: 'l',
  lastFour: '0001',
  currency: 'CNY',
  outstandingMinor: 900_000,
  dueMinor: 5_000,
  dueOn: '2026-02-01',
};
const account: Option = { kind: 'account', id: 'a', lastFour: '0002', currency: 'CNY' };
const payee: Option = { kind: 'payee', id: 'p', lastFour: '0003', currency: 'CNY', name: 'P' };

const event = (type: EventType) =>
  fc.record({ pick: fc.nat(), many: fc.boolean() }).map(({ pick, many }): FlowEvent => {
    switch (type) {
      case 'CHOSE':
        return { type, index: 0 };
      case 'LANGUAGE_CHOSEN':
        return { type, language: LANGUAGES[pick % LANGUAGES.length] ?? 'zh-CN' };
      case 'LONE_KEY':
        return { type, key: String(pick % 10) };
      case 'ENTERED':
        return {
          type,
          entered: (
            [
              { kind: 'phone', phoneIndex: 'i' },
              { kind: 'amount', amountMinor: 2_000 },
              { kind: 'newPhone', number: '+8613800138000', contactIndex: 'c' },
            ] as const
          )[pick % 3] ?? { kind: 'phone', phoneIndex: 'i' },
        };
      case 'PASSED':
        return { type, passed: { factor: 'identity', customerId: 'x', at: NOW } };
      case 'LISTED': {
        const one = [loan, account, payee][pick % 3] ?? loan;
        return { type, options: pick % 4 === 0 ? [] : many ? [one, one] : [one] };
      }
      case 'NOT_POSSIBLE':
        return { type, refusal: ORDER_REFUSALS[pick % ORDER_REFUSALS.length] ?? 'cooling_off' };
      case 'SENT':
        return { type, codeId: 'c', hint: '4', sentAt: NOW, expiresAt: NOW + 1 };
      case 'UNAVAILABLE':
        return { type, reason: CODE_REFUSALS[pick % CODE_REFUSALS.length] ?? 'no_phone' };
      case 'REFUSED':
        return { type, reason: 'r' };
      case 'DONE':
        return { type, result: { receipt: '00000001', outstandingMinor: 1, accounts: [], loans: [] } };
      case 'QUEUE_LEFT':
        return { type, result: many ? 'answered' : 'full' };
      default:
        return { type } as FlowEvent;
    }
  });

const anyContext: fc.Arbitrary<FlowContext> = fc
  .record({
    action: fc.option(fc.constantFrom(...ACTIONS)),
    filled: fc.boolean(),
    count: fc.nat(3),
  })
  .map(({ action, filled, count }) => {
    const context = newContext('zh-CN');
    const counters = Object.fromEntries(
      Object.keys(context.counters).map((name) => [name, count]),
    ) as FlowContext['counters'];
    const order: Order | undefined =
      action === null ? undefined : { action, revision: 1, ...(filled ? { loanId: 'l', payeeId: 'p' } : {}) };
    return {
      ...context,
      counters,
      labels: { loan, payee, account },
      options: [loan],
      ...(order ? { order } : {}),
    };
  });
const anyEvent = fc.constantFrom(...EVENT_TYPES).chain(event);
const anyProofs: fc.Arbitrary<Proofs> = fc.constantFrom(
  { pins: {} },
  { customerId: 'x', identifiedAt: NOW, pins: {} },
  { customerId: 'x', identifiedAt: NOW, pins: { query: NOW } },
  { customerId: 'x', identifiedAt: NOW, pins: { transaction: NOW } },
);

/** Steps of XState's state value, as the flow names them. */
function stepName(value: StateValue): string {
  if (typeof value === 'string') return value;
  const [parent, child] = Object.entries(value)[0] ?? ['', ''];
  return `${parent}.${String(child)}`;
}

test('our own reading of a flow is XState’s, on random walks through the shipped flow', () => {
  const { definition, machine, policy } = shipped();
  const other = xstateMachine(definition);
  const starts = [...machine.steps.values()].filter((known) => !known.transient).map((known) => known.name);
  let taken = 0;
  const reached = new Set<string>();
  fc.assert(
    fc.property(
      fc.constantFrom(...starts),
      anyContext,
      fc.array(fc.tuple(anyEvent, anyProofs), { minLength: 1, maxLength: 40 }),
      (start, context, walk) => {
        let step = start;
        let flow = context;
        for (const [next, proofs] of walk) {
          const from = machine.steps.get(step);
          assert.ok(from);
          // Only what can happen at a step: outcomes are tied to operations and entries to what they collect.
          if (!from.handles.has(next.type)) continue;
          const moment = { policy, now: NOW, currency: 'CNY' } as const;
          const context: MachineContext = {
            flow,
            scope: { ...moment, step: from, proofs, speech: [], explained: false },
          };
          const [parent = '', child] = step.split('.');
          const before = other.resolveState({
            value: child === undefined ? parent : { [parent]: child },
            context,
          });
          let theirs: { value: StateValue; context: MachineContext } | 'threw';
          try {
            const [after] = transition(other, before, next);
            theirs = { value: after.value as StateValue, context: after.context as MachineContext };
          } catch {
            theirs = 'threw';
          }
          let ours: ReturnType<typeof moveFlow> | 'threw';
          try {
            ours = moveFlow(machine, { step, flow, proofs }, next, moment);
          } catch {
            ours = 'threw';
          }
          if (theirs === 'threw' || ours === 'threw') {
            assert.equal(ours, theirs);
            continue;
          }
          const { flow: theirFlow, scope } = theirs.context;
          assert.deepEqual(
            {
              step: ours.step,
              flow: ours.flow,
              proofs: ours.proofs,
              speech: ours.speech,
              explained: ours.explained,
              reason: ours.reason,
            },
            {
              step: stepName(theirs.value),
              flow: theirFlow,
              proofs: scope.proofs,
              speech: scope.speech,
              explained: scope.explained,
              reason: scope.reason,
            },
          );
          step = ours.step;
          flow = ours.flow;
          taken += 1;
          reached.add(step);
        }
      },
    ),
    { numRuns: 1_500 },
  );
  // A walk that never leaves the menu would prove little.
  assert.ok(taken > 3_000, `only ${taken} transitions were compared`);
  assert.ok(reached.size > 20, `only ${reached.size} steps were reached`);
});
