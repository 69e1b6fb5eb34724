import { DECLINE_REASONS } from '../../desk/decline-reasons.ts';
import type { OfferView } from '../../desk/desk-view.ts';
import { OFFER_MILLISECONDS } from '../../escalation/handoff.ts';
import { type Html, html } from '../html.ts';
import { LANGUAGE_NAMES } from '../layout.view.ts';
import { chip, clickButton, type Drawing, keyCap, ticking } from './marks.view.ts';

/**
 * A caller who is offered: over everything, and first in what is read out. It takes the focus only from where nobody writes
 * (assets/desk.js): Enter takes from anywhere but a field, Esc opens the reasons to say no.
 */
export function offerView(drawing: Drawing, offer: OfferView): Html {
  const { words, now } = drawing;
  const { why, until, handoffId } = offer;
  const left = Math.max(0, until - now);
  return html`<div class="offer" data-offer="${handoffId}" data-title="${words('desk.offer.title')}"><div class="card" role="alertdialog" aria-labelledby="offer-title" aria-describedby="offer-why"><div class="in">
<div class="between"><h2 id="offer-title">${words(offer.isReturn ? 'desk.offer.back' : 'desk.offer.title')}</h2>${chip('warning', ticking(drawing, 'until', until))}</div>
<div class="big">${words(`desk.queue.${why.queue}`)} · ${words('desk.offer.waited')} ${ticking(drawing, 'since', offer.waitingSince)}</div>
<div id="offer-why">${words(`desk.reason.${why.reason}`)} <span class="quiet s">${why.rules.join(' ')}</span></div>
<div class="quiet">${LANGUAGE_NAMES[offer.language]}${why.intent && html` · ${words(`desk.action.${why.intent}`)}`}</div>
<progress max="${OFFER_MILLISECONDS}" value="${left}" data-bar="${until}" aria-label="${words('desk.offer.next')}"></progress>
<div class="quiet s">${words('desk.offer.next')}</div>
<div class="row gap">${clickButton(handoffId, { click: 'take', text: words('desk.offer.take'), key: 'Enter', kind: 'primary' })}
<details class="decline" id="decline"><summary>${words('desk.offer.decline')}${keyCap('Esc')}</summary>
<form hx-post="/desk/do" hx-target="#desk-said" hx-swap="innerHTML" class="reasons"><input type="hidden" name="click" value="decline"><input type="hidden" name="handoff" value="${handoffId}">
${DECLINE_REASONS.map((reason) => html`<button class="wa-neutral wa-outlined small" name="value" value="${reason}">${words(`desk.decline.${reason}`)}</button>`)}</form></details></div>
</div></div></div>`;
}
