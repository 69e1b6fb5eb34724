import { DAY } from '../../platform/clock.ts';
import { SHIFT_STEPS, type ShiftStep, takeShiftStep } from '../../staff/shift.service.ts';
import type { Workload } from '../../staff/workload.ts';
import { type Html, html } from '../html.ts';
import type { DeskPage, PageAnswer, PageContext } from '../page.ts';

const PATH = '/desk/shift';
/** From so long before its end a qualification is warned of. */
const QUALIFICATION_WARNING = 30 * DAY;

/** `/desk/shift`: being on duty, breaks, and what the rules on work and rest say now (R26, R9). */
export const shiftPage: DeskPage = {
  path: PATH,
  permission: 'own.shift',
  title: 'shift.title',
  inNavigation: true,
  render: async (context) => shiftView(context, undefined),
  routes: [{ method: 'post', path: `${PATH}/step`, handle: step }],
};

async function step(context: PageContext, form: URLSearchParams): Promise<PageAnswer> {
  const { parts, member, now, words } = context;
  const asked = SHIFT_STEPS.find((known) => known === form.get('step'));
  const answer = asked
    ? await takeShiftStep(parts, parts.policy(), member, asked, now)
    : ({ kind: 'refused', reason: 'out_of_order' } as const);
  if (answer.kind === 'done') return { kind: 'redirect', to: PATH };
  return { kind: 'page', main: shiftView(context, words(`shift.refused.${answer.reason}`)), status: 400 };
}

/** What somebody can do next, the usual one first. */
function stepsOf({ onDutySince, onBreakSince }: Workload): readonly ShiftStep[] {
  if (onDutySince === undefined) return ['begin'];
  return onBreakSince === undefined ? ['break', 'end'] : ['resume', 'end'];
}

function shiftView(context: PageContext, refused: string | undefined): Html {
  const { workload, words } = context;
  if (!workload) return html``;
  const state = workload.noOffers ?? 'onDuty';
  const [first, ...others] = stepsOf(workload);
  return html`<div class="narrow two-columns"><div class="col">
<section class="card"><header><h1>${words('shift.title')}</h1></header><div class="in">
${refused && html`<div class="note wa-danger" role="alert">${refused}</div>`}
<div class="big">${words(`shift.state.${state}`)}</div><p class="quiet">${words(`shift.explain.${state}`)}</p>
<form method="post" action="${PATH}/step" class="row">
${first && html`<button class="wa-brand wa-accent" name="step" value="${first}">${words(`shift.step.${first}`)}</button>`}
${others.map((other) => html`<button class="wa-neutral wa-outlined" name="step" value="${other}">${words(`shift.step.${other}`)}</button>`)}
</form></div></section>
${qualification(context)}</div>
<div class="col"><section class="card"><header><h2>${words('shift.now')}</h2></header><div class="in">${counters(context, workload)}</div></section>
<section class="card"><header><h2>${words('shift.rules')}</h2></header><div class="in">${rules(context)}</div></section></div></div>`;
}

function counters({ words, shown }: PageContext, stands: Workload): Html {
  const rows: readonly (readonly [string, string | undefined])[] = [
    [words('shift.since'), stands.onDutySince === undefined ? undefined : shown.time(stands.onDutySince)],
    [
      words('shift.worked'),
      stands.onDutySince === undefined ? undefined : shown.length(stands.workedMilliseconds),
    ],
    [words('shift.breakAt'), stands.breakDueAt === undefined ? undefined : shown.time(stands.breakDueAt)],
    [words('shift.offersEnd'), stands.offersEndAt === undefined ? undefined : shown.time(stands.offersEndAt)],
    [words('shift.ends'), stands.shiftEndsAt === undefined ? undefined : shown.time(stands.shiftEndsAt)],
    [words('shift.mayStart'), stands.mayStartAt === undefined ? undefined : shown.moment(stands.mayStartAt)],
  ];
  return html`<dl class="facts">${rows.map(([name, value]) => html`<dt>${name}</dt><dd>${value ?? '–'}</dd>`)}</dl>`;
}

function rules({ words, parts }: PageContext): Html {
  const { staff } = parts.policy();
  const minutes = (seconds: number) => Math.round(seconds / 60);
  const hours = (seconds: number) => Math.round(seconds / 360) / 10;
  return html`<ul class="plain s">
<li>${words('shift.ruleBreak', { minutes: minutes(staff.breakAfterSeconds), rest: minutes(staff.breakSeconds) })}</li>
<li>${words('shift.ruleOffers', { minutes: minutes(staff.noOffersAfterSeconds) })}</li>
<li>${words('shift.ruleHard', { minutes: minutes(staff.longCallSeconds) })}</li>
<li>${words('shift.ruleShift', { hours: hours(staff.shiftSeconds), rest: hours(staff.restSeconds) })}</li></ul>`;
}

function qualification({ member, words, shown, now }: PageContext): Html {
  const until = member.qualifiedUntil;
  const ended = until === undefined || now >= until;
  const tone = ended ? 'danger' : until - now < QUALIFICATION_WARNING ? 'warning' : 'success';
  const text = ended
    ? words('shift.qualificationEnded')
    : words(tone === 'warning' ? 'shift.qualificationSoon' : 'shift.qualifiedUntil', {
        // It ends with that day, at the midnight after it.
        day: shown.day(until - 1),
      });
  return html`<section class="card"><header><h2>${words('shift.qualification')}</h2></header><div class="in"><div class="note wa-${tone}">${text}</div></div></section>`;
}
