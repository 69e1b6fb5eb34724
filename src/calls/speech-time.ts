import type { Release } from '../flow/release.ts';
import { SECOND } from '../platform/clock.ts';
import type { Reply } from '../speech/reply.ts';
import { spokenSeconds } from '../speech/spoken.ts';

/** An estimate of how long a reply is spoken, pauses included, in milliseconds: a caller who listens is not idle. Pure. */
export function speechMilliseconds(
  { speech, language, pauseSeconds = 0 }: Reply,
  { prompts }: Release,
): number {
  const seconds = speech.reduce((total, item) => {
    const spokenIn = item.language ?? language;
    return total + spokenSeconds(prompts.text(item, spokenIn), spokenIn);
  }, pauseSeconds);
  return Math.ceil(seconds * SECOND);
}
