import { isLanguage } from '../../locales/catalogue.ts';
import { defined } from '../../platform/defined.ts';
import { THEMES } from '../../staff/account.ts';
import { changePages } from '../../staff/accounts.store.ts';
import { beginProgram } from '../../staff/programs.service.ts';
import { closeSession } from '../../staff/sessions.service.ts';
import { sessionsOf } from '../../staff/sessions.store.ts';
import { type Html, html } from '../html.ts';
import type { DeskPage, PageAnswer, PageContext } from '../page.ts';
import { sessionsTable } from './sessions.view.ts';

const PATH = '/desk/sessions';
/** A page of the desk: nowhere else is anybody sent back to. */
const OWN_PATH = /^\/desk(?:\/[a-z-]+)*$/;

/** `/desk/sessions`: where somebody is signed in, each to be ended by themselves; and how their pages look. */
export const sessionsPage: DeskPage = {
  path: PATH,
  permission: 'own.account',
  title: 'sessions.title',
  inNavigation: true,
  render,
  routes: [
    { method: 'post', path: `${PATH}/end`, handle: end },
    { method: 'post', path: `${PATH}/program`, handle: program },
    { method: 'post', path: '/desk/settings', handle: settings },
  ],
};

function render(context: PageContext): Promise<Html> {
  return sessionsView(context, undefined);
}

async function sessionsView(context: PageContext, refused: string | undefined): Promise<Html> {
  const { parts, member, now, words, shown, query } = context;
  const sessions = await sessionsOf(parts.knex, member.id, now);
  const said = query.get('said') === 'ended' && words('sessions.ended');
  return html`<div class="narrow"><section class="card"><header><h1>${words('sessions.title')}</h1></header><div class="in">
<p class="quiet s">${words('sessions.explain')}</p>
${said && html`<div class="note wa-success" role="status">${said}</div>`}</div>
${sessionsTable({ words, shown }, sessions, member.session, { action: `${PATH}/end` })}</section>
<section class="card"><header><h2>${words('sessions.program.title')}</h2></header><div class="in"><p class="quiet s">${words('sessions.program.explain')}</p>
${refused && html`<div class="note wa-danger" role="alert">${refused}</div>`}
<form method="post" action="${PATH}/program" class="stack"><label>${words('sessions.program.name')}<input name="name" maxlength="40" autocomplete="off" required></label>
<div class="between"><a class="s" href="/api/docs">${words('sessions.program.docs')}</a><button class="wa-brand wa-accent">${words('sessions.program.make')}</button></div></form></div></section></div>`;
}

/** Makes a key for another program of the person's, shown now and never again. */
async function program(context: PageContext, form: URLSearchParams): Promise<PageAnswer> {
  const { parts, now, words } = context;
  const name = form.get('name') ?? '';
  const begun = await beginProgram(parts, context, name, now);
  if (begun.kind === 'refused') {
    const main = await sessionsView(context, words(`sessions.program.${begun.reason}`));
    return { kind: 'page', main, status: 400 };
  }
  const main = html`<div class="narrow"><section class="card"><header><h1>${words('sessions.program.keyTitle', { name: name.trim() })}</h1></header><div class="in">
<p><code class="secret">${begun.token}</code></p><div class="note wa-warning">${words('sessions.program.keyHint')}</div>
<p><a href="${PATH}">${words('sessions.back')}</a></p></div></section></div>`;
  return { kind: 'page', main };
}

async function end({ parts, member, now }: PageContext, form: URLSearchParams): Promise<PageAnswer> {
  const session = { id: form.get('session') ?? '', staffId: member.id };
  await parts.transactions.run((transaction) =>
    closeSession(transaction, session, { why: 'revoked', by: member }, now),
  );
  return { kind: 'redirect', to: `${PATH}?said=ended` };
}

/** Language and colours: how somebody's own pages look, which nobody has to approve. */
async function settings({ parts, member }: PageContext, form: URLSearchParams): Promise<PageAnswer> {
  const language = form.get('language') ?? '';
  const theme = THEMES.find((known) => known === form.get('theme'));
  const pages = defined({ language: isLanguage(language) ? language : undefined, theme });
  if (Object.keys(pages).length > 0)
    await parts.transactions.run((transaction) => changePages(transaction, member.id, pages));
  const back = form.get('back') ?? '';
  return { kind: 'redirect', to: OWN_PATH.test(back) ? back : '/desk' };
}
