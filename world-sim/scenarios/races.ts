import { SECOND } from '../../src/platform/clock.ts';
import { EXACT, type Plan, type Press, pinFor } from '../callers.ts';
import type { World } from '../world.ts';
import { Barrier, type Place } from './barrier.ts';
import { call, guess, HANDS_OVER, LAST_KEY, PIN, strangersNumber } from './scenario-call.ts';

/** Continues at a step only after the other call has reached its own step. */
function barrierAt(step: string, place: Place, press: () => Press | Promise<Press>): NonNullable<Plan['at']> {
  let met = false;
  return async (at) => {
    if (met) return undefined;
    if (at === step) {
      met = true;
      await place.arrive();
      return press();
    }
    if (HANDS_OVER.has(at)) {
      met = true;
      place.leave();
    }
    return undefined;
  };
}

/** A freeze lands between the permission and the execution of an order, keyed as ** on a second call. */
export async function freezeAtTheLastKey(world: World): Promise<void> {
  const { random, population } = world;
  const person = population.someone(random);
  const barrier = new Barrier(2);
  const yes = { keys: '1', words: 'says yes at the last key' };
  const stars = { keys: '**', words: 'freezes' };
  const intent = random.pick(['transfer', 'repayment', 'loan_application'] as const);
  const order = barrier.hold((place) =>
    call(
      world,
      { person, actor: 'owner' },
      { manner: EXACT, intent, hasPhone: true, at: barrierAt(LAST_KEY, place, () => yes) },
    ),
  );
  // Before the PIN the freeze is provisional, after it full.
  const full = random.chance(0.5);
  const freeze = barrier.hold((place) =>
    call(
      world,
      { person, actor: 'owner', from: strangersNumber(world) },
      {
        manner: EXACT,
        intent: full ? 'repayment' : 'enquiry',
        hasPhone: true,
        at: barrierAt(full ? 'details.dueOrOther' : PIN, place, () => stars),
      },
    ),
  );
  await Promise.all([order, freeze]);
}

/** Two calls for the same customer at once: both right, one guessing, or both ordering. */
export async function twoAtOnce(world: World): Promise<void> {
  const { random, population } = world;
  const person = population.someone(random);
  const barrier = new Barrier(2);
  const intent = random.pick(['transfer', 'repayment', 'enquiry'] as const);
  const step = intent !== 'enquiry' && random.chance(0.5) ? LAST_KEY : PIN;
  const right = (): Press =>
    step === PIN
      ? { keys: pinFor(person, intent), words: 'keys the PIN' }
      : { keys: '1', words: 'says yes at the last key' };
  const thief = step === PIN && random.chance(0.5);
  await Promise.all([
    barrier.hold((place) =>
      call(
        world,
        { person, actor: 'owner' },
        { manner: EXACT, intent, hasPhone: true, at: barrierAt(step, place, right) },
      ),
    ),
    barrier.hold((place) =>
      call(
        world,
        { person, actor: thief ? 'attacker' : 'owner', from: strangersNumber(world) },
        {
          manner: EXACT,
          intent,
          hasPhone: !thief,
          at: barrierAt(step, place, thief ? () => guess(world) : right),
        },
      ),
    ),
  ]);
}

/** The caller hangs up while the last input is still being checked. */
export async function hangUpMeanwhile(world: World): Promise<void> {
  const { random, population } = world;
  const person = population.someone(random);
  const step = random.pick([PIN, 'code.entry', 'confirm.identity', LAST_KEY]);
  await call(
    world,
    { person, actor: 'owner' },
    {
      manner: EXACT,
      intent: random.pick(['transfer', 'repayment'] as const),
      hasPhone: true,
      at: async (at, line) => {
        if (at !== step) return undefined;
        const keys = at === PIN ? pinFor(person, 'transfer') : '1';
        void line.deliver(line.prepareKey(keys, 'keys and hangs up'));
        await world.events.wait(random.pick([0, 0, 1, SECOND]));
        return 'hang up';
      },
    },
  );
}
