import { MINUTE } from '../../src/platform/clock.ts';
import { EXACT, type Press } from '../callers.ts';
import { ENDING, HOLD, OUTAGE_QUEUE, QUEUE } from '../simulated-call.ts';
import type { World } from '../world.ts';
import { call, INTENTS, otherNumber } from './scenario-call.ts';

/** A core that was out, and requests that were queued while the store was, are dealt with by then. */
const UNTIL_CARRIED_OUT = 30 * MINUTE;
const STARS = '**';
/** The most keys before the caller thinks of freezing. */
const LATEST = 14;

/** `**` where the call stands: at a step, while holding, beside words, or in a queue. */
function stars(step: string, world: World): Press {
  const words = 'asks for a freeze';
  if (step === ENDING) return { keys: STARS, words, beside: 'words' };
  if (step === QUEUE || step === OUTAGE_QUEUE)
    return { keys: STARS, words, beside: world.random.chance(0.5) ? 'words' : 'queue' };
  return { keys: STARS, words };
}

/**
 * A customer who keys ** somewhere in a call, from any number or none, and then the identity rightly where it is asked for;
 * once more wherever the line puts them off. Whatever stood in the way, the account is frozen in the end (invariant 41).
 */
export async function wantsFreeze(world: World): Promise<void> {
  const { random, population, events, checks, calls } = world;
  const person = population.someone(random);
  const from = random.chance(0.5) ? {} : { from: otherNumber(world) };
  const asksAfter = random.between(0, LATEST);
  let presses = 0;
  let asked = 0;
  /** The identity was keyed after **, and the flow itself has answered it. */
  let identified = false;
  let keysIdentity = false;
  await call(
    world,
    { person, actor: 'owner', ...from },
    {
      manner: EXACT,
      intent: random.weighted(INTENTS),
      hasPhone: true,
      at: async (step, line) => {
        // Answered by the flow, not by the words of an outage or a hold.
        if (keysIdentity && step !== HOLD && step !== OUTAGE_QUEUE) identified = step !== 'identity.id';
        keysIdentity = false;
        if (identified) return 'hang up';
        presses++;
        if (presses <= asksAfter) return undefined;
        if (asked > 0 && step === 'identity.id') keysIdentity = true;
        if (asked > 0 && (step === 'identity.phone' || step === 'identity.id' || step === HOLD))
          return undefined;
        asked++;
        if (asked > 6) return 'hang up';
        await events.wait(random.between(0, 5_000));
        return line.isOver ? undefined : stars(step, world);
      },
    },
  );
  if (!identified) return;
  await events.wait(UNTIL_CARRIED_OUT);
  checks.hold(
    41,
    calls.isFrozen(person.id),
    () => `${person.id} asked for a freeze, was identified, and is not frozen`,
  );
}
