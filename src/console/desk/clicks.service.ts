import { DECLINE_REASONS } from '../../desk/decline-reasons.ts';
import type { DeskAnswer, DeskRefusal } from '../../desk/desk-answer.ts';
import { KEYING_KINDS, OUTCOMES } from '../../escalation/handoff.ts';
import { QUEUES } from '../../escalation/reasons.ts';
import { type ShiftAnswer, type ShiftStep, takeShiftStep } from '../../staff/shift.service.ts';
import type { DeskAtWork, PageContext } from '../page.ts';

/** What came of a click: nothing to say, or why nothing was done. */
export type Clicked = DeskAnswer | Extract<ShiftAnswer, { kind: 'refused' }>;

interface Click {
  readonly handoff: string;
  readonly value: string;
  readonly form: URLSearchParams;
}

type Doing = (desk: DeskAtWork, context: PageContext, click: Click) => Promise<Clicked>;

const NOT_NOW = { kind: 'refused', reason: 'not_now' } as const;

/** One of a closed list, or the click is refused: no page of ours sends another. */
function among<Known extends string>(
  known: readonly Known[],
  value: string,
  then: (one: Known) => Promise<Clicked>,
): Promise<Clicked> {
  const found = known.find((one) => one === value);
  return found === undefined ? Promise.resolve(NOT_NOW) : then(found);
}

/**
 * Every click of the desk, by its name in forms. Each asks the table of permissions itself. Programs do the same: a new click takes
 * a route of the API as well (src/api/api-routes.ts says how).
 */
const CLICKS: { readonly [click: string]: Doing } = {
  ready,
  break: (desk, context) => leave(desk, context, 'break'),
  off: (desk, context) => leave(desk, context, 'end'),
  take: ({ work }, { member }, { handoff }) => work.take(member, handoff),
  decline: ({ work }, { member }, { handoff, value }) =>
    among(DECLINE_REASONS, value, (why) => work.decline(member, handoff, why)),
  hold: ({ work }, { member }, { handoff }) => work.hold(member, handoff, true),
  unhold: ({ work }, { member }, { handoff }) => work.hold(member, handoff, false),
  end: ({ work }, { member }, { handoff }) => work.end(member, handoff),
  'say-no': ({ work }, { member }, { handoff }) => work.sayNo(member, handoff),
  key: ({ work }, { member }, { handoff, value }) =>
    among(KEYING_KINDS, value, (what) => work.askToKey(member, handoff, what)),
  'take-back': ({ work }, { member }, { handoff }) => work.takeBack(member, handoff),
  'transfer-queue': ({ work }, { member }, { handoff, value }) =>
    among(QUEUES, value, (queue) => work.transferToQueue(member, handoff, queue)),
  'transfer-person': ({ work }, { member }, { handoff, value }) =>
    work.transferToPerson(member, handoff, value),
  freeze: ({ work }, { member }, { handoff }) => work.freeze(member, handoff),
  listen: ({ work }, { member }, { handoff }) => work.supervise(member, handoff, 'listen'),
  whisper: ({ work }, { member }, { handoff }) => work.supervise(member, handoff, 'whisper'),
  speak: ({ work }, { member }, { handoff }) => work.supervise(member, handoff, 'speak'),
  leave: ({ work }, { member }, { handoff }) => work.stopSupervising(member, handoff),
  'wrap-up': wrapUp,
};

export const CLICK_NAMES: readonly string[] = Object.keys(CLICKS);

/** Does what was clicked; undefined where it is done, otherwise why not, as a key of words. */
export async function doClick(
  desk: DeskAtWork,
  context: PageContext,
  form: URLSearchParams,
): Promise<`desk.refused.${DeskRefusal}` | 'shift.refused.resting' | undefined> {
  const doing = Object.hasOwn(CLICKS, form.get('click') ?? '') ? CLICKS[form.get('click') ?? ''] : undefined;
  const click = { handoff: form.get('handoff') ?? '', value: form.get('value') ?? '', form };
  const done = doing ? await doing(desk, context, click) : NOT_NOW;
  // A freeze and a presence are no steps of a hand-off.
  desk.pulse.wake(context.member.id);
  if (done.kind === 'done') return undefined;
  if (done.reason === 'resting') return 'shift.refused.resting';
  const reason = done.reason === 'not_allowed' ? 'not_your_work' : done.reason;
  return `desk.refused.${reason === 'out_of_order' ? 'not_now' : reason}`;
}

/** Somebody who begins or ends work, with how they stand. */
type AtWork = Pick<PageContext, 'parts' | 'member' | 'workload' | 'now'>;

/** Ready for calls: on duty first, back from a break first, as the rules on work and rest allow (R26). */
export async function ready({ shift }: DeskAtWork, context: AtWork): Promise<Clicked> {
  const { workload } = context;
  const step =
    workload?.onDutySince === undefined
      ? 'begin'
      : workload.onBreakSince === undefined
        ? undefined
        : 'resume';
  const stepped = await stepOf(context, step);
  if (stepped?.kind === 'refused') return stepped;
  // Who has worked too long is offered nothing until they have rested.
  if (step === undefined && workload?.noOffers !== undefined) return NOT_NOW;
  return shift.ready(context.member);
}

/** Away for a break, or home. */
export async function leave({ shift }: DeskAtWork, context: AtWork, step: 'break' | 'end'): Promise<Clicked> {
  const left = await (step === 'break' ? shift.pause(context.member) : shift.off(context.member));
  if (left.kind === 'refused') return left;
  const isOnDuty = context.workload?.onDutySince !== undefined;
  return (await stepOf(context, isOnDuty ? step : undefined)) ?? left;
}

async function stepOf(context: AtWork, step: ShiftStep | undefined): Promise<ShiftAnswer | undefined> {
  const { parts, member, now } = context;
  return step && takeShiftStep(parts, parts.policy(), member, step, now);
}

/** What came of a talk, with the notes as they stand: where they cannot be kept nothing is ended. */
async function wrapUp(
  { work }: DeskAtWork,
  { member }: PageContext,
  { handoff, value, form }: Click,
): Promise<Clicked> {
  const body = form.get('notes');
  if (body !== null && body !== '') {
    const saved = await work.saveNotes(member, handoff, { body, version: Number(form.get('version')) });
    if (saved.kind === 'refused') return saved;
  }
  return among(OUTCOMES, value, (outcome) => work.wrapUp(member, handoff, outcome));
}
