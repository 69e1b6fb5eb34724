import { assert } from '../src/platform/fault.ts';
import { type Sample, sampleOf } from './statistics.ts';

/** Does one thing that is measured; answers false when there is nothing left to do. */
export type Worker = () => Promise<boolean>;

/**
 * Lets every worker work without a pause and measures for so long. The window opens when as many things are done as
 * there are workers: before that, the first ones have not waited behind the others. What finishes after the window
 * is waited for and not counted.
 */
export async function drive(workers: readonly Worker[], windowMilliseconds: number): Promise<Sample> {
  const latencies: number[] = [];
  let done = 0;
  let opened = 0;
  let closes = Number.POSITIVE_INFINITY;
  let last = 0;
  const runs = workers.map(async (work) => {
    try {
      for (let began = performance.now(); began < closes; began = performance.now()) {
        if (!(await work())) return;
        const finished = performance.now();
        done += 1;
        if (done === workers.length) {
          opened = finished;
          closes = finished + windowMilliseconds;
        } else if (done > workers.length && finished <= closes) {
          latencies.push(finished - began);
          last = finished;
        }
      }
    } catch (error) {
      // One that fails makes the numbers worthless: the others stop after what they are at.
      closes = 0;
      throw error;
    }
  });
  const results = await Promise.allSettled(runs);
  for (const result of results) if (result.status === 'rejected') throw result.reason;
  assert(latencies.length > 0, 'something was finished within the window');
  const ranOut = performance.now() < closes;
  return sampleOf(latencies, ranOut ? last - opened : windowMilliseconds);
}
