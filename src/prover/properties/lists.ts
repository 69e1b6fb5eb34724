import type { Telling } from '../../actions/action.ts';
import { ACTION_CATALOGUE } from '../../actions/catalogue.ts';
import type { Option } from '../../actions/option.ts';
import { optionsHeard } from '../../flow/listed.ts';
import type { Release } from '../../flow/release.ts';
import { assert } from '../../platform/fault.ts';
import type { Speech } from '../../speech/reply.ts';
import type { Transition } from '../explore.ts';
import { speechOf } from './observed.ts';
import type { Property } from './property.ts';

/** What names an option of any list. */
const OPTION_PROMPTS: ReadonlySet<string> = new Set([
  'choice.loanOption',
  'choice.payeeOption',
  'choice.accountOption',
]);
const GOES_ON = 'option.moreListed';

function countIn(speech: readonly Speech[], name: string): number | undefined {
  const value = speech.find(({ values }) => values?.[name])?.values?.[name];
  return value?.kind === 'count' ? value.count : undefined;
}

/** What is wrong where the caller arrives at a choice: options nobody hears of, or no key to them. */
function unheardOption({ decision, to }: Transition, release: Release): string | undefined {
  if (!to || decision?.next.kind !== 'reply' || to.call.flow.languageMenu !== undefined) return undefined;
  const { step, flow } = to.call;
  if (release.flow.steps.get(step)?.meta.collect?.kind !== 'choice') return undefined;
  const speech = speechOf(decision);
  const heard = speech.filter(({ prompt }) => OPTION_PROMPTS.has(prompt)).length;
  const all = flow.options.length;
  if (heard === 0 && all > 0) return `Nothing of what there is to choose from is heard at ${step}.`;
  if (heard === all) return undefined;
  if (!speech.some(({ prompt }) => prompt === GOES_ON))
    return `${heard} of ${all} are heard at ${step}, and no key goes on to the others.`;
  return countIn(speech, 'listed') === all
    ? undefined
    : `${heard} of ${all} are heard at ${step}, and nobody says that there are more.`;
}

/** What is wrong with the key that goes on with a choice: the next ones follow the last ones, the first after all. */
function skippedOption(transition: Transition, release: Release): string | undefined {
  const { from, occurrence, decision, to } = transition;
  const { step, flow } = from.call;
  const at = release.flow.steps.get(step);
  if (occurrence.event.type !== 'MORE_LISTED' || at?.meta.collect?.kind !== 'choice') return undefined;
  if (to?.call.step !== step) return undefined;
  const before = optionsHeard(at, flow, release.policy);
  const last = before.from + before.options.length;
  const first = countIn(speechOf(decision), 'listedFrom');
  return first === (last < flow.options.length ? last + 1 : 1)
    ? undefined
    : `After ${last} of ${flow.options.length} at ${step} the key that goes on leads to ${first ?? 'none of them'}.`;
}

/** Everything the result that came about has to tell. */
function tellingsOf({ from, occurrence: { event } }: Transition): readonly Telling[] {
  if (event.type === 'MORE_LISTED') return from.call.flow.resultLeft ?? [];
  const { order, labels } = from.call.flow;
  if (event.type !== 'DONE' || !event.result || !order) return [];
  return ACTION_CATALOGUE[order.action].tell?.({ order, labels }, event.result) ?? [];
}

/** What is wrong with how a result is told: something of it neither told nor left to be told, or no key to what is left. */
function untoldResult(transition: Transition): string | undefined {
  const { from, decision, to } = transition;
  const asked = tellingsOf(transition);
  if (!to || decision?.next.kind !== 'reply') return undefined;
  const speech = speechOf(decision);
  const left = to.call.flow.resultLeft ?? [];
  if (left.length > 0 && to.call.flow.languageMenu === undefined) {
    if (!speech.some(({ prompt }) => prompt === GOES_ON))
      return `Some of a result is left to be told at ${to.call.step}, and no key goes on to it.`;
  }
  if (asked.length === 0) return undefined;
  const told = speech.filter(({ prompt }) => asked.some((telling) => telling.prompt === prompt));
  const all = [...told, ...left].map(({ prompt }) => prompt).join();
  if (all !== asked.map(({ prompt }) => prompt).join())
    return `Not all of a result is told after ${from.call.step}: ${told.length} and ${left.length} of ${asked.length}.`;
  const things = left.filter(({ goesOn }) => goesOn !== true).length;
  return things === 0 || countIn(speech, 'listedLeft') === things
    ? undefined
    : `${things} things of a result are left after ${from.call.step}, and nobody says so.`;
}

/** What is wrong with an offer to pay exactly something of a loan. */
function impossibleOffer(
  { decision, to, from, occurrence }: Transition,
  release: Release,
): string | undefined {
  if (!to || !decision) return undefined;
  const { step, flow } = to.call;
  const offers = speechOf(decision).some(({ prompt }) => prompt === 'option.amountDue');
  const { loan } = flow.labels;
  if (offers) {
    assert(loan, 'what is due belongs to a chosen loan');
    const most = release.policy.amounts.maximum[loan.currency];
    const offered = loan.dueMinor > 0 ? loan.dueMinor : loan.outstandingMinor;
    if (offered > most) return `${step} offers to pay exactly an amount above the maximum.`;
  }
  const given = flow.order?.amountMinor;
  const wasOffered =
    occurrence.event.type === 'KEY.1' &&
    given !== undefined &&
    from.call.flow.order?.amountMinor === undefined;
  return wasOffered && given <= 0 ? `Key 1 at ${from.call.step} orders nothing to be paid.` : undefined;
}

type LoanOption = Extract<Option, { kind: 'loan' }>;

function isOverdue({ dueMinor, overdueOn }: LoanOption): boolean {
  return dueMinor > 0 && overdueOn !== undefined;
}

/** What is wrong with what is said to be due on the chosen loan, or on those that a result tells of. */
function untrueDue(transition: Transition): string | undefined {
  const { decision, to, occurrence } = transition;
  if (!to || !decision) return undefined;
  const { step, flow } = to.call;
  const result = occurrence.event.type === 'DONE' ? occurrence.event.result : undefined;
  const said: readonly Telling[] = [...speechOf(decision), ...(flow.resultLeft ?? [])];
  const saying = (name: string) => said.filter(({ values }) => values?.[name] !== undefined).length;
  if (result?.loans) {
    const overdue = result.loans.filter(isOverdue).length;
    return saying('overdueSince') === overdue
      ? undefined
      : `${overdue} loans are overdue, and ${saying('overdueSince')} are said to be.`;
  }
  const { loan } = flow.labels;
  if (!loan || !said.some(({ prompt }) => prompt.startsWith('repayment.'))) return undefined;
  if (loan.dueMinor === 0 && saying('due') > 0) return `${step} says that something is due, and nothing is.`;
  if (isOverdue(loan) && saying('dueOn') > 0) return `${step} does not say that what is due is overdue.`;
  return !isOverdue(loan) && saying('overdueSince') > 0
    ? `${step} says that something is overdue, and it is not.`
    : undefined;
}

/** Lists are heard to their end, and what is due is told and offered as it is (S6). */
export const LISTS: readonly Property[] = [
  {
    id: 'everything-listed-is-heard',
    rules: ['S6', 'E3.2'],
    claim:
      'Of everything there is to choose from and everything a result tells nothing is left out: what is not heard at once is counted out loud, and a key goes on to it.',
    onTransition: (transition, release) =>
      unheardOption(transition, release) ?? skippedOption(transition, release) ?? untoldResult(transition),
  },
  {
    id: 'nothing-impossible-is-offered',
    rules: ['S6'],
    claim:
      'Exactly what is due, or owed where nothing is due, is offered only where it may be paid by telephone.',
    onTransition: impossibleOffer,
  },
  {
    id: 'due-is-told-as-it-is',
    rules: ['S6', 'E3.2'],
    claim: 'What is overdue is said to be overdue, and nothing is said to be due or overdue that is not.',
    onTransition: untrueDue,
  },
];
