import { findAccount } from '../../staff/accounts.store.ts';
import { closeSession } from '../../staff/sessions.service.ts';
import { sessionsOf } from '../../staff/sessions.store.ts';
import { type Html, html } from '../html.ts';
import { sessionsTable } from '../own/sessions.view.ts';
import type { DeskPage, PageAnswer, PageContext } from '../page.ts';
import { profileFields } from './staff.view.ts';

const PATH = '/desk/staff/person';

/** `/desk/staff/person?id=`: one account, what can be asked for about it, and where its owner is signed in (S4). */
export const personPage: DeskPage = {
  path: PATH,
  permission: 'staff.request',
  title: 'staff.account',
  inNavigation: false,
  render,
  routes: [{ method: 'post', path: `${PATH}/end-session`, handle: endSession }],
};

async function render({ parts, words, shown, query, now, member }: PageContext): Promise<Html> {
  const person = await findAccount(parts.knex, { id: query.get('id') ?? '' });
  const back = html`<p><a href="/desk/staff">${words('staff.back')}</a></p>`;
  if (!person) return html`<div class="narrow"><h1>${words('shell.notFoundTitle')}</h1>${back}</div>`;
  const ask = (kind: 'disable' | 'enable' | 'reset', text: string, tone: string) =>
    html`<form method="post" action="/desk/staff/request"><input type="hidden" name="kind" value="${kind}"><input type="hidden" name="id" value="${person.id}"><button class="${tone} wa-outlined">${text}</button></form>`;
  const sessions = await sessionsOf(parts.knex, person.id, now);
  const end = { action: `${PATH}/end-session`, staffId: person.id };
  const own = person.id === member.id;
  return html`<div class="narrow"><section class="card"><header><h1>${person.name}</h1><span class="chip wa-neutral">${words(`staff.state.${person.state}`)}</span></header><div class="in">
<form method="post" action="/desk/staff/request" class="stack"><input type="hidden" name="kind" value="change"><input type="hidden" name="id" value="${person.id}">
${profileFields(words, shown, person)}<p class="quiet s">${words(own ? 'staff.aboutYou' : 'staff.two')}</p>
${!own && html`<div class="row"><button class="wa-brand wa-accent">${words('staff.askChange')}</button></div>`}</form>
${!own && html`<div class="row gap">${person.state === 'disabled' ? ask('enable', words('staff.askEnable'), 'wa-neutral') : [ask('reset', words('staff.askReset'), 'wa-neutral'), ask('disable', words('staff.askDisable'), 'wa-danger')]}</div>`}</div></section>
<section class="card"><header><h2>${words('staff.sessions')}</h2></header>${sessions.length === 0 ? html`<div class="in"><p class="quiet s">${words('staff.noSessions')}</p></div>` : sessionsTable({ words, shown }, sessions, member.session, end)}</section>${back}</div>`;
}

/** Ends a session of somebody: one administrator may, because it gives nobody anything. */
async function endSession({ parts, member, now }: PageContext, form: URLSearchParams): Promise<PageAnswer> {
  const session = { id: form.get('session') ?? '', staffId: form.get('id') ?? '' };
  await parts.transactions.run((transaction) =>
    closeSession(transaction, session, { why: 'revoked', by: member }, now),
  );
  return { kind: 'redirect', to: `${PATH}?id=${encodeURIComponent(session.staffId)}` };
}
