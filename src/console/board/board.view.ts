import type { DeskStand, QueueStand } from '../../desk/desk-stand.ts';
import type { Instant } from '../../platform/clock.ts';
import { presenceChip, queueTable } from '../desk/idle.view.ts';
import { card, chip, clickButton, type Drawing, type Tone, ticking } from '../desk/marks.view.ts';
import { type Html, html } from '../html.ts';
import type { PlainKey } from '../words/words.ts';

interface Board {
  readonly stand: DeskStand;
  readonly queues: readonly QueueStand[];
  /** Whose desk was heard of lately. */
  readonly here: ReadonlySet<string>;
  readonly alarms: readonly { readonly customers: number; readonly raisedAt: Instant }[];
  readonly mayListen: boolean;
}

/** Figures with what each of them means, the queues, everybody at the desk, alarms. */
export function boardView(drawing: Drawing, board: Board): Html {
  const { words } = drawing;
  return html`<div class="board" data-now="${drawing.now}"><div class="tiles">${tiles(drawing, board)}</div>
<div class="two"><div class="col">${card(words('desk.table.queue'), queueTable(drawing, board.queues))}${card(words('board.agent'), agentTable(drawing, board))}</div>
<div class="col">${card(words('board.tiles.alarms'), alarmList(drawing, board))}</div></div></div>`;
}

function tiles(drawing: Drawing, { stand, queues, alarms, here }: Board): Html {
  const { words } = drawing;
  const isHere = stand.presences.filter(({ staffId }) => here.has(staffId));
  const count = (state: string) => isHere.filter((one) => one.state === state).length;
  const waiting = queues.reduce((sum, queue) => sum + queue.waiting, 0);
  const since = queues.flatMap((queue) => queue.since ?? []);
  const busy = count('busy');
  return html`${tile(drawing, waiting > 0 ? 'warning' : 'success', 'waiting', waiting)}
${tile(drawing, since.length > 0 ? 'warning' : 'success', 'longest', since.length > 0 ? ticking(drawing, 'since', Math.min(...since)) : '–')}
${tile(drawing, 'brand', 'calls', words('board.tiles.callsValue', { busy, all: isHere.length }))}
${tile(drawing, count('ready') > 0 ? 'success' : 'warning', 'ready', count('ready'))}
${tile(drawing, 'neutral', 'breaks', count('away'))}
${tile(drawing, alarms.length > 0 ? 'danger' : 'success', 'alarms', alarms.length)}`;
}

function tile(
  { words }: Drawing,
  tone: Tone,
  name: 'waiting' | 'longest' | 'calls' | 'ready' | 'breaks' | 'alarms',
  value: Html | string | number,
): Html {
  const title: PlainKey = `board.tiles.${name}`;
  const means: PlainKey = `board.tiles.${name}Means`;
  return html`<section class="card tile wa-${tone}"><div class="in"><h2 class="quiet s">${words(title)}</h2><div class="big">${value}</div><p class="quiet s">${words(means)}</p></div></section>`;
}

function agentTable(drawing: Drawing, { stand, mayListen, here }: Board): Html {
  const { words } = drawing;
  const { presences, handoffs } = stand;
  if (presences.length === 0) return html`<p>${words('board.nobody')}</p>`;
  return html`<table class="tight"><thead><tr><th scope="col">${words('board.agent')}</th><th scope="col">${words('board.state')}</th><th scope="col">${words('board.call')}</th>${mayListen && html`<th scope="col" class="num">${words('board.actions')}</th>`}</tr></thead><tbody>${presences.map(
    (presence) => {
      const own = handoffs.find(({ agentId, state }) => agentId === presence.staffId && state !== 'offered');
      return html`<tr><td>${presence.name}</td><td>${presenceChip(drawing, presence)} ${!here.has(presence.staffId) && chip('warning', words('board.gone'))}</td>
<td>${own ? html`${words(`desk.queue.${own.queue}`)} · ${words(`desk.state.${own.state}`)}` : '–'}</td>${mayListen && html`<td class="num">${own && listening(drawing, own.id, own.state)}</td>`}</tr>`;
    },
  )}</tbody></table>`;
}

/** Three separate buttons: heard by nobody, by the agent alone, by everybody. */
function listening({ words }: Drawing, handoff: string, state: string): Html {
  if (state !== 'talking' && state !== 'held') return html``;
  return html`<span class="row end">${(['listen', 'whisper', 'speak', 'leave'] as const).map((click) => clickButton(handoff, { click, text: words(`board.${click}`), kind: 'plain', isSmall: true }))}</span>`;
}

function alarmList({ words, shown }: Drawing, { alarms }: Board): Html {
  if (alarms.length === 0) return html`<p>${words('board.noAlarms')}</p>`;
  return html`<div class="col">${alarms.map(({ customers, raisedAt }) => html`<div class="note wa-danger"><span aria-hidden="true">✕</span> ${words('board.alarm', { customers, time: shown.time(raisedAt) })}</div>`)}</div>`;
}
