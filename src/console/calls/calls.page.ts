import { type TakenCall, takenCalls } from '../../escalation/taken-calls.store.ts';
import { DAY } from '../../platform/clock.ts';
import { type Html, html } from '../html.ts';
import type { DeskPage, PageContext } from '../page.ts';

/** `/desk/calls`: the calls somebody took today; nothing of who called. */
export const callsPage: DeskPage = {
  path: '/desk/calls',
  permission: 'desk.open',
  title: 'calls.title',
  inNavigation: true,
  render,
};

async function render(context: PageContext): Promise<Html> {
  const { words, parts, member, now } = context;
  const calls = await takenCalls(parts.knex, member.id, now - DAY);
  return html`<div class="narrow"><section class="card"><header><h1>${words('calls.title')}</h1></header><div class="in"><p class="quiet">${words('calls.explain')}</p>
${
  calls.length === 0
    ? html`<p>${words('calls.none')}</p>`
    : html`<table class="tight"><thead><tr><th scope="col">${words('calls.taken')}</th><th scope="col">${words('calls.queue')}</th><th scope="col">${words('calls.why')}</th><th scope="col" class="num">${words('calls.length')}</th><th scope="col">${words('calls.outcome')}</th></tr></thead><tbody>${calls.map((call) => row(context, call))}</tbody></table>`
}</div></section></div>`;
}

function row({ words, shown, now }: PageContext, { takenAt, queue, reason, closedAt, end }: TakenCall): Html {
  return html`<tr><td>${shown.time(takenAt)}</td><td>${words(`desk.queue.${queue}`)}</td><td class="wraps">${words(`desk.reason.${reason}`)}</td><td class="num">${shown.length((closedAt ?? now) - takenAt)}</td><td>${outcome({ words }, end)}</td></tr>`;
}

function outcome({ words }: Pick<PageContext, 'words'>, end: TakenCall['end']): string {
  switch (end) {
    case undefined:
      return words('calls.open');
    case 'left_queue':
    case 'not_written_down':
    case 'case_opened':
      return words(`calls.${end}`);
    default:
      return words(`desk.outcome.${end}`);
  }
}
