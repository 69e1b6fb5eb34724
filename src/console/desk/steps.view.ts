import type { CallView } from '../../desk/desk-view.ts';
import type { NextStep } from '../../desk/next-steps.ts';
import { KEYING_MILLISECONDS, type KeyingKind, keyingEndsAt } from '../../escalation/handoff.ts';
import { type Html, html } from '../html.ts';
import { card, clickButton, type Drawing, keyCap, ticking } from './marks.view.ts';

const KEYS: { readonly [kind in KeyingKind]: string | undefined } = {
  identity: 'I',
  query_pin: 'P',
  transaction_pin: 'P',
  code: 'C',
  new_pin: undefined,
};

/** The kinds of keying that belong to this call, in the order they are proved: of the two PINs the one it takes. */
function kindsOf(pin: 'query' | 'transaction'): readonly KeyingKind[] {
  return ['identity', pin === 'query' ? 'query_pin' : 'transaction_pin', 'code', 'new_pin'];
}

const stepOf = ({ steps }: CallView, step: NextStep['step']) => steps.find((one) => one.step === step);

/**
 * What the caller would be asked to key next; undefined where nothing can be. The identity is asked for by itself only where
 * it was not found: on the way to a PIN it comes first anyway.
 */
export function nextKeying(call: CallView, pin: 'query' | 'transaction'): KeyingKind | undefined {
  const isMistyped = call.ladder.some(({ name, state }) => name === 'identity' && state === 'failed');
  return kindsOf(pin).find((kind) => {
    const step = stepOf(call, `key.${kind}`);
    return (kind !== 'identity' || isMistyped) && step !== undefined && step.obstacle === undefined;
  });
}

/** What the agent does next: one button that is meant, the others beside it, and those that cannot be with their reason. */
export function stepsView(drawing: Drawing, call: CallView, pin: 'query' | 'transaction'): Html {
  const { words } = drawing;
  if (call.state === 'connecting')
    return panel('☎', words('desk.connecting.title'), words('desk.connecting.line'));
  if (call.state === 'keying') return keyingPanel(drawing, call);
  const next = nextKeying(call, pin);
  const others = kindsOf(pin).filter((kind) => kind !== next);
  return card(
    words('desk.next'),
    html`<div class="steps">${primary(drawing, call, next)}${others.map((kind) => keyingButton(drawing, call, kind, 'plain'))}
${clickButton(undefined, { click: '', text: words('desk.press.supervisor'), line: words('desk.obstacle.no_approvals'), key: 'A', kind: 'plain', isForbidden: true })}
${next !== undefined && sayNo(drawing, call, 'plain')}${freezeButton(drawing, call)}</div>`,
  );
}

function primary(drawing: Drawing, call: CallView, next: KeyingKind | undefined): Html {
  const { words } = drawing;
  if (call.state === 'held')
    return clickButton(call.handoffId, {
      ...{ click: 'unhold', text: words('desk.press.unhold'), line: words('desk.press.unholdLine') },
      ...{ kind: 'primary', wide: true },
    });
  return next === undefined ? sayNo(drawing, call, 'primary') : keyingButton(drawing, call, next, 'primary');
}

function keyingButton({ words }: Drawing, call: CallView, kind: KeyingKind, look: 'primary' | 'plain'): Html {
  const obstacle = stepOf(call, `key.${kind}`)?.obstacle;
  const key = KEYS[kind];
  return clickButton(call.handoffId, {
    ...{ click: 'key', value: kind, text: words(`desk.key.${kind}`), kind: look, wide: look === 'primary' },
    line: obstacle === undefined ? words('desk.press.keyLine') : words(`desk.obstacle.${obstacle}`),
    isForbidden: obstacle !== undefined,
    ...(key !== undefined && { key }),
  });
}

function sayNo({ words }: Drawing, call: CallView, look: 'primary' | 'plain'): Html {
  return clickButton(call.handoffId, {
    ...{ click: 'say-no', text: words('desk.press.sayNo'), line: words('desk.press.sayNoLine'), kind: look },
    ...{ wide: look === 'primary', isForbidden: !call.controls.includes('say_no') },
  });
}

function freezeButton({ words }: Drawing, call: CallView): Html {
  const obstacle = stepOf(call, 'freeze')?.obstacle;
  return clickButton(call.handoffId, {
    ...{ click: 'freeze', text: words('desk.press.freeze'), key: 'F', kind: 'danger' },
    line: obstacle === undefined ? words('desk.press.freezeLine') : words(`desk.obstacle.${obstacle}`),
    isForbidden: obstacle !== undefined,
    sure: words('desk.sure.freeze'),
  });
}

function keyingPanel(drawing: Drawing, call: CallView): Html {
  const { words, now } = drawing;
  const { keying, handoffId } = call;
  if (!keying) return html``;
  const until = keyingEndsAt(keying);
  const title = words('desk.keying.title', { what: words(`desk.keyed.${keying.what}`) });
  return panel(
    '⌨',
    title,
    words('desk.keying.line'),
    html`<progress max="${KEYING_MILLISECONDS}" value="${Math.max(0, until - now)}" data-bar="${until}" aria-label="${title}"></progress>
<div class="row middle"><span class="quiet s">${words('desk.keying.back')} ${ticking(drawing, 'until', until)}</span>${clickButton(handoffId, { click: 'take-back', text: words('desk.press.takeBack'), key: 'B', kind: 'plain' })}</div>`,
  );
}

function panel(icon: string, title: string, line: string, more?: Html): Html {
  return html`<section class="card"><div class="in keying special"><div class="dots" aria-hidden="true">${icon}</div><h2>${title}</h2><div class="quiet">${line}</div>${more}</div></section>`;
}

/** Hold, transfer, end. */
export function controlsView(
  drawing: Drawing,
  call: CallView,
  colleagues: readonly { readonly id: string; readonly name: string }[],
): Html {
  const { words } = drawing;
  const { handoffId, controls } = call;
  const has = (control: CallView['controls'][number]) => controls.includes(control);
  return html`<div class="row controls">${clickButton(handoffId, { click: has('unhold') ? 'unhold' : 'hold', text: words(has('unhold') ? 'desk.press.unholdShort' : 'desk.press.hold'), key: 'H', kind: 'plain', isForbidden: !has('hold') && !has('unhold') })}
${
  has('transfer')
    ? html`<details class="decline" id="transfer"><summary data-key="t" aria-keyshortcuts="T">${words('desk.press.transfer')}${keyCap('T')}</summary><div class="card menu"><div class="in stack"><p class="s quiet">${words('desk.transfer.line')}</p>
${colleagues.map(({ id, name }) => clickButton(handoffId, { click: 'transfer-person', value: id, text: name, kind: 'plain', wide: true }))}
${colleagues.length === 0 && html`<p class="s">${words('desk.transfer.nobody')}</p>`}
${(['verification', 'fraud', 'service', 'complaints'] as const).map((queue) => clickButton(handoffId, { click: 'transfer-queue', value: queue, text: words(`desk.queue.${queue}`), line: words('desk.transfer.queue'), kind: 'plain', wide: true }))}</div></div></details>`
    : clickButton(handoffId, {
        click: 'transfer',
        text: words('desk.press.transfer'),
        key: 'T',
        kind: 'plain',
        isForbidden: true,
      })
}
${clickButton(handoffId, { click: 'end', text: words('desk.press.end'), key: 'E', kind: 'danger', isForbidden: !has('end'), sure: words('desk.sure.end') })}</div>`;
}
