import type { QueueStand } from '../../desk/desk-stand.ts';
import type { DeskView } from '../../desk/desk-view.ts';
import type { PresenceState } from '../../escalation/desk-presence.store.ts';
import { type Html, html } from '../html.ts';
import { card, chip, clickButton, type Drawing, type Tone, ticking } from './marks.view.ts';

const TONES: { readonly [state in PresenceState]: Tone } = {
  off: 'neutral',
  ready: 'success',
  asked: 'warning',
  away: 'neutral',
  busy: 'brand',
  wrap_up: 'warning',
};

/** How somebody stands to the queues, in the head of the desk's page. */
export function presenceChip(drawing: Drawing, presence: DeskView['presence']): Html {
  const { words } = drawing;
  const state = presence?.state ?? 'off';
  const since = presence && state !== 'off' ? html` ${ticking(drawing, 'since', presence.since)}` : html``;
  return chip(TONES[state], html`${words(`desk.presence.${state}`)}${since}`);
}

/** The desk of somebody who has no call: how they stand, who waits, what is always so. */
export function idleView(
  drawing: Drawing,
  presence: DeskView['presence'],
  queues: readonly QueueStand[],
  mayTake: boolean,
): Html {
  const { words } = drawing;
  const state = presence?.state ?? 'off';
  return html`<div class="idle" data-now="${drawing.now}"><div class="col">
${card(
  words('desk.you'),
  html`<div class="big">${words(`desk.presence.${state}`)}</div><p class="quiet">${words(`desk.explain.${state}`)}</p>
${mayTake ? html`<div class="steps one">${presenceButtons(drawing, state)}</div>` : html`<p>${words('desk.takesNone')}</p>`}`,
  presenceChip(drawing, presence),
)}</div><div class="col">${card(words('desk.waiting'), queueTable(drawing, queues))}</div>
<div class="col"><div class="note wa-warning" role="note">${words('desk.never')}</div>
${card(words('desk.keys.title'), html`<p class="s">${words('desk.keys.hint')}</p>`)}</div></div>`;
}

function presenceButtons({ words }: Drawing, state: PresenceState): Html {
  const button = (click: 'ready' | 'break' | 'off', kind: 'primary' | 'plain', text: string, line?: string) =>
    clickButton(undefined, { click, kind, text, line, wide: true });
  if (state === 'asked')
    return html`${button('ready', 'primary', words('desk.press.here'), words('desk.press.hereLine'))}${button('break', 'plain', words('desk.press.break'))}`;
  if (state === 'ready')
    return html`${button('break', 'primary', words('desk.press.break'), words('desk.press.breakLine'))}${button('off', 'plain', words('desk.press.off'))}`;
  const first = button('ready', 'primary', words('desk.press.ready'), words('desk.press.readyLine'));
  return state === 'away' ? html`${first}${button('off', 'plain', words('desk.press.off'))}` : first;
}

/** Who waits, by queue. */
export function queueTable(drawing: Drawing, queues: readonly QueueStand[]): Html {
  const { words } = drawing;
  return html`<table class="tight"><thead><tr><th scope="col">${words('desk.table.queue')}</th><th scope="col" class="num">${words('desk.table.waiting')}</th><th scope="col" class="num">${words('desk.table.longest')}</th></tr></thead><tbody>${queues.map(
    ({ queue, waiting, since }) =>
      html`<tr><td>${words(`desk.queue.${queue}`)}</td><td class="num">${waiting}</td><td class="num">${since === undefined ? '–' : ticking(drawing, 'since', since)}</td></tr>`,
  )}</tbody></table>`;
}
