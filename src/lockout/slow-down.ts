import type { Policy } from '../policy/policy.ts';

/** How long a source with this many unconfirmed attempts is kept waiting before each prompt, in seconds (policy "source"). */
export function slowdownSeconds(unconfirmed: number, policy: Policy): number {
  return unconfirmed >= policy.source.slowFromFailures ? policy.source.slowSeconds : 0;
}
