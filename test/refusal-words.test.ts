import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ACTION_CATALOGUE, ACTIONS, type ActionName } from '../src/actions/catalogue.ts';
import { type CallState, newCall } from '../src/calls/call.ts';
import { decide } from '../src/calls/decide.ts';
import type { FlowEvent } from '../src/flow/events.ts';
import type { Release } from '../src/flow/release.ts';
import { LANGUAGES, type Language } from '../src/locales/catalogue.ts';
import { KNOWN_CUSTOMER } from '../src/prover/symbolic-customer.ts';
import { releaseOf, shippedTexts } from './support/shipped.ts';

const NOW = Date.UTC(2026, 0, 15, 2, 0, 0);
const release: Release = releaseOf(await shippedTexts());

/** Words of money, of money that moves, and of accounts and people it moves between. */
const MONEY: { readonly [language in Language]: RegExp } = {
  'zh-CN': /钱|资金|款项|转出|转账|余额|付款|金额/,
  'vi-VN': /tiền|chuyển|số dư|thanh toán/i,
  'en-US': /money|pay(?!ee)|transfer|amount|balance|funds/i,
};
/** Words of money that has or has not left the customer. */
const MOVING: { readonly [language in Language]: RegExp } = {
  'zh-CN': /您的钱|资金|转出|转账|付款/,
  'vi-VN': /tiền của Quý khách|chuyển đi|chuyển tiền|thanh toán/i,
  'en-US': /your money|money has|transfer|funds/i,
};
/** Said to a frozen customer: what is open to them all the same. */
const WAY_OUT: ReadonlySet<string> = new Set(['order.frozen']);

/** What no refusal of an action may speak of: money at all, or money that moves; undefined where it moves. */
function wrongFor(action: ActionName): typeof MONEY | undefined {
  const { needsAmount, fields } = ACTION_CATALOGUE[action];
  if (fields.includes('account') && needsAmount) return undefined;
  return needsAmount ? MOVING : MONEY;
}

/** A verified caller with an order of this action, about to hear what becomes of it. */
function ordering(action: ActionName, step: string): CallState {
  const call = newCall('CALL', step, { language: 'zh-CN', currency: 'CNY' }, NOW);
  return {
    ...call,
    flow: { ...call.flow, order: { action, revision: 1, amountMinor: 100_000, currency: 'CNY' } },
    proofs: { customerId: 'c', identifiedAt: NOW, pins: { query: NOW, transaction: NOW } },
  };
}

/** Every way an order can be refused, with the step it is refused at. */
const refusalsOf = (action: ActionName): readonly (readonly [step: string, event: FlowEvent])[] => [
  ...ACTION_CATALOGUE[action].refusals.map(
    (refusal) => ['assess', { type: 'NOT_POSSIBLE', refusal }] as const,
  ),
  ['carryOut', { type: 'REFUSED', reason: 'account_frozen' }],
  ['code.send', { type: 'LIMITED', reason: 'sends_per_customer' }],
  ['code.send', { type: 'UNAVAILABLE', reason: 'phone_too_new' }],
];

for (const action of ACTIONS.filter((name) => ACTION_CATALOGUE[name].does !== 'freeze_account'))
  test(`whatever stands in its way, ${action} is refused in words that fit it, in every language (E3.2)`, () => {
    const wrong = wrongFor(action);
    for (const [step, event] of refusalsOf(action)) {
      const { next, call } = decide(release, ordering(action, step), event, KNOWN_CUSTOMER, NOW);
      const why = JSON.stringify(event);
      const told = (next.kind === 'reply' ? next.reply.speech : call.pendingSpeech).filter(
        ({ prompt }) => prompt.startsWith('order.') || prompt.startsWith('code.'),
      );
      assert.ok(told.length > 0, `${action} is told something of ${why}`);
      for (const speech of told)
        for (const language of LANGUAGES) {
          const words = release.prompts.text(speech, language);
          if (wrong && !WAY_OUT.has(speech.prompt))
            assert.doesNotMatch(words, wrong[language], `${action}, ${why}, ${speech.prompt}`);
        }
    }
  });

test('only what can be under a biometric line is refused for it (Z6)', () => {
  for (const action of ACTIONS) {
    const { refusals, underBiometricLine } = ACTION_CATALOGUE[action];
    for (const refusal of ['biometric_required', 'day_total_reached'] as const)
      assert.equal(refusals.includes(refusal), underBiometricLine, `${action}: ${refusal}`);
  }
});

test('how long one waits after a change is said as the policy has it, in every language (E3.2)', () => {
  const policy = { ...release.policy, coolingOff: { seconds: 129_600 } };
  const event = { type: 'NOT_POSSIBLE', refusal: 'cooling_off' } as const;
  const { next } = decide(
    { ...release, policy },
    ordering('contact_change', 'assess'),
    event,
    KNOWN_CUSTOMER,
    NOW,
  );
  assert.ok(next.kind === 'reply');
  const speech = next.reply.speech.find(({ prompt }) => prompt === 'order.coolingOff');
  assert.ok(speech);
  for (const language of LANGUAGES) {
    const words = release.prompts.text(speech, language);
    assert.match(words, /36/, words);
    assert.doesNotMatch(words, /24/, words);
  }
});
