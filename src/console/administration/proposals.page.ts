import { decideProposal } from '../../staff/proposals.service.ts';
import { standingProposals } from '../../staff/proposals.store.ts';
import { checkOf, type Proposal, type ProposalRefusal } from '../../staff/proposals.ts';
import { type Html, html } from '../html.ts';
import type { DeskPage, PageAnswer, PageContext } from '../page.ts';

const PATH = '/desk/proposals';
const SAID = ['approved', 'refused'] as const;

/** `/desk/proposals`: what the command line proposes and two members of staff stand for (S3). */
export const proposalsPage: DeskPage = {
  path: PATH,
  permission: 'proposal.see',
  title: 'proposals.title',
  inNavigation: true,
  render: (context) => proposalsView(context, undefined),
  routes: [{ method: 'post', path: `${PATH}/decide`, permission: 'proposal.decide', handle: decide }],
};

async function proposalsView(context: PageContext, refused: string | undefined): Promise<Html> {
  const { parts, words, now, query } = context;
  const proposals = await standingProposals(parts.knex, now);
  const said = SAID.find((known) => known === query.get('said'));
  return html`<div class="narrow">
${refused && html`<div class="note wa-danger" role="alert">${refused}</div>`}
${said && html`<div class="note wa-success" role="status">${words(`proposals.said.${said}`)}</div>`}
<section class="card"><header><h1>${words('proposals.title')}</h1>${proposals.length > 0 && html`<span class="chip wa-brand">${proposals.length}</span>`}</header><div class="in">
<p class="quiet s">${words('proposals.explain')}</p>
${proposals.length === 0 ? html`<p class="quiet s">${words('proposals.none')}</p>` : proposals.map((proposal) => proposalView(context, proposal))}</div></section></div>`;
}

function proposalView(context: PageContext, proposal: Proposal): Html {
  const { words, shown } = context;
  const { kind, facts, first, second, digest } = proposal;
  const stands = second
    ? words('proposals.ready', { first: first?.name ?? '', second: second.name })
    : first && words('proposals.first', { name: first.name });
  return html`<div class="ap"><div class="between"><h2>${words(`proposals.kind.${kind}`)}</h2><span class="chip wa-neutral">${words('staff.expires', { moment: shown.moment(proposal.expiresAt) })}</span></div>
<div class="quiet s">${words('proposals.by', { name: proposal.proposer, moment: shown.moment(proposal.proposedAt) })}</div>
<ul class="s">${facts.map((fact) => html`<li>${fact}</li>`)}</ul>
<div class="quiet s">${words('proposals.digest')} <code>${digest.slice(0, -checkOf(digest).length)}…</code></div>
${stands && html`<p class="s">${stands}</p>`}${decisionForm(context, proposal)}</div>`;
}

/** What this member may do about it; what they may not stands there with its reason. */
function decisionForm({ words, member, may }: PageContext, { id, state, first }: Proposal): Html {
  if (may('proposal.decide').kind === 'refused')
    return html`<p class="quiet s">${words('proposals.readOnly')}</p>`;
  const refuse = html`<button class="wa-neutral wa-outlined" name="decision" value="refused" formnovalidate>${words('staff.refuse')}</button>`;
  const hidden = html`<input type="hidden" name="proposal" value="${id}">`;
  if (state === 'approved' || first?.id === member.id)
    return html`<form method="post" action="${PATH}/decide" class="row gap">${hidden}<span class="quiet s">${state === 'open' && words('proposals.refused.approved_already')}</span>${refuse}</form>`;
  return html`<form method="post" action="${PATH}/decide" class="stack">${hidden}<label>${words('proposals.check')}<input name="check" required autocomplete="off" maxlength="6" pattern="[0-9A-Fa-f]{6}"></label><p class="quiet s">${words('proposals.checkHint')}</p>
<div class="row gap"><button class="wa-brand wa-accent" name="decision" value="approved">${words('staff.approve')}</button>${refuse}</div></form>`;
}

async function decide(context: PageContext, form: URLSearchParams): Promise<PageAnswer> {
  const { parts, member, now } = context;
  const decision = form.get('decision') === 'approved' ? 'approved' : 'refused';
  const asked = { id: form.get('proposal') ?? '', decision, typed: form.get('check') ?? '' } as const;
  const answer = await decideProposal(parts, member, asked, now);
  if (answer.kind === 'done') return { kind: 'redirect', to: `${PATH}?said=${decision}` };
  return refusal(context, answer.reason);
}

async function refusal(context: PageContext, reason: ProposalRefusal): Promise<PageAnswer> {
  const main = await proposalsView(context, context.words(`proposals.refused.${reason}`));
  return { kind: 'page', main, status: 400 };
}
