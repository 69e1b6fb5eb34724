import { assert } from '../src/platform/fault.ts';
import { type Sample, sampleOf } from './statistics.ts';

/** Does one thing that is measured; answers false when there is nothing left to do. */
export type Worker = () => Promise<boolean>;

/** The CPU time a process has used, in milliseconds. */
export type ReadCpu = () => Promise<number>;

/** Below this a percentile says nothing; on a busy machine a short window waits for so many. */
const LEAST_COUNTED = 10;

/**
 * Lets every worker work without a pause and measures for so long. The window opens when as many things are done as
 * there are workers: before that, the first ones have not waited behind the others. It closes after its time, but not
 * before a few things are counted. What finishes later is waited for and not counted. The CPU time is that of all
 * that was done, the run-in included.
 */
export async function drive(
  workers: readonly Worker[],
  windowMilliseconds: number,
  readCpu: ReadCpu,
): Promise<Sample> {
  const cpuBefore = await readCpu();
  const latencies: number[] = [];
  let done = 0;
  let opened = 0;
  let last = 0;
  let closed = false;
  const count = (began: number, finished: number): void => {
    done += 1;
    if (done === workers.length) opened = finished;
    if (done <= workers.length || closed) return;
    const late = finished > opened + windowMilliseconds;
    if (!late || latencies.length < LEAST_COUNTED) {
      latencies.push(finished - began);
      last = finished;
    }
    closed = late && latencies.length >= LEAST_COUNTED;
  };
  const runs = workers.map(async (work) => {
    try {
      while (!closed) {
        const began = performance.now();
        if (!(await work())) return;
        count(began, performance.now());
      }
    } catch (error) {
      // One that fails makes the numbers worthless: the others stop after what they are at.
      closed = true;
      throw error;
    }
  });
  const results = await Promise.allSettled(runs);
  for (const result of results) if (result.status === 'rejected') throw result.reason;
  assert(latencies.length > 0, 'something was finished within the window');
  // Shorter where the work ran out, longer where it was waited for.
  const ranFor = closed ? Math.max(windowMilliseconds, last - opened) : last - opened;
  return sampleOf(latencies, ranFor, ((await readCpu()) - cpuBefore) / done);
}
