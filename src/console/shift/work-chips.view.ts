import { type Html, html } from '../html.ts';
import type { PageContext } from '../page.ts';
import { minutesOf } from '../shown.ts';

/** How somebody stands with work and rest, in the head of every page; nothing for roles without calls. `part`: the break alone. */
export function workChips(
  { workload, words, now }: Pick<PageContext, 'workload' | 'words' | 'now'>,
  part: 'all' | 'break' = 'all',
): Html | undefined {
  if (!workload) return undefined;
  const { noOffers, breakDueAt } = workload;
  if (noOffers !== undefined) {
    const tone = noOffers === 'off' || noOffers === 'on_break' ? 'wa-neutral' : 'wa-warning';
    return html`<a class="chip dot ${tone}" href="/desk/shift">${words(`shift.state.${noOffers}`)}</a>`;
  }
  const left = minutesOf((breakDueAt ?? now) - now);
  const onDuty = html`<a class="chip dot wa-success" href="/desk/shift">${words('shift.state.onDuty')}</a>`;
  return html`${part === 'all' && onDuty}${
    left > 0
      ? html`<span class="quiet s">${words('shift.breakIn', { minutes: left })}</span>`
      : html`<a class="chip wa-warning" href="/desk/shift">${words('shift.breakDue')}</a>`
  }`;
}
