import type { CallView } from '../../desk/desk-view.ts';
import { MOST_NOTE_CHARACTERS } from '../../desk/notes.ts';
import { OUTCOMES, WRAP_UP_MILLISECONDS } from '../../escalation/handoff.ts';
import { type Html, html } from '../html.ts';
import { LANGUAGE_NAMES } from '../layout.view.ts';
import { ladderView } from './ladder.view.ts';
import { card, chip, type Drawing, type Tone, ticking } from './marks.view.ts';
import { soFarView } from './so-far.view.ts';
import { controlsView, nextKeying, stepsView } from './steps.view.ts';

/** What the call screen is drawn from, beside the call. */
interface CallDrawing extends Drawing {
  readonly ownId: string;
  /** The PIN that what the caller came for takes. */
  readonly pin: 'query' | 'transaction';
  /** Whom the call can be passed to. */
  readonly colleagues: readonly { readonly id: string; readonly name: string }[];
}

const TONES: { readonly [state in CallView['state']]?: Tone } = {
  talking: 'brand',
  connecting: 'warning',
  held: 'warning',
  keying: 'special',
  wrap_up: 'neutral',
};

/** How far a call has come, and for how long. */
export function callChip(drawing: Drawing, call: CallView): Html {
  const { words } = drawing;
  const wrapsSince =
    call.state === 'wrap_up' && call.until !== undefined ? call.until - WRAP_UP_MILLISECONDS : undefined;
  const since = wrapsSince ?? call.keying?.since ?? call.heldSince ?? call.talkedAt;
  return chip(
    TONES[call.state] ?? 'neutral',
    html`${words(`desk.state.${call.state}`)}${since !== undefined && html` ${ticking(drawing, 'since', since)}`}`,
  );
}

/** The screen of a call: who is claimed and why they came; what is proved and what comes next; controls, words, notes. */
export function callView(drawing: CallDrawing, call: CallView): Html {
  const { words } = drawing;
  const isOver = call.state === 'wrap_up';
  return html`<div class="call" data-now="${drawing.now}"><p class="sr" role="status">${words(`desk.state.${call.state}`)}</p>
<div class="col">${callerCard(drawing, call)}${whyCard(drawing, call)}${soFarView(drawing, call, drawing.ownId)}</div>
<div class="col">${askedCard(drawing, call)}${
    isOver
      ? wrapUp(drawing, call)
      : html`${ladderView(drawing, call, call.keying?.what ?? nextKeying(call, drawing.pin))}${stepsView(drawing, call, drawing.pin)}`
  }</div>
<div class="col"><div class="note wa-warning" role="note">${words('desk.never')}</div>${call.supervisor && html`<div class="note wa-brand" role="status">${words(`desk.supervisor.${call.supervisor.voice}`)}</div>`}
${card(words('desk.call'), html`${controlsView(drawing, call, drawing.colleagues)}${call.holdLimitAt !== undefined && html`<p class="s gap">${words('desk.holdLimit')} ${ticking(drawing, 'until', call.holdLimitAt)}</p>`}`, callChip(drawing, call))}
${card(words('desk.say.title'), html`<p class="say">${words(sayKey(call))}</p>`)}
${notesView(drawing, call)}</div></div>`;
}

function sayKey({ state, why, claimed }: CallView) {
  if (state === 'wrap_up') return 'desk.say.over' as const;
  if (state === 'held') return 'desk.say.held' as const;
  if (why.queue === 'fraud') return 'desk.say.fraud' as const;
  if (why.queue === 'complaints') return 'desk.say.complaint' as const;
  if (why.reason === 'pin_forgotten') return 'desk.say.forgotten' as const;
  return claimed ? ('desk.say.keys' as const) : ('desk.say.identity' as const);
}

function callerCard(drawing: Drawing, call: CallView): Html {
  const { words, shown } = drawing;
  const { claimed, language, waitingSince, talkedAt, why } = call;
  const rows: readonly (readonly [string, Html | string])[] = [
    [
      words('desk.caller.phone'),
      claimed?.phoneLastFour === undefined ? '–' : `•••• ${claimed.phoneLastFour}`,
    ],
    [words('desk.caller.document'), claimed ? `•••• ${claimed.idLastFour}` : '–'],
    [words('desk.caller.language'), LANGUAGE_NAMES[language]],
    [
      words('desk.caller.waited'),
      html`${talkedAt === undefined ? ticking(drawing, 'since', waitingSince) : shown.length(talkedAt - waitingSince)} · ${words(`desk.queue.${why.queue}`)}`,
    ],
  ];
  return card(
    words('desk.caller.title'),
    html`<div class="quiet s">${words(claimed ? 'desk.caller.claims' : 'desk.caller.unknownLine')}</div><div class="big">${claimed?.addressed ?? words('desk.caller.unknown')}</div>
<dl class="facts">${rows.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`,
    claimed?.isFrozen ? chip('danger', words('desk.caller.frozen')) : undefined,
  );
}

function whyCard({ words }: Drawing, { why }: CallView): Html {
  return card(
    words('desk.why'),
    html`<div><b>${words(`desk.reason.${why.reason}`)}</b> <span class="quiet s">${why.rules.join(' ')}</span></div><div class="s gap">${words(`desk.advice.${why.reason}`)}</div>`,
  );
}

function askedCard({ words }: Drawing, { why, steps, level }: CallView): Html {
  const step = why.intent && steps.find((one) => one.step === `act.${why.intent}`);
  const needs = step?.level;
  return card(
    words('desk.asked'),
    html`<div class="between"><div class="big">${why.intent ? words(`desk.action.${why.intent}`) : words('desk.askedNothing')}</div>${
      needs !== undefined &&
      chip(level >= needs ? 'success' : 'warning', words('desk.level.needs', { level: needs.slice(1) }))
    }</div>`,
  );
}

/** What came of the talk: twelve outcomes, and the notes go with it. */
function wrapUp({ words }: Drawing, { handoffId }: CallView): Html {
  return card(
    words('desk.outcome.title'),
    html`<form id="wrap-up-${handoffId}" hx-morph-skip hx-post="/desk/do" hx-target="#desk-said" hx-swap="innerHTML" class="stack" data-with-notes><input type="hidden" name="click" value="wrap-up"><input type="hidden" name="handoff" value="${handoffId}">
<fieldset class="outcomes"><legend class="sr">${words('desk.outcome.title')}</legend>${OUTCOMES.map(
      (outcome) =>
        html`<label class="check"><input type="radio" name="value" value="${outcome}" required>${words(`desk.outcome.${outcome}`)}</label>`,
    )}</fieldset>
<button class="wa-brand wa-accent wide"><span>${words('desk.press.finish')}<small>${words('desk.press.finishLine')}</small></span></button></form>`,
  );
}

/** Notes of a call: once there, no drawing anew touches them, because somebody may be writing. */
function notesView({ words }: Drawing, { handoffId, notes }: CallView): Html {
  return html`<section class="card notes" id="notes-${handoffId}" hx-morph-skip data-notes="${handoffId}" data-version="${notes.version}" data-unsaved="${words('desk.notes.unsaved')}" data-merged="${words('desk.notes.merged')}">
<div class="in"><label for="notes-text">${words('desk.notes.title')}</label><textarea id="notes-text" rows="4" maxlength="${MOST_NOTE_CHARACTERS}" placeholder="${words('desk.notes.hint')}">${notes.body}</textarea>
<div class="quiet s" id="notes-said" role="status">${notes.version > 0 && words('desk.notes.saved')}</div></div></section>`;
}
