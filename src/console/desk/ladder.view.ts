import type { CallView } from '../../desk/desk-view.ts';
import type { Rung, RungName } from '../../desk/ladder.ts';
import type { KeyingKind } from '../../escalation/handoff.ts';
import { current, type Html, html } from '../html.ts';
import { card, chip, type Drawing, type Tone, ticking } from './marks.view.ts';

const TONES: { readonly [state in Rung['state']]: Tone } = {
  passed: 'success',
  failed: 'danger',
  locked: 'danger',
  fallen: 'warning',
  open: 'neutral',
};
const ICONS: { readonly [state in Rung['state']]: string | undefined } = {
  passed: '✓',
  failed: '✕',
  locked: '✕',
  fallen: '!',
  open: undefined,
};

/** What has been proved of the caller, from the ground up, how long it counts, and what one more level would allow. */
export function ladderView(drawing: Drawing, call: CallView, next: KeyingKind | undefined): Html {
  const { words } = drawing;
  const ends = call.ladder.flatMap(({ until }) => until ?? []);
  const [future] = call.nextLevels;
  const falls =
    ends.length > 0 &&
    html`<span class="quiet s">${words('desk.level.falls')} ${ticking(drawing, 'until', Math.min(...ends))}</span>`;
  return card(
    words('desk.ladder'),
    html`<ol class="ladder">${call.ladder.map((rung, at) => rungView(drawing, rung, at + 1, rung.name === rungOf(next)))}</ol>
${future && future.actions.length > 0 && html`<p class="future s"><b>${words('desk.level.next', { level: future.level.slice(1) })}</b> ${future.actions.map((action) => words(`desk.action.${action}`)).join(' · ')}</p>`}`,
    html`<span class="row">${chip('brand', words('desk.level.now', { level: call.level.slice(1) }))}${falls}</span>`,
  );
}

/** The rung that keying of a kind would prove. */
function rungOf(kind: KeyingKind | undefined): RungName | undefined {
  return kind === 'new_pin' ? undefined : kind;
}

function rungView(
  drawing: Drawing,
  { name, rule, state, at, until }: Rung,
  number: number,
  isNext: boolean,
): Html {
  const { words } = drawing;
  const tone = TONES[state];
  return html`<li class="${isNext && 'now'}" ${current(isNext, 'step')}><span class="ico wa-${tone}" aria-hidden="true">${ICONS[state] ?? number}</span>
<div><b>${words(`desk.rung.${name}`)}</b> <span class="quiet s">${rule}</span><div class="quiet s">${until === undefined ? words(`desk.rungLine.${name}`) : html`${words('desk.counts')} ${ticking(drawing, 'until', until)}`}</div></div>
<div class="num">${chip(tone, words(`desk.rungState.${state}`))}${at !== undefined && html`<div class="quiet s">${ticking(drawing, 'since', at)} ${words('desk.ago')}</div>`}</div></li>`;
}
