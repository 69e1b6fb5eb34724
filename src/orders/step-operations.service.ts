import type { Knex } from 'knex';
import { bindingOf, levelOf } from '../assurance/call-level.ts';
import type { GuardedSimDates } from '../customers/sim/sim-dates.ts';
import { sendCode } from '../factors/code/send-code.service.ts';
import { simData } from '../factors/sim-data.ts';
import { type FreezeDependencies, freezeDenied, freezeProved } from '../freeze/freeze-account.service.ts';
import { JURISDICTION_RULES } from '../jurisdictions/catalogue.ts';
import type { SpokenMoment } from '../locales/spoken-value.ts';
import { messageWords } from '../outbox/message-words.ts';
import { calendarDay, type Instant, timeOfDay } from '../platform/clock.ts';
import { assert } from '../platform/fault.ts';
import { assessOrder } from './assess.service.ts';
import { CarryOut, type CarryOutDependencies } from './carry-out.service.ts';
import { orderObstacles } from './obstacles.service.ts';
import { type OperationContext, type Operations, outcome, type Performed, stepEntry } from './operation.ts';
import { listingOperations } from './options.service.ts';
import { purposeOf } from './purpose.ts';

type StepDependencies = CarryOutDependencies &
  FreezeDependencies & {
    /** Undefined where no operator's feed is connected. */
    readonly simDates?: GuardedSimDates | undefined;
  };

/** Everything a step can perform on arrival, by the name the flow calls it by. */
export function stepOperations(dependencies: StepDependencies): Operations {
  const { bank } = dependencies;
  const carryOut = new CarryOut(dependencies);
  return {
    ...listingOperations(bank),
    'order.assess': {
      perform: (transaction, context) => assessOrder(transaction, dependencies, context),
      sends: false,
      changesCustomer: false,
    },
    'order.obstacles': {
      perform: (transaction, context) => orderObstacles(transaction, dependencies, context),
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
    'account.freezeDenied': {
      perform: (transaction, context) => freezeOther(transaction, dependencies, context),
      sends: true,
      changesCustomer: true,
    },
  };
}

async function sendOrderCode(
  transaction: Knex,
  dependencies: StepDependencies,
  context: OperationContext,
): Promise<Performed> {
  const { call, release, now } = context;
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
  const { sim } = sending;
  const known = sim ? [stepEntry('sim.checked', context, simData(sim, 'code', customerId))] : [];
  if (sending.kind === 'unavailable')
    return outcome({ type: 'UNAVAILABLE', reason: sending.reason }, ...known);
  if (sending.kind === 'limited') return outcome({ type: 'LIMITED', reason: sending.reason }, ...known);
  const { kind: _kind, sim: _sim, ...code } = sending;
  return outcome({ type: 'SENT', ...code }, ...known);
}

/** A moment as it is spoken where the customer is. */
function momentOf(at: Instant, timeZone: string, now: Instant): SpokenMoment {
  return {
    time: timeOfDay(at, timeZone),
    date: calendarDay(at, timeZone),
    today: calendarDay(now, timeZone),
  };
}

/** The moment of asking on the clock of the dialled line: the customer's own would tell that there is a customer (Z3). */
function askedOn({ dialled, now }: OperationContext, askedAt: Instant): SpokenMoment {
  return momentOf(askedAt, JURISDICTION_RULES[dialled].timeZone, now);
}

async function freeze(
  transaction: Knex,
  dependencies: StepDependencies,
  context: OperationContext,
): Promise<Performed> {
  const { call, release, now } = context;
  const proved = { proofs: call.proofs, level: levelOf(call, release.policy, now) };
  const askedAt = call.flow.freezeAskedAt ?? now;
  const order = { callId: call.id, askedAt, words: messageWords(release), now };
  const frozen = await freezeProved(transaction, dependencies, proved, order);
  const asked = askedOn(context, askedAt);
  if (!frozen.matched) return outcome({ type: 'DONE', asked }, stepEntry('account.freeze', context, frozen));
  const { everywhere, since, timeZone, ...recorded } = frozen;
  const core = everywhere ? 'answered' : 'untold';
  const entry = stepEntry('account.freeze', context, { ...recorded, askedAt, core });
  // Before a PIN the event is the same whether or not anybody was found (Z3).
  if (frozen.freeze === 'provisional') return outcome({ type: 'DONE', asked }, entry);
  const freeze = { everywhere, since: momentOf(since, timeZone, now) };
  return outcome({ type: 'DONE', asked, freeze }, entry);
}

async function freezeOther(
  transaction: Knex,
  dependencies: CarryOutDependencies,
  context: OperationContext,
): Promise<Performed> {
  const { call, release, now } = context;
  const { deniedCustomerId } = call.flow;
  assert(deniedCustomerId !== undefined, 'somebody was denied');
  const askedAt = call.flow.freezeAskedAt ?? now;
  const order = { callId: call.id, askedAt, words: messageWords(release), now };
  const frozen = await freezeDenied(transaction, dependencies, deniedCustomerId, order);
  const { everywhere: _told, since: _since, timeZone: _zone, ...recorded } = frozen;
  return outcome(
    { type: 'DONE', asked: askedOn(context, askedAt) },
    stepEntry('account.freeze', context, { ...recorded, askedAt, core: 'untold' }),
  );
}
