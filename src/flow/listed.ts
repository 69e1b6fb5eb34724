import type { Telling } from '../actions/action.ts';
import type { Option } from '../actions/option.ts';
import type { Policy } from '../policy/policy.ts';
import type { FlowContext } from './context.ts';
import type { FlowStep } from './definition.ts';
import { namesMoreListed } from './options.ts';

/** Options at once in a flow from before there was a key for more, which hears of no others. */
const FIRST_OPTIONS = 5;

/** Some of a list: those that are heard now, and what there is beside them. */
interface Part {
  readonly options: readonly Option[];
  readonly from: number;
  /** There are others, before or after these, and a key for them. */
  readonly isPart: boolean;
  /** Where the next ones begin; the beginning after the last. */
  readonly next: number;
}

/**
 * The options a caller hears at a step, with the keys from 1 on. All of them where they are no more than a menu may have;
 * else as many as leave a place for the key that goes on, and for "another" where that is offered. Pure.
 */
export function optionsHeard(
  { meta }: Pick<FlowStep, 'meta'>,
  { options, listedFrom = 0 }: Pick<FlowContext, 'options' | 'listedFrom'>,
  { dialogue }: Pick<Policy, 'dialogue'>,
): Part {
  const others = meta.collect?.kind === 'choice' && meta.collect.other ? 1 : 0;
  if (!namesMoreListed(meta))
    return { options: options.slice(0, FIRST_OPTIONS - others), from: 0, isPart: false, next: 0 };
  const most = dialogue.menuOptions - others;
  if (options.length <= most) return { options, from: 0, isPart: false, next: 0 };
  const end = listedFrom + Math.max(1, most - 1);
  return {
    options: options.slice(listedFrom, end),
    from: listedFrom,
    isPart: true,
    next: end < options.length ? end : 0,
  };
}

/** Whether the key that goes on with a list does something at a step: in a choice, or after a result. Pure. */
export function isMoreListed(
  step: Pick<FlowStep, 'meta'>,
  flow: Pick<FlowContext, 'options' | 'listedFrom' | 'resultLeft'>,
  policy: Pick<Policy, 'dialogue'>,
): boolean {
  if (!namesMoreListed(step.meta)) return false;
  return step.meta.collect?.kind === 'choice'
    ? optionsHeard(step, flow, policy).isPart
    : flow.resultLeft !== undefined;
}

/** The flow at a step it arrived at: lists that can go on there go on, and nothing is left of any other. Pure. */
export function keepListed({ meta }: Pick<FlowStep, 'meta'>, flow: FlowContext): FlowContext {
  if (namesMoreListed(meta)) return flow;
  const { listedFrom: _from, resultLeft: _left, ...rest } = flow;
  return rest;
}

/** How many things are told, each with what goes on about it. Pure. */
export function thingsTold(tellings: readonly Telling[]): number {
  return tellings.filter(({ goesOn }) => goesOn !== true).length;
}

/** The first tellings, so many things at most, and those that are left. Pure. */
export function firstTold(
  tellings: readonly Telling[],
  most: number,
): { readonly told: readonly Telling[]; readonly left: readonly Telling[] } {
  let things = 0;
  const end = tellings.findIndex(({ goesOn }) => {
    if (goesOn !== true) things += 1;
    return things > most;
  });
  return end < 0 ? { told: tellings, left: [] } : { told: tellings.slice(0, end), left: tellings.slice(end) };
}

/** A result as a release from before lists went on tells it: five of each, and of no loan that it is overdue. Pure. */
export function firstOfEach<
  Of extends { readonly accounts?: readonly unknown[]; readonly loans?: readonly object[] },
>(result: Of): Of {
  const { accounts, loans } = result;
  return {
    ...result,
    ...(accounts && { accounts: accounts.slice(0, FIRST_OPTIONS) }),
    ...(loans && {
      loans: loans.slice(0, FIRST_OPTIONS).map((loan) => ({ ...loan, overdueOn: undefined })),
    }),
  };
}
