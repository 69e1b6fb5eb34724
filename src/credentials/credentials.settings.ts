import type { SettingsReader, SettingsTable } from '../platform/settings.ts';

type CredentialsSetting = 'ARGON2_CONCURRENCY' | 'ARGON2_QUEUE' | 'UV_THREADPOOL_SIZE';

/** One thread of libuv's four stays with files and name resolution. */
const MOST_DEFAULT_CONCURRENCY = 3;
const MOST_CONCURRENCY = 64;
/** At 40 ms each and one at a time the last of these waits 5 s: the carrier gives up after 15. */
const DEFAULT_QUEUE = 128;
const MOST_QUEUE = 1024;
/** libuv's own default. */
const DEFAULT_THREADS = 4;
const MOST_THREADS = 1024;

export const CREDENTIALS_SETTINGS: SettingsTable<CredentialsSetting> = {
  heading: 'PIN comparison',
  settings: [
    {
      name: 'ARGON2_CONCURRENCY',
      standard: `one less than there are cores, at most ${MOST_DEFAULT_CONCURRENCY}`,
      what: 'PINs compared at once; a core stays with the thread that answers',
      more: 'It must be below UV_THREADPOOL_SIZE.',
    },
    {
      name: 'ARGON2_QUEUE',
      standard: String(DEFAULT_QUEUE),
      what: 'how many more may wait; the next one hears that the line is busy, and no attempt is charged',
    },
    {
      name: 'UV_THREADPOOL_SIZE',
      standard: String(DEFAULT_THREADS),
      what: 'threads of Node that PIN comparison and name resolution share; Node itself reads it at its start',
    },
  ],
};

/** How many PINs are compared at once, and how many may wait. */
export interface PinComparisonLimits {
  readonly concurrency: number;
  readonly queueLimit: number;
}

/** Reads the limits of PIN comparison. `cores`: how many this machine has; one stays with the thread that answers callers. */
export function readPinComparison(
  reader: SettingsReader<CredentialsSetting>,
  cores: number,
): PinComparisonLimits {
  const concurrency =
    reader.whole('ARGON2_CONCURRENCY', 1, MOST_CONCURRENCY) ??
    Math.min(Math.max(cores - 1, 1), MOST_DEFAULT_CONCURRENCY);
  const queueLimit = reader.whole('ARGON2_QUEUE', 0, MOST_QUEUE) ?? DEFAULT_QUEUE;
  const threads = reader.whole('UV_THREADPOOL_SIZE', 1, MOST_THREADS) ?? DEFAULT_THREADS;
  if (concurrency >= threads)
    reader.problems.push(
      `ARGON2_CONCURRENCY (${concurrency}) must be below UV_THREADPOOL_SIZE (${threads}): name resolution shares those threads; lower the one or raise the other.`,
    );
  return { concurrency, queueLimit };
}
