import type { Policy } from '../policy/policy.ts';
import type { SourcePressure } from './sources.store.ts';

/**
 * How long a source is kept waiting before each prompt that asks for a secret, in seconds (policy "source"): from so many
 * people named without proof in an hour, or from more in a day than a household or a small office has. Pure.
 */
export function slowdownSeconds({ lastHour, lastDay }: SourcePressure, { source }: Policy): number {
  return lastHour >= source.slowFromFailures || lastDay >= source.customersPerDay ? source.slowSeconds : 0;
}
