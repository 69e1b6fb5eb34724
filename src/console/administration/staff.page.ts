import type { StaffAccount } from '../../staff/account.ts';
import { allAccounts, findAccount } from '../../staff/accounts.store.ts';
import { type ChangeAsked, decideChange, requestChange } from '../../staff/administration.service.ts';
import type { ChangeRefusal } from '../../staff/administration.ts';
import { pendingChanges, type StaffChange } from '../../staff/changes.store.ts';
import { type Html, html } from '../html.ts';
import type { DeskPage, PageAnswer, PageContext } from '../page.ts';
import { readProfile } from './profile-form.ts';
import { changeFacts, peopleTable, profileFields } from './staff.view.ts';

const PATH = '/desk/staff';
const SAID = ['waits', 'approved', 'refusedRequest'] as const;

/** `/desk/staff`: who works here, what two administrators have to agree on, and adding somebody (S3, S4). */
export const staffPage: DeskPage = {
  path: PATH,
  permission: 'staff.see',
  title: 'staff.title',
  inNavigation: true,
  render: (context) => staffView(context, undefined),
  routes: [
    { method: 'post', path: `${PATH}/request`, permission: 'staff.request', handle: request },
    { method: 'post', path: `${PATH}/decide`, permission: 'staff.decide', handle: decide },
  ],
};

async function staffView(context: PageContext, refused: string | undefined): Promise<Html> {
  const { parts, words, shown, now, query } = context;
  const people = await allAccounts(parts.knex);
  const pending = await pendingChanges(parts.knex, now);
  const changes = context.may('staff.request').kind === 'allowed';
  const said = SAID.find((known) => known === query.get('said'));
  const link = ({ id }: StaffAccount) => `${PATH}/person?id=${id}`;
  return html`<div class="board"><h1 class="sr">${words('staff.title')}</h1>
${refused && html`<div class="note wa-danger" role="alert">${refused}</div>`}
${said && html`<div class="note wa-success" role="status">${words(`staff.${said}`)}</div>`}
<div class="two"><div class="col"><section class="card"><header><h2>${words('staff.people')}</h2></header>${peopleTable(words, shown, people, now, changes ? link : undefined)}</section>${changes && addForm(context)}</div>
<div class="col"><section class="card"><header><h2>${words('staff.pending')}</h2>${pending.length > 0 && html`<span class="chip wa-brand">${pending.length}</span>`}</header><div class="in">
${pending.length === 0 ? html`<p class="quiet s">${words('staff.noPending')}</p>` : pending.map((change) => pendingView(context, change, people))}</div></section></div></div></div>`;
}

function addForm({ words, shown }: PageContext): Html {
  return html`<section class="card"><header><h2>${words('staff.add')}</h2></header><div class="in">
<form method="post" action="${PATH}/request" class="stack"><input type="hidden" name="kind" value="add">${profileFields(words, shown, undefined)}
<div class="between"><span class="quiet s">${words('staff.two')}</span><button class="wa-brand wa-accent">${words('staff.askAdd')}</button></div></form></div></section>`;
}

function pendingView(context: PageContext, change: StaffChange, people: readonly StaffAccount[]): Html {
  const { words, shown, member } = context;
  const account = people.find(({ id }) => id === change.staffId);
  const name = account?.name ?? change.profile?.name ?? '';
  const decides = context.may('staff.decide').kind === 'allowed';
  const own = change.requestedBy === member.id;
  const about = change.staffId === member.id;
  const button = (decision: 'approved' | 'refused') =>
    html`<button class="${decision === 'approved' ? 'wa-brand wa-accent' : 'wa-neutral wa-outlined'}" name="decision" value="${decision}">${words(decision === 'approved' ? 'staff.approve' : 'staff.refuse')}</button>`;
  return html`<div class="ap"><div class="between"><h3>${words(`staff.kind.${change.kind}`)}: ${name}</h3><span class="chip wa-neutral">${words('staff.expires', { moment: shown.moment(change.expiresAt) })}</span></div>
<div class="quiet s">${words('staff.askedBy', { name: change.requester, moment: shown.moment(change.requestedAt) })}</div>
${changeFacts(words, shown, change, account)}
${own && html`<p class="quiet s">${words('staff.yours')}</p>`}${about && html`<p class="quiet s">${words('staff.aboutYou')}</p>`}
${
  decides &&
  !about &&
  html`<form method="post" action="${PATH}/decide" class="row gap"><input type="hidden" name="change" value="${change.id}">${!own && button('approved')}${button('refused')}</form>`
}</div>`;
}

async function request(context: PageContext, form: URLSearchParams): Promise<PageAnswer> {
  const { parts, member, shown, now } = context;
  const asked = askedFor(form, await allAccounts(parts.knex), shown);
  const answer = asked
    ? await requestChange(parts, member, asked, now)
    : ({ kind: 'refused', reason: 'gone' } as const);
  return answer.kind === 'refused'
    ? refusal(context, answer.reason)
    : { kind: 'redirect', to: `${PATH}?said=waits` };
}

async function refusal(context: PageContext, reason: ChangeRefusal): Promise<PageAnswer> {
  const main = await staffView(context, context.words(`change.refused.${reason}`));
  return { kind: 'page', main, status: 400 };
}

/** What a form asks for; undefined where it is none of ours. */
function askedFor(
  form: URLSearchParams,
  people: readonly StaffAccount[],
  shown: PageContext['shown'],
): ChangeAsked | undefined {
  const kind = form.get('kind');
  if (kind === 'add') {
    const profile = readProfile(form, shown, undefined);
    return profile && { kind, profile };
  }
  const person = people.find(({ id }) => id === form.get('id'));
  if (!person) return undefined;
  if (kind === 'change') {
    const profile = readProfile(form, shown, person);
    return profile && { kind, staffId: person.id, profile };
  }
  return kind === 'disable' || kind === 'enable' || kind === 'reset'
    ? { kind, staffId: person.id }
    : undefined;
}

async function decide(context: PageContext, form: URLSearchParams): Promise<PageAnswer> {
  const { parts, member, now } = context;
  const decision = form.get('decision') === 'approved' ? 'approved' : 'refused';
  const answer = await decideChange(parts, member, form.get('change') ?? '', decision, now);
  if (answer.kind === 'refused') return refusal(context, answer.reason);
  if (answer.link !== undefined)
    return { kind: 'page', main: await linkView(context, answer.staffId, answer.link) };
  return { kind: 'redirect', to: `${PATH}?said=${decision === 'approved' ? 'approved' : 'refusedRequest'}` };
}

/** The one-time link, to be given to its owner: shown now and never again. */
async function linkView({ parts, words, origin }: PageContext, staffId: string, key: string): Promise<Html> {
  const person = await findAccount(parts.knex, { id: staffId });
  return html`<div class="narrow"><section class="card"><header><h1>${words('staff.linkTitle')}</h1></header><div class="in">
<p>${words('staff.linkFor', { name: person?.name ?? '' })}</p><p><code class="secret">${origin}/sign-in/link#${key}</code></p>
<div class="note wa-warning">${words('staff.linkHint')}</div><p><a href="${PATH}">${words('staff.back')}</a></p></div></section></div>`;
}
