import type { Knex } from 'knex';
import { bindingOf, levelOf } from '../assurance/call-level.ts';
import { sendCode } from '../factors/code/send-code.service.ts';
import type { FlowEvent } from '../flow/events.ts';
import { freezeProved } from '../freeze/freeze-account.service.ts';
import { messageWords } from '../outbox/message-words.ts';
import { assert } from '../platform/fault.ts';
import { assessOrder } from './assess.service.ts';
import { CarryOut, type CarryOutDependencies } from './carry-out.service.ts';
import { type OperationContext, type Operations, outcome, type Performed, stepEntry } from './operation.ts';
import { listingOperations } from './options.service.ts';
import { purposeOf } from './purpose.ts';

/** Everything a step can perform on arrival, by the name the flow calls it by. */
export function stepOperations(dependencies: CarryOutDependencies): Operations {
  const { bank } = dependencies;
  const carryOut = new CarryOut(dependencies);
  return {
    ...listingOperations(bank),
    'order.assess': {
      perform: (transaction, context) => assessOrder(transaction, bank, context),
      sends: false,
      changesCustomer: false,
    },
    'order.carryOut': {
      perform: (transaction, context) => carryOut.perform(transaction, context),
      sends: true,
      changesCustomer: true,
    },
    'code.send': {
      perform: (transaction, context) => sendOrderCode(transaction, dependencies, context),
      sends: true,
      changesCustomer: false,
    },
    'account.freeze': {
      perform: (transaction, context) => freeze(transaction, dependencies, context),
      sends: true,
      changesCustomer: true,
    },
  };
}

async function sendOrderCode(
  transaction: Knex,
  dependencies: CarryOutDependencies,
  { call, release, now }: OperationContext,
): Promise<Performed> {
  const { order, labels } = call.flow;
  const { customerId } = call.proofs;
  const binding = bindingOf(call);
  assert(
    order && customerId !== undefined && binding !== undefined,
    'a code is for an order of a known customer',
  );
  const sending = await sendCode(transaction, dependencies, {
    customerId,
    callId: call.id,
    binding,
    purpose: purposeOf(order, labels),
    words: messageWords(release),
    policy: release.policy,
    now,
  });
  if (sending.kind === 'unavailable') return outcome({ type: 'UNAVAILABLE', reason: sending.reason });
  if (sending.kind === 'limited') return outcome({ type: 'LIMITED', reason: sending.reason });
  const { kind: _kind, ...code } = sending;
  return outcome({ type: 'SENT', ...code });
}

async function freeze(
  transaction: Knex,
  dependencies: CarryOutDependencies,
  context: OperationContext,
): Promise<Performed> {
  const { call, release, now } = context;
  const proved = { proofs: call.proofs, level: levelOf(call, release.policy, now) };
  const order = { callId: call.id, words: messageWords(release), now };
  const frozen = await freezeProved(transaction, dependencies, proved, order);
  const done: FlowEvent = { type: 'DONE' };
  return outcome(done, stepEntry('account.freeze', context, { ...frozen }));
}
