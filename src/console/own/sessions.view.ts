import type { StaffSession } from '../../staff/sessions.store.ts';
import { type Html, html } from '../html.ts';
import type { Shown } from '../shown.ts';
import type { Words } from '../words/words.ts';

/** Where somebody is signed in; each but the one that looks can be ended. */
export function sessionsTable(
  { words, shown }: { readonly words: Words; readonly shown: Shown },
  sessions: readonly StaffSession[],
  looking: string,
  end: { readonly action: string; readonly staffId?: string },
): Html {
  const last = ({ id }: StaffSession) =>
    id === looking
      ? html`<span class="chip wa-brand dot">${words('sessions.this')}</span>`
      : html`<form method="post" action="${end.action}"><input type="hidden" name="session" value="${id}"><input type="hidden" name="id" value="${end.staffId}"><button class="small wa-danger wa-outlined">${words('sessions.end')}</button></form>`;
  const heads = [
    words('sessions.device'),
    words('sessions.since'),
    words('sessions.seen'),
    words('sessions.ends'),
  ];
  return html`<table><thead><tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}<th scope="col"><span class="sr">${words('sessions.actions')}</span></th></tr></thead>
<tbody>${sessions.map(
    (session) =>
      html`<tr><td>${whereOf(words, session)}</td><td>${shown.moment(session.createdAt)}</td><td>${shown.time(session.seenAt)}</td><td>${shown.time(session.endsAt)}</td><td class="num">${last(session)}</td></tr>`,
  )}</tbody></table>`;
}

/** The browser, or the program that acts for its owner, by the name they gave it. */
function whereOf(words: Words, { program, device }: StaffSession): Html {
  if (program === undefined) return html`${device}`;
  return html`${program} <span class="chip wa-neutral">${words('sessions.program.acts')}</span>`;
}
