import { readdir, readFile } from 'node:fs/promises';
import { setPriority } from 'node:os';

/** At most half of the usual processor share where other threads want it; all of it where none does. */
export const POOL_NICENESS = 10;
/** As libuv names the threads of its pool. */
const POOL_THREAD = 'libuv-worker';
const THREADS = '/proc/self/task';

/**
 * Lets the threads that compare PINs give way to the one that answers callers: under a storm of PINs a turn without one
 * would otherwise wait for the processor behind them. Answers how many threads there are; none where the system does
 * not tell (anything but Linux), and then nothing changes. Never throws.
 */
export async function lowerPoolPriority(): Promise<number> {
  let lowered = 0;
  try {
    // Read by the pool itself, whose threads are all started by its first work.
    for (const thread of await readdir(THREADS)) {
      if ((await readFile(`${THREADS}/${thread}/comm`, 'utf8')).trim() !== POOL_THREAD) continue;
      setPriority(Number(thread), POOL_NICENESS);
      lowered += 1;
    }
  } catch {
    // Not Linux, or not allowed: everything works, but PINs delay other turns more.
  }
  return lowered;
}
