import { type DeskStand, queueStands } from '../../desk/desk-stand.ts';
import type { CallView, DeskView } from '../../desk/desk-view.ts';
import { isHere } from '../../escalation/desk-presence.store.ts';
import { canServe } from '../../escalation/offer-choice.ts';
import { type Html, html } from '../html.ts';
import type { DeskAtWork, PageContext } from '../page.ts';
import { workChips } from '../shift/work-chips.view.ts';
import { callChip, callView } from './call.view.ts';
import { idleView, presenceChip } from './idle.view.ts';
import { chip } from './marks.view.ts';
import { offerView } from './offer.view.ts';

/** The parts of a desk's page that change while it is open. */
interface DrawnDesk {
  readonly chips: Html;
  readonly main: Html;
  readonly offer: Html;
}

/** Draws a member's desk as it is now, by the rights they have now. */
export async function drawDesk(desk: DeskAtWork, context: PageContext, stand: DeskStand): Promise<DrawnDesk> {
  const view = await desk.views.of(context.member);
  return {
    chips: chipsOf(context, view, stand),
    main: mainOf(context, view, stand),
    offer: view.offer ? offerView(context, view.offer) : html``,
  };
}

/** The parts as a stream sends them: each goes to its place, and what somebody writes is not touched. */
export function asUpdate({ chips, main, offer }: DrawnDesk): Html {
  return html`<hx-partial hx-target="#chips" hx-swap="innerMorph">${chips}</hx-partial>
<hx-partial hx-target="#desk-main" hx-swap="innerMorph">${main}</hx-partial>
<hx-partial hx-target="#desk-offer" hx-swap="innerMorph">${offer}</hx-partial>`;
}

function chipsOf(context: PageContext, { presence, call }: DeskView, stand: DeskStand): Html {
  const { words, member } = context;
  const waiting = queueStands(stand, member.tier).reduce((sum, queue) => sum + queue.waiting, 0);
  return html`${call ? callChip(context, call) : presenceChip(context, presence)}${
    context.workload?.noOffers === undefined ? workChips(context, 'break') : workChips(context)
  }${chip(waiting > 0 ? 'warning' : 'neutral', html`${words('desk.table.waiting')} ${waiting}`)}`;
}

function mainOf(context: PageContext, { presence, call }: DeskView, stand: DeskStand): Html {
  if (!call) {
    const mayTake = context.may('call.take').kind === 'allowed';
    return idleView(context, presence, queueStands(stand, context.member.tier), mayTake);
  }
  const { id } = context.member;
  const colleagues = colleaguesFor(context, call, stand);
  return callView({ ...context, ownId: id, pin: pinOf(context, call), colleagues }, call);
}

/** The PIN that what the caller came for takes; the query PIN where they came for nothing that takes one. */
function pinOf({ parts }: PageContext, { why }: CallView): 'query' | 'transaction' {
  return (why.intent && parts.policy().actions[why.intent].pin) ?? 'query';
}

/** Who is ready, and serves this caller. */
export function colleaguesFor(
  { member, now }: Pick<PageContext, 'member' | 'now'>,
  call: CallView,
  { presences }: DeskStand,
) {
  return presences
    .filter(({ staffId, state }) => staffId !== member.id && state === 'ready')
    .filter((one) => isHere(one, now))
    .filter((person) => canServe(person, { queue: call.why.queue, language: call.language }))
    .map(({ staffId, name }) => ({ id: staffId, name }));
}
