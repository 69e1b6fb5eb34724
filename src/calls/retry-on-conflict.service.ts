import { Fault } from '../platform/fault.ts';
import type { Answer } from './calls-port.ts';
import { ConcurrentTurnError } from './turn.service.ts';

/** Two webhooks of one call at once are rare; three conflicts in a row are no coincidence. */
const TRIES_PER_TURN = 3;

/** Runs a turn again where another turn of its call committed first. Throws Fault(conflict) after the last try. */
export async function retryOnConflict<Answered extends Answer | undefined>(
  problem: string,
  run: () => Promise<Answered>,
): Promise<Answered> {
  for (let tries = 0; tries < TRIES_PER_TURN; tries++) {
    try {
      return await run();
    } catch (error) {
      if (!(error instanceof ConcurrentTurnError)) throw error;
    }
  }
  throw new Fault('conflict', problem);
}
