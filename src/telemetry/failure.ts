import { Fault } from '../platform/fault.ts';
import type { Attributes } from './events.ts';

const OWN_FRAME = /\b((?:src|db)\/[a-z/.-]+\.ts):([0-9]{1,4})\b/;

/**
 * What may be said of an error outside the process: its kind, class, code and the line of ours it came from. Its
 * message may hold what a caller keyed (drivers quote values) and is left out (invariant 15). Never throws.
 */
export function describeFailure(error: unknown): Attributes<'fault' | 'error' | 'code' | 'origin'> {
  if (!(error instanceof Error)) return { fault: 'bug' };
  const root = error instanceof Fault && error.cause instanceof Error ? error.cause : error;
  const frame = OWN_FRAME.exec(root.stack?.slice(root.stack.indexOf('\n')) ?? '');
  const code = 'code' in root && typeof root.code === 'string' ? root.code : undefined;
  return {
    fault: error instanceof Fault ? error.kind : 'bug',
    error: root.constructor.name,
    code,
    origin: frame ? `${frame[1]}:${frame[2]}` : undefined,
  };
}
