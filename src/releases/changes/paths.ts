import { ACTION_CATALOGUE, ACTIONS, type ActionName } from '../../actions/catalogue.ts';
import type { CallState } from '../../calls/call.ts';
import type { Release } from '../../flow/release.ts';
import { type EventType, isFreezeOperation } from '../../flow/vocabulary.ts';
import { decideOrFail } from '../../prover/explore.ts';
import { keyOf } from '../../prover/representative.ts';
import { firstCall, type Occurrence, occurrencesAt } from '../../prover/symbolic.ts';
import { type Change, change, sameValue } from './change.ts';

/** What a caller wants done; a large loan takes another way than a small one. */
type Errand = ActionName | `large ${ActionName}`;

/** What happens to a caller who does everything right. */
const GOING_WELL: ReadonlySet<EventType> = new Set([
  'ANSWERED',
  'KEY.1',
  'KEY.2',
  'KEY.3',
  'KEY.4',
  'KEY.5',
  'KEY.6',
  'CHOSE',
  'ENTERED',
  'PASSED',
  'LISTED',
  'CLEAR',
  'STEP_UP',
  'SENT',
  'DONE',
]);

/** A caller with several loans, payees and accounts is asked for all that can be asked. */
function goesWell({ event }: Occurrence): boolean {
  return GOING_WELL.has(event.type) && (event.type !== 'LISTED' || event.options.length > 1);
}

/** Whether a large one takes more than a small one. */
function drawsLine({ policy }: Release, action: ActionName): boolean {
  return policy.actions[action].levelWhenLarge !== undefined;
}

function errandOf({ flow: { order } }: CallState, release: Release): Errand | undefined {
  if (!order) return undefined;
  const { action, amountMinor, currency } = order;
  if (amountMinor === undefined || !drawsLine(release, action)) return action;
  return amountMinor >= release.policy.amounts.largeLoanFrom[currency ?? 'CNY'] ? `large ${action}` : action;
}

interface Visit {
  readonly call: CallState;
  /** The steps at which the caller had to key something, first to last. */
  readonly steps: readonly string[];
}

/**
 * The shortest way to each errand's end, as the steps at which a caller who does everything right has to key something.
 * Decided by the same `decide` as in production.
 */
export function shortestWays(release: Release): ReadonlyMap<Errand, readonly string[]> {
  const found = new Map<Errand, readonly string[]>();
  const seen = new Set<string>();
  // By number of steps: each round holds the calls that cost one step more than those of the round before.
  let round: Visit[] = [{ call: firstCall(release), steps: [] }];
  while (round.length > 0) {
    const next: Visit[] = [];
    for (const visit of round) {
      // `round` grows while it is walked: what the service does by itself costs the caller nothing.
      const { call, steps } = visit;
      const key = `${keyOf(call)}|${errandOf(call, release) ?? ''}`;
      if (seen.has(key)) continue;
      seen.add(key);
      const meta = release.flow.steps.get(call.step)?.meta;
      const waits = meta?.collect !== undefined;
      for (const occurrence of occurrencesAt(release, call).filter(goesWell)) {
        const errand = errandOf(call, release);
        const ends = meta?.perform === 'order.carryOut' || isFreezeOperation(meta?.perform);
        if (ends && occurrence.event.type === 'DONE') {
          if (errand && !found.has(errand)) found.set(errand, steps);
          continue;
        }
        const { decision } = decideOrFail(release, call, occurrence);
        if (!decision) continue;
        (waits ? next : round).push({ call: decision.call, steps: waits ? [...steps, call.step] : steps });
      }
    }
    round = next;
  }
  for (const action of MAY_BE_LARGE) {
    const way = found.get(action);
    if (way && !drawsLine(release, action)) found.set(`large ${action}`, way);
  }
  return found;
}

/** Actions of which a large one may take more than a small one. */
const MAY_BE_LARGE = ACTIONS.filter((action) => ACTION_CATALOGUE[action].least.levelWhenLarge !== undefined);

/** Errands that take more or fewer steps than before, or other ones. */
export function pathChanges(before: Release, after: Release): readonly Change[] {
  const decisive = ({ flow, policy }: Release) => [flow.definition, policy];
  if (sameValue(decisive(before), decisive(after))) return [];
  const [was, is] = [shortestWays(before), shortestWays(after)];
  const drawn = MAY_BE_LARGE.filter((action) => drawsLine(before, action) || drawsLine(after, action));
  const errands: readonly Errand[] = [...ACTIONS, ...drawn.map((action) => `large ${action}` as const)];
  return errands.flatMap((errand): Change[] => {
    const name = errand.replaceAll('_', ' ');
    const [old, young] = [was.get(errand), is.get(errand)];
    if (!old && !young) return [];
    if (!young) return [change(`${name}: can no longer be done`)];
    if (!old) return [change(`${name}: can now be done, in ${young.length} steps`)];
    if (old.join() === young.join()) return [];
    const gone = old.filter((step) => !young.includes(step));
    const came = young.filter((step) => !old.includes(step));
    const difference = young.length - old.length;
    const length =
      difference === 0
        ? `as many steps as before (${old.length})`
        : `${Math.abs(difference)} ${Math.abs(difference) === 1 ? 'step' : 'steps'} ${difference > 0 ? 'more' : 'fewer'} (${old.length} → ${young.length})`;
    const which = [
      ...(came.length > 0 ? [`new: ${came.join(', ')}`] : []),
      ...(gone.length > 0 ? [`gone: ${gone.join(', ')}`] : []),
    ];
    const order = which.length > 0 ? which.join('; ') : 'in another order';
    // A menu more is only longer; what proves something or asks for a yes is what makes a way stricter.
    const [lost, won] = [gone.some((step) => proves(before, step)), came.some((step) => proves(after, step))];
    const direction = lost === won ? undefined : lost ? 'looser' : 'stricter';
    return [change(`${name}: ${length}; ${order}`, direction)];
  });
}

/** Whether a step proves something of the caller, or asks for a yes. */
function proves({ flow }: Release, step: string): boolean {
  const { collect } = flow.steps.get(step)?.meta ?? {};
  return collect?.kind === 'confirm' || (collect?.kind === 'entry' && collect.factor !== undefined);
}
