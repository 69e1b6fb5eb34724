import { CLUMSY, HONEST, SLOW } from '../callers.ts';
import type { World } from '../world.ts';
import {
  distributedGuessing,
  forger,
  guessAtOnce,
  spray,
  thiefWithPin,
  twoEntriesAtOnce,
} from './attacks.ts';
import { wantsFreeze } from './freezes.ts';
import { freezeAtTheLastKey, hangUpMeanwhile, twoAtOnce } from './races.ts';
import { ownerCalls } from './scenario-call.ts';

/** How often each scenario happens, by weight. A scenario is one call, or several that belong together. */
const WEIGHTS = {
  ownerCalls: 560,
  clumsyOwner: 120,
  slowOwner: 50,
  guessAtOnce: 30,
  spray: 25,
  distributedGuessing: 6,
  thiefWithPin: 30,
  freezeAtTheLastKey: 30,
  twoAtOnce: 30,
  forger: 30,
  twoEntriesAtOnce: 20,
  hangUpMeanwhile: 30,
  wantsFreeze: 40,
} as const;
type ScenarioName = keyof typeof WEIGHTS;

/** Begins a scenario that the seed chooses; resolves when all its calls have ended. */
export function beginScenario(world: World): Promise<unknown> {
  const name = world.random.weighted(WEIGHTS);
  world.log.record('scenario', name);
  return SCENARIOS[name](world);
}

const SCENARIOS: { readonly [name in ScenarioName]: (world: World) => Promise<unknown> } = {
  ownerCalls: (world) => ownerCalls(world, HONEST),
  clumsyOwner: (world) => ownerCalls(world, CLUMSY),
  slowOwner: (world) => ownerCalls(world, SLOW),
  guessAtOnce,
  spray,
  distributedGuessing,
  thiefWithPin,
  freezeAtTheLastKey,
  twoAtOnce,
  forger,
  twoEntriesAtOnce,
  hangUpMeanwhile,
  wantsFreeze,
};
