import type { Release } from '../flow/release.ts';
import { SECOND } from '../platform/clock.ts';
import { decideOrFail, pathTo } from './explore.ts';
import type { Finding } from './finding.ts';
import type { Property } from './properties/property.ts';
import { MOMENT, type Occurrence } from './symbolic.ts';

/** What a script cannot make happen is told in a comment, so that the reader knows what to imagine. */
function assumption({ event, script }: Occurrence): string | undefined {
  if (script.length > 0) return undefined;
  switch (event.type) {
    case 'ANSWERED':
    case 'LISTED':
    case 'CLEAR':
    case 'STEP_UP':
    case 'SENT':
    case 'DONE':
      return undefined;
    case 'NOT_POSSIBLE':
      return `# Assume: the order is found impossible (${event.refusal}).`;
    default:
      return `# Assume: ${event.type} happens here.`;
  }
}

/** Whether the PIN of this way came from a number that is not known. */
function isFromNewNumber(occurrences: readonly Occurrence[]): boolean {
  return occurrences.some(
    ({ event }) =>
      event.type === 'PASSED' && event.passed.factor === 'pin' && event.passed.newNumber !== undefined,
  );
}

/**
 * The shortest way to a finding as a call script for `npm run phone -- --script`, with the rule and the property that
 * is broken; undefined where no call is needed to see it. The caller is the demo's first active customer.
 */
export function counterexampleScript(
  property: Property,
  finding: Finding,
  release: Release,
): string | undefined {
  if (!finding.at) return undefined;
  const occurrences = [...pathTo(finding.at), ...(finding.next ? [finding.next] : [])];
  const lines = [
    `# ${finding.says}`,
    `# Broken: ${property.id} (${property.rules.join(', ')}). ${property.claim}`,
    'customer state:active locale:zh-CN',
    `call from ${isFromNewNumber(occurrences) ? 'anonymous' : '{phone}'} to ${release.company.lines[0]?.number ?? '+861058880001'}`,
  ];
  for (const occurrence of occurrences) {
    const { at, script, taken } = occurrence;
    if (at > MOMENT && script.length > 0) lines.push(`wait ${Math.ceil((at - MOMENT) / SECOND)}s`);
    for (const [counter, count] of Object.entries(taken ?? {}))
      lines.push(`# Assume: "${counter}" has been counted ${count} times before, in other ways.`);
    const assumed = assumption(occurrence);
    if (assumed) lines.push(assumed);
    lines.push(...script);
  }
  const arrived = finding.next && decideOrFail(release, finding.at.call, finding.next).decision;
  if (arrived?.next.kind === 'reply' && arrived.next.reply.ending.kind === 'collect')
    lines.push(`expect step ${arrived.call.step}`);
  return `${lines.join('\n')}\n`;
}
