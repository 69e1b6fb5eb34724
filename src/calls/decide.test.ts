import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { bindingOf, levelOf } from '../assurance/call-level.ts';
import type { FlowEvent } from '../flow/events.ts';
import { makeRelease } from '../flow/load-release.ts';
import type { Release } from '../flow/release.ts';
import { byLanguage } from '../locales/catalogue.ts';
import { type CallState, newCall } from './call.ts';
import { decide } from './decide.ts';
import type { Decision } from './decision.ts';

const NOW = 1_700_000_000_000;
const read = (path: string) => readFileSync(new URL(`../../flows/${path}`, import.meta.url), 'utf8');

function shippedRelease(): Release {
  const made = makeRelease({
    flow: read('hotline.yaml'),
    policy: read('policy/default.yaml'),
    company: read('company.yaml'),
    prompts: byLanguage((language) => read(`locales/${language}/prompts.yaml`)),
    sms: byLanguage((language) => read(`locales/${language}/sms.yaml`)),
  });
  assert.ok(made.ok, JSON.stringify(made));
  return made.release;
}

const release = shippedRelease();
const CUSTOMER = {
  familyName: '李',
  addressed: { 'zh-CN': '李女士', 'vi-VN': 'bà 李', 'en-US': 'Ms 李' },
  idLastFour: '0019',
  phoneLastFour: '1001',
  locale: 'zh-CN',
  jurisdiction: 'CN',
} as const;

/** Decides events one after the other; operations are answered by the events that follow. */
function play(...events: readonly FlowEvent[]): Decision {
  let call: CallState = newCall('CA1', 'answering', { language: 'zh-CN', currency: 'CNY' }, NOW);
  let decision: Decision | undefined;
  for (const event of events) {
    const facts = call.proofs.customerId === undefined ? {} : { customer: CUSTOMER };
    decision = decide(release, call, event, facts, NOW);
    call = decision.call;
  }
  assert.ok(decision);
  return decision;
}

const PHONE: FlowEvent = { type: 'ENTERED', entered: { kind: 'phone', phoneIndex: 'p' } };
const IDENTIFIED: FlowEvent = { type: 'PASSED', passed: { factor: 'identity', customerId: 'c', at: NOW } };
const QUERY_PIN: FlowEvent = {
  type: 'PASSED',
  passed: { factor: 'pin', customerId: 'c', kind: 'query', at: NOW },
};
const CONFIRMING = [
  { type: 'ANSWERED' },
  { type: 'KEY.1' },
  PHONE,
  IDENTIFIED,
  QUERY_PIN,
  { type: 'CLEAR' },
] as const satisfies readonly FlowEvent[];

function deepFreeze<Value>(value: Value): Value {
  if (value !== null && typeof value === 'object') {
    for (const member of Object.values(value)) deepFreeze(member);
    Object.freeze(value);
  }
  return value;
}

test('the same call, event, facts and moment give the same decision, and nothing given is changed', () => {
  const { call } = play(...CONFIRMING);
  const given = deepFreeze(
    structuredClone({ call, event: { type: 'KEY.1' } as const, facts: { customer: CUSTOMER } }),
  );
  const once = decide(release, given.call, given.event, given.facts, NOW);
  const twice = decide(release, given.call, given.event, given.facts, NOW);
  assert.deepEqual(once, twice);
});

test('the caller is led from intent to identity, PIN, confirmation and only then to the action', () => {
  assert.equal(play(...CONFIRMING).call.step, 'confirm.identity');
  const { next, call } = play(...CONFIRMING, { type: 'KEY.1' });
  assert.deepEqual(next, { kind: 'perform', operation: 'order.carryOut' });
  assert.equal(levelOf(call, release.policy, NOW), 'L2');
});

test('"that is not me" ends every level and forgets the customer', () => {
  const { call } = play(...CONFIRMING, { type: 'KEY.2' });
  assert.equal(call.step, 'identity.phone');
  assert.deepEqual(call.proofs, { pins: {} });
  assert.equal(call.flow.keyedPhoneIndex, undefined);
  assert.equal(levelOf(call, release.policy, NOW), 'L0');
});

test('a hang-up ends every level and voids the codes', () => {
  const { call, effects } = play(...CONFIRMING, { type: 'HANGUP' });
  assert.equal(call.status, 'ended');
  assert.deepEqual(call.proofs, { pins: {} });
  assert.deepEqual(effects, [{ kind: 'void_codes' }]);
  assert.throws(() => decide(release, call, { type: 'KEY.1' }, {}, NOW), /ended call/);
});

test('choosing a language keeps the step, the counts and what was proved', () => {
  const before = play(...CONFIRMING, { type: 'INVALID' }).call;
  const { call: offered } = play(...CONFIRMING, { type: 'INVALID' }, { type: 'LANGUAGE' });
  assert.equal(offered.flow.language, 'zh-CN');
  assert.equal(offered.flow.languageMenu, 'language.own');
  const { call } = play(
    ...CONFIRMING,
    { type: 'INVALID' },
    { type: 'LANGUAGE' },
    { type: 'LANGUAGE_CHOSEN', language: 'vi-VN' },
  );
  assert.equal(call.flow.language, 'vi-VN');
  assert.equal(call.flow.languageMenu, undefined);
  assert.equal(call.step, before.step);
  assert.deepEqual(call.proofs, before.proofs);
  assert.deepEqual(call.flow.counters, { ...before.flow.counters, repeats: 1 });
});

test('the languages are offered until one is chosen or something else is done', () => {
  for (const event of ['SILENCE', 'INVALID', 'STAR', 'LANGUAGE'] as const) {
    const { call, next } = play(...CONFIRMING, { type: 'LANGUAGE' }, { type: event });
    assert.equal(call.flow.languageMenu, 'language.own', event);
    assert.ok(next.kind === 'reply' && next.reply.ending.kind === 'collect');
    assert.deepEqual(
      next.reply.speech.slice(-4).map(({ prompt, language }) => [prompt, language]),
      [
        ...['zh-CN', 'vi-VN', 'en-US'].map((language) => ['language.own', language]),
        ['language.moreTime', undefined],
      ],
    );
  }
  for (const event of ['PERSON', 'FREEZE', 'BUSY'] as const)
    assert.equal(
      play(...CONFIRMING, { type: 'LANGUAGE' }, { type: event }).call.flow.languageMenu,
      undefined,
      event,
    );
});

test('what was proved for an order ends when the order has been carried out', () => {
  const done: FlowEvent = { type: 'DONE', result: { receipt: '12345678', accounts: [], loans: [] } };
  const { call } = play(...CONFIRMING, { type: 'KEY.1' }, done);
  assert.equal(call.step, 'more');
  assert.equal(call.proofs.confirmation, undefined);
  assert.notEqual(call.proofs.pins.query, undefined);
});

test('the goodbye reads out the receipt of what was ordered, and none after an enquiry', () => {
  const enquired: FlowEvent = { type: 'DONE', result: { receipt: '12345678', accounts: [], loans: [] } };
  const { call } = play(...CONFIRMING, { type: 'KEY.1' }, enquired);
  const goodbye = (ended: typeof call) => {
    const { next } = decide(release, ended, { type: 'KEY.2' }, { customer: CUSTOMER }, NOW);
    assert.ok(next.kind === 'reply');
    return next.reply.speech.at(-1);
  };
  assert.deepEqual(goodbye(call), { prompt: 'goodbye.plain' });
  // Ordered before the enquiry, in the same call.
  const ordered = { ...call, flow: { ...call.flow, toldReceipt: '87654321' } };
  assert.deepEqual(goodbye(ordered), {
    prompt: 'goodbye.receipt',
    values: { receipt: { kind: 'digits', digits: '87654321' } },
  });
});

test('an amount that is changed back makes another order than before (invariant 14)', () => {
  const loan = { kind: 'loan', id: 'l', lastFour: '0001', currency: 'CNY', dueOn: '2027-01-30' } as const;
  const amount: FlowEvent = { type: 'ENTERED', entered: { kind: 'amount', amountMinor: 50_000 } };
  const ordered: readonly FlowEvent[] = [
    { type: 'ANSWERED' },
    { type: 'KEY.2' },
    { type: 'KEY.1' },
    PHONE,
    IDENTIFIED,
    { type: 'PASSED', passed: { factor: 'pin', customerId: 'c', kind: 'transaction', at: NOW } },
    { type: 'CLEAR' },
    { type: 'LISTED', options: [{ ...loan, outstandingMinor: 90_000, dueMinor: 30_000 }] },
    { type: 'LISTED', options: [{ kind: 'account', id: 'a', lastFour: '0002', currency: 'CNY' }] },
    { type: 'KEY.2' },
    amount,
  ];
  const before = play(...ordered).call;
  const back: readonly FlowEvent[] = [
    { type: 'NOT_POSSIBLE', refusal: 'insufficient_funds' },
    { type: 'KEY.2' },
    amount,
  ];
  const after = play(...ordered, ...back).call;
  assert.equal(before.step, 'assess');
  assert.equal(after.step, 'assess');
  assert.equal(after.flow.order?.amountMinor, before.flow.order?.amountMinor);
  assert.notEqual(bindingOf(after), bindingOf(before));
});
