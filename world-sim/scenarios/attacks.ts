import { DAY, HOUR, MINUTE, SECOND } from '../../src/platform/clock.ts';
import { EXACT, HONEST, type Plan, pinFor } from '../callers.ts';
import type { Hook } from '../carrier.ts';
import type { World } from '../world.ts';
import { Barrier, type Place } from './barrier.ts';
import { call, guess, HANDS_OVER, INTENTS, ownerCalls, PIN, strangersNumber } from './scenario-call.ts';

/** Guesses at the PIN step, up to `most` times, and waits at the barrier before each. */
function guessing(world: World, most: number, place?: Place): NonNullable<Plan['at']> {
  let guesses = 0;
  return async (step) => {
    const ends = HANDS_OVER.has(step) || (step === PIN && guesses >= most);
    if (ends) {
      place?.leave();
      return 'hang up';
    }
    if (step !== PIN) return undefined;
    guesses++;
    await place?.arrive();
    return guess(world);
  };
}

/** Several callers who know the identity guess in the same moment: from one number, from many, or from the customer's own. */
export async function guessAtOnce(world: World): Promise<void> {
  const { random, population } = world;
  const person = population.someone(random);
  const count = random.between(3, 12);
  const one = strangersNumber(world);
  const kind = random.pick(['one', 'many', 'own', 'mixed'] as const);
  const barrier = new Barrier(count);
  const intent = random.pick(['enquiry', 'transfer'] as const);
  await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const own = kind === 'own' || (kind === 'mixed' && index % 2 === 0);
      const from = own ? {} : { from: kind === 'one' ? one : strangersNumber(world) };
      await barrier.hold((place) =>
        call(
          world,
          { person, actor: 'attacker', ...from },
          { manner: EXACT, intent, hasPhone: false, at: guessing(world, 3, place) },
        ),
      );
    }),
  );
}

/** One guess at each of many customers. */
export async function spray(world: World): Promise<void> {
  const { random, population, events } = world;
  const from = strangersNumber(world);
  for (let victims = random.between(3, 10); victims > 0; victims--) {
    await call(
      world,
      { person: population.someone(random), from, actor: 'attacker' },
      {
        manner: EXACT,
        intent: random.pick(['enquiry', 'repayment'] as const),
        hasPhone: false,
        at: guessing(world, 1),
      },
    );
    await events.wait(random.between(SECOND, 5 * MINUTE));
  }
}

/** A day of guesses at one customer from many numbers, while the customer calls and must get through. */
export async function distributedGuessing(world: World): Promise<void> {
  const { random, population, events } = world;
  const person = population.someone(random);
  const spoofs = random.chance(0.3);
  const strangers = Array.from({ length: random.between(8, 16) }, async () => {
    await events.wait(random.between(0, DAY));
    const from = spoofs && random.chance(0.3) ? {} : { from: strangersNumber(world) };
    await call(
      world,
      { person, actor: 'attacker', ...from },
      { manner: EXACT, intent: 'enquiry', hasPhone: false, at: guessing(world, random.between(1, 3)) },
    );
  });
  const owner = Array.from({ length: 3 }, async () => {
    await events.wait(random.between(HOUR, DAY));
    await call(world, { person, actor: 'owner' }, { manner: EXACT, intent: 'enquiry', hasPhone: true });
  });
  await Promise.all([...strangers, ...owner]);
}

/** A thief knows identity and PIN but has no phone: guesses codes, while the owner may call too. */
export async function thiefWithPin(world: World): Promise<void> {
  const { random, population, events } = world;
  const person = population.someone(random);
  const from = random.chance(0.5) ? {} : { from: strangersNumber(world) };
  const thief = call(
    world,
    { person, actor: 'attacker', ...from },
    {
      manner: EXACT,
      intent: random.pick(['transfer', 'contact_change', 'loan_application'] as const),
      hasPhone: false,
    },
  );
  await events.wait(random.between(0, MINUTE));
  await Promise.all([thief, ...(random.chance(0.6) ? [ownerCalls(world, HONEST, person)] : [])]);
}

/** Sends webhooks that the carrier did not sign, on a call in progress. */
export async function forger(world: World): Promise<void> {
  const { random, population, carrier } = world;
  const person = population.someone(random);
  const forge = (hook: Hook): Hook => {
    const { 'X-Twilio-Signature': signature = '', ...headers } = hook.request.headers;
    const wrong = {
      none: {},
      garbled: { 'X-Twilio-Signature': 'x'.repeat(28) },
      moved: { 'X-Twilio-Signature': signature },
    };
    const kind = random.pick(['none', 'garbled', 'moved'] as const);
    // A signature over other bytes is not valid.
    const body = kind === 'moved' ? `${hook.request.body}&Forged=1` : hook.request.body;
    return {
      ...hook,
      actor: 'attacker',
      forged: true,
      words: `forges: ${kind}`,
      request: { ...hook.request, body, headers: { ...headers, ...wrong[kind] } },
    };
  };
  await call(
    world,
    { person, actor: 'owner' },
    {
      manner: HONEST,
      intent: random.weighted(INTENTS),
      hasPhone: true,
      at: async (_step, line) => {
        if (random.chance(0.5))
          void carrier.send(forge(line.prepareKey(pinFor(person, 'transfer'), 'forges')));
        if (line.lastHook && random.chance(0.3)) void carrier.send(forge(line.lastHook));
        return undefined;
      },
    },
  );
}

/** Two different inputs on one step token: at most one is compared. */
export async function twoEntriesAtOnce(world: World): Promise<void> {
  const { random, population, carrier } = world;
  const person = population.someone(random);
  const from = random.chance(0.5) ? {} : { from: strangersNumber(world) };
  await call(
    world,
    { person, actor: 'attacker', ...from },
    {
      manner: EXACT,
      intent: 'transfer',
      hasPhone: false,
      at: async (step, line) => {
        if (HANDS_OVER.has(step)) return 'hang up';
        if (step !== PIN && step !== 'code.entry') return undefined;
        for (let others = random.between(1, 3); others > 0; others--)
          void carrier.send(line.prepareKey(random.digits(6), 'guesses beside'));
        return step === PIN && random.chance(0.5)
          ? { keys: pinFor(person, 'transfer'), words: 'keys the PIN' }
          : guess(world);
      },
    },
  );
}
