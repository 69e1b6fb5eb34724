import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ORDER_REFUSALS, type OrderRefusal } from '../src/actions/order-details.ts';
import { type CallState, newCall } from '../src/calls/call.ts';
import { decide } from '../src/calls/decide.ts';
import type { HandoffReason } from '../src/escalation/reasons.ts';
import type { FlowEvent } from '../src/flow/events.ts';
import type { Release } from '../src/flow/release.ts';
import { LANGUAGES, type Language } from '../src/locales/catalogue.ts';
import { KNOWN_CUSTOMER } from '../src/prover/symbolic-customer.ts';
import { heard, worldOf } from './support/callers.ts';
import { releaseOf, shippedTexts } from './support/shipped.ts';
import { lineOf } from './support/world.ts';

const NOW = Date.UTC(2026, 0, 15, 2, 0, 0);
const release: Release = releaseOf(await shippedTexts());

/** Reasons of a hand-off that refuse the caller something: why is said before they wait (R14.3). */
const REFUSING: ReadonlySet<HandoffReason> = new Set([
  'verification_exhausted',
  'identity_limited',
  'identity_denied',
  'pin_forgotten',
  'code_exhausted',
  'code_unavailable',
  'code_refused_by_caller',
  'order_refused',
  'biometric_required',
  'cooling_off',
  'account_frozen',
  'agreement_needed',
  'loan_not_found',
  'outage',
  'session_expired',
]);

test('a caller who is refused something and put through hears why first, at every step (R14.3, E3.2)', () => {
  const seen = new Set<string>();
  const silent: string[] = [];
  for (const [name, { on, always }] of release.flow.states)
    for (const { actions } of [...[...on.values()].flat(2), ...always]) {
      const reason = actions.find((action) => action.type === 'setReason')?.params.reason;
      if (reason === undefined || !REFUSING.has(reason)) continue;
      seen.add(reason);
      if (!actions.some(({ type }) => type === 'say' || type === 'sayRefusal'))
        silent.push(`${name}: ${reason}`);
    }
  assert.deepEqual(silent, []);
  assert.deepEqual(
    [...REFUSING].filter((reason) => !seen.has(reason)),
    [],
  );
});

/** The words of each refusal of an order; those that a caller cannot have brought about are said to be not possible now. */
const REASON: { readonly [refusal in OrderRefusal]: string } = {
  biometric_required: 'order.biometric',
  day_total_reached: 'order.biometricDay',
  cooling_off: 'order.coolingOff',
  agreement_needed: 'order.agreement',
  account_frozen: 'order.frozen',
  below_minimum: 'order.refused.below_minimum',
  above_maximum: 'order.refused.above_maximum',
  insufficient_funds: 'order.refused.insufficient_funds',
  over_limit: 'order.refused.over_limit',
  more_than_owed: 'order.refused.more_than_owed',
  unknown_account: 'order.notNow',
  unknown_payee: 'order.notNow',
  unknown_loan: 'order.notNow',
  currency_mismatch: 'order.notNow',
};
const WAY_OUT: { readonly [language in Language]: RegExp } = {
  'zh-CN': /网点|重新输入金额|换一个金额|要等\d+小时/,
  'vi-VN': /chi nhánh|nhập lại số tiền|phải chờ \d+ giờ/,
  'en-US': /branch|choose another amount|\d+ hours/,
};
const ELSEWHERE: { readonly [language in Language]: RegExp } = {
  'zh-CN': /手机银行.*网点/,
  'vi-VN': /ứng dụng ngân hàng.*chi nhánh/,
  'en-US': /our app.*branch/,
};

/** A caller with a right PIN whose order waits at a step. */
function ordering(step: string, counters: Partial<CallState['flow']['counters']> = {}): CallState {
  const call = newCall('CALL', step, { language: 'zh-CN', currency: 'CNY' }, NOW);
  return {
    ...call,
    flow: {
      ...call.flow,
      counters: { ...call.flow.counters, ...counters },
      order: { action: 'transfer', revision: 1, amountMinor: 100_000, currency: 'CNY' },
    },
    proofs: { customerId: 'c', identifiedAt: NOW, pins: { transaction: NOW } },
  };
}

/** The prompts said after an event, with their words in a language. */
function said(call: CallState, event: FlowEvent) {
  const { next, call: after } = decide(release, call, event, KNOWN_CUSTOMER, NOW);
  return next.kind === 'reply' ? next.reply.speech : after.pendingSpeech;
}

for (const refusal of ORDER_REFUSALS)
  test(`after the PIN a caller hears the real reason and the way out: ${refusal} (R14.3, E3.2)`, () => {
    const speech = said(ordering('assess'), { type: 'NOT_POSSIBLE', refusal });
    const [told] = speech;
    assert.equal(told?.prompt, REASON[refusal]);
    if (told.prompt === 'order.notNow') return;
    for (const language of LANGUAGES) assert.match(release.prompts.text(told, language), WAY_OUT[language]);
  });

for (const [what, call, event] of [
  ['the caller refuses it', ordering('code.entry'), { type: 'KEY.7' }],
  ['it cannot be sent', ordering('code.send'), { type: 'UNAVAILABLE', reason: 'phone_too_new' }],
  ['too many were sent', ordering('code.send'), { type: 'LIMITED', reason: 'sends_per_customer' }],
  [
    'it did not arrive and none is left',
    ordering('code.entry', { resends: release.policy.code.resendsPerCall }),
    { type: 'UNDELIVERED' },
  ],
] as const satisfies readonly (readonly [string, CallState, FlowEvent])[])
  test(`another way than a code is offered in every language when ${what} (R14.2)`, () => {
    const speech = said(call, event);
    for (const language of LANGUAGES)
      assert.match(speech.map((one) => release.prompts.text(one, language)).join(' '), ELSEWHERE[language]);
  });

for (const language of LANGUAGES)
  test(`the ${language} line greets with the company and the department that are configured (R4.1)`, async (t) => {
    const world = await worldOf(t, {
      changeRelease: (shipped) => ({
        ...shipped,
        company: {
          ...shipped.company,
          name: { 'zh-CN': '青山银行', 'vi-VN': 'Ngân hàng Thanh Sơn', 'en-US': 'Green Hill Bank' },
          department: { 'zh-CN': '客户中心', 'vi-VN': 'Phòng Khách hàng', 'en-US': 'Customer Care' },
        },
      }),
    });
    const { name, department } = world.release.company;
    const phone = world.phone();
    await phone.dial({ from: '+8613900000001', to: lineOf(language) });
    const [first = ''] = heard(phone);
    assert.ok(first.includes(name[language]), first);
    assert.ok(first.includes(department[language]), first);
  });
