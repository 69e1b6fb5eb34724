import type { Instant } from '../../platform/clock.ts';
import { type Html, html } from '../html.ts';
import type { PageContext } from '../page.ts';

/** What views of the desk are drawn with. */
export type Drawing = Pick<PageContext, 'words' | 'shown' | 'now'>;

/** A time that passes, counted on by the page: since a moment, or until one. */
export function ticking({ shown, now }: Drawing, from: 'since' | 'until', at: Instant): Html {
  const passed = from === 'since' ? now - at : at - now;
  return html`<span data-${from}="${at}">${shown.length(passed)}</span>`;
}

const TONE_ICONS = {
  success: '✓',
  danger: '✕',
  warning: '!',
  brand: '●',
  neutral: '○',
  special: '⌨',
} as const;
export type Tone = keyof typeof TONE_ICONS;

/** A status: icon, word and colour, never the colour alone. */
export function chip(tone: Tone, text: Html | string): Html {
  const style = tone === 'special' ? 'special' : `wa-${tone}`;
  return html`<span class="chip ${style}"><span aria-hidden="true">${TONE_ICONS[tone]}</span>${text}</span>`;
}

/** A card with its heading. */
export function card(title: string, body: Html, side?: Html): Html {
  return html`<section class="card"><header><h2>${title}</h2>${side}</header><div class="in">${body}</div></section>`;
}

/** A key that presses a button, as its label shows it. */
export function keyCap(key: string): Html {
  return html`<kbd aria-hidden="true">${key}</kbd>`;
}

/** What a button does and how it looks. */
interface Pressed {
  readonly click: string;
  /** Beside the click: which kind, whom to. */
  readonly value?: string;
  readonly text: string;
  /** The second line: what happens, or why it cannot be. */
  readonly line?: string | undefined;
  readonly key?: string;
  readonly kind: 'primary' | 'plain' | 'danger';
  readonly isForbidden?: boolean;
  /** Asked once more with these words before it is done. */
  readonly sure?: string;
  readonly wide?: boolean;
  readonly isSmall?: boolean;
}

const LOOKS = {
  primary: 'wa-brand wa-accent',
  plain: 'wa-neutral wa-outlined',
  danger: 'wa-danger wa-outlined',
} as const;

/** A form of one button that sends a click of the desk; one that is forbidden stands there greyed, with its reason. */
export function clickButton(handoff: string | undefined, pressed: Pressed): Html {
  const { click, value, text, line, key, kind, isForbidden, sure, wide, isSmall } = pressed;
  const label = html`<span>${text}${line !== undefined && html`<small>${line}</small>`}</span>${key !== undefined && keyCap(key)}`;
  if (isForbidden)
    return html`<button type="button" class="${wide && 'wide'} wa-neutral" aria-disabled="true">${label}</button>`;
  const ask = sure === undefined ? html`` : html`data-sure="${sure}"`;
  const press = key === undefined ? html`` : html`data-key="${key.toLowerCase()}" aria-keyshortcuts="${key}"`;
  return html`<form hx-post="/desk/do" hx-target="#desk-said" hx-swap="innerHTML" class="${wide && 'wide'}"><input type="hidden" name="click" value="${click}">${
    handoff !== undefined && html`<input type="hidden" name="handoff" value="${handoff}">`
  }${value !== undefined && html`<input type="hidden" name="value" value="${value}">`}<button class="${LOOKS[kind]} ${isSmall && 'small'}" ${press} ${ask}>${label}</button></form>`;
}
