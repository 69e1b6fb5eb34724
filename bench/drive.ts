import { assert } from '../src/platform/fault.ts';
import { type Cpu, cpuEach } from './cpu.ts';
import { type Sample, sampleOf } from './statistics.ts';

/** Does one thing that is measured; answers false when there is nothing left to do. */
export type Worker = () => Promise<boolean>;

/** Reads the CPU time used so far. */
export type ReadCpu = () => Cpu;

/** Below this a percentile says nothing; on a busy machine a short window waits for so many. */
const LEAST_COUNTED = 10;

/**
 * Lets every worker work without a pause and measures for so long. The window opens when as many things are done as
 * there are workers: before that, the first ones have not waited behind the others. It closes after its time, but not
 * before a few things are counted. What finishes later is waited for and not counted. The CPU time is that of all
 * that was done, the run-in included. `onClose` is called when nothing is counted any more.
 */
export async function drive(
  workers: readonly Worker[],
  windowMilliseconds: number,
  readCpu: ReadCpu,
  onClose: () => void = () => {},
): Promise<Sample> {
  const cpuBefore = readCpu();
  const latencies: number[] = [];
  let done = 0;
  let opened = 0;
  let last = 0;
  let closed = false;
  const close = (): void => {
    if (!closed) onClose();
    closed = true;
  };
  const count = (began: number, finished: number): void => {
    done += 1;
    if (done === workers.length) opened = finished;
    if (done <= workers.length || closed) return;
    const late = finished > opened + windowMilliseconds;
    if (!late || latencies.length < LEAST_COUNTED) {
      latencies.push(finished - began);
      last = finished;
    }
    if (late && latencies.length >= LEAST_COUNTED) close();
  };
  let ranOut = false;
  const runs = workers.map(async (work) => {
    try {
      while (!closed) {
        const began = performance.now();
        if (!(await work())) {
          ranOut = true;
          return;
        }
        count(began, performance.now());
      }
    } catch (error) {
      // One that fails makes the numbers worthless: the others stop after what they are at.
      close();
      throw error;
    }
  });
  const results = await Promise.allSettled(runs);
  close();
  for (const result of results) if (result.status === 'rejected') throw result.reason;
  assert(latencies.length > 0, 'something was finished within the window');
  // Shorter where the work ran out, longer where it was waited for.
  const ranFor = ranOut ? last - opened : Math.max(windowMilliseconds, last - opened);
  return sampleOf(latencies, ranFor, done, cpuEach(cpuBefore, readCpu(), done));
}
