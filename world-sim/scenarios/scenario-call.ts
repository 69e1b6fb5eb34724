import { converse, type Intent, type Manner, type Plan, type Press } from '../callers.ts';
import type { Person } from '../population.ts';
import type { Actor } from '../request.ts';
import { DIALLED, OUTAGE_QUEUE, QUEUE, SimulatedCall } from '../simulated-call.ts';
import type { World } from '../world.ts';

/** How often an owner calls for each intent, by weight. */
export const INTENTS: { readonly [intent in Intent]: number } = {
  enquiry: 30,
  recent_transactions: 5,
  repayment: 15,
  transfer: 35,
  loan_application: 6,
  contact_change: 4,
  freeze: 1,
  hours: 4,
};

/** The step that asks for a PIN. */
export const PIN = 'pin.entry';
/** The step whose key carries the order out. */
export const LAST_KEY = 'confirm.order';
/** Steps at which the call is handed to a person. */
export const HANDS_OVER: ReadonlySet<string> = new Set([QUEUE, OUTAGE_QUEUE]);

/** Returns a number that belongs to no customer of the bank. */
export function strangersNumber(world: World): string {
  return `+86139${world.random.digits(8)}`;
}

interface Caller {
  readonly person: Person;
  readonly from?: string;
  readonly actor: Actor;
}

function lineFor(world: World, { person, from, actor }: Caller): SimulatedCall {
  const { carrier, random, events } = world;
  return new SimulatedCall({
    carrier,
    random,
    events,
    from: from ?? person.e164,
    to: DIALLED[person.locale],
    actor,
  });
}

/** Plays one call and counts it. */
export async function call(world: World, caller: Caller, plan: Omit<Plan, 'person'>): Promise<SimulatedCall> {
  world.stats.calls++;
  const line = lineFor(world, caller);
  await converse(line, { person: caller.person, ...plan }, world);
  return line;
}

/** What a network says instead of a number, and what is no telephone number. */
const NO_NUMBER = ['anonymous', 'Restricted', '+266696687', '', 'sip:pbx@office.example', 'client:teller'];

/** A number that belongs to no customer, or none at all. */
export function otherNumber(world: World): string {
  return world.random.chance(0.4) ? world.random.pick(NO_NUMBER) : strangersNumber(world);
}

/** One call of a customer, now and then from another number than their own. */
export async function ownerCalls(
  world: World,
  manner: Manner,
  person = world.population.someone(world.random),
): Promise<void> {
  const { random } = world;
  const from = random.chance(0.12) ? { from: otherNumber(world) } : {};
  await call(
    world,
    { person, actor: 'owner', ...from },
    { manner, intent: random.weighted(INTENTS), hasPhone: true },
  );
}

/** Returns the keys of a guessed PIN. */
export function guess(world: World): Press {
  return { keys: world.random.digits(6), words: 'guesses a PIN' };
}
