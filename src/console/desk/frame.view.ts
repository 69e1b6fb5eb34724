import { type Html, html } from '../html.ts';
import type { PageContext } from '../page.ts';
import { keyCap } from './marks.view.ts';

const KEYS = ['P', 'C', 'I', 'A', 'H', 'T', 'F', 'E', 'B'] as const;

/** A page that a stream keeps as the desk stands, with what stands around it: alarms, what was said, the two dialogs. */
export function liveFrame(
  { words }: Pick<PageContext, 'words'>,
  { title, stream, page }: { readonly title: string; readonly stream: string; readonly page: string },
  parts: { readonly main: Html; readonly offer: Html },
): Html {
  return html`<h1 class="sr">${title}</h1>
<div id="desk" hx-sse:connect="${stream}?page=${page}" hx-swap="none" data-page="${page}" data-lost="${words('desk.alarm.lost')}" data-ended="${words('desk.alarm.ended')}" data-moved="${words('desk.alarm.moved')}" data-failed="${words('desk.alarm.failed')}">
<div id="desk-alarm" class="alarm wa-danger" role="alert" hidden><span></span> <a href="/sign-in" hidden>${words('signIn.title')}</a></div>
<div id="desk-said" role="status"></div>
<div id="desk-main">${parts.main}</div>
<div id="desk-offer" aria-live="assertive">${parts.offer}</div>
<dialog id="desk-sure" aria-labelledby="desk-sure-text"><p id="desk-sure-text"></p><div class="row"><button type="button" class="wa-danger wa-accent" value="yes">${words('desk.sure.yes')}</button><button type="button" class="wa-neutral wa-outlined" value="no">${words('desk.sure.no')}${keyCap('Esc')}</button></div></dialog>
<dialog id="desk-help" aria-labelledby="desk-help-title"><h2 id="desk-help-title">${words('desk.keys.title')}</h2><dl class="facts">${KEYS.map(
    (key) => html`<dt>${words(`desk.keys.${key}`)}</dt><dd>${keyCap(key)}</dd>`,
  )}<dt>${words('desk.offer.take')}</dt><dd>${keyCap('Enter')}</dd><dt>${words('desk.offer.decline')}</dt><dd>${keyCap('Esc')}</dd></dl>
<label class="check"><input type="checkbox" id="desk-keys">${words('desk.keys.on')}</label><div class="row"><button type="button" class="wa-neutral wa-outlined" value="no">${words('desk.keys.close')}</button></div></dialog>
</div>`;
}
