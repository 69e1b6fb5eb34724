import assert from 'node:assert/strict';
import { test } from 'node:test';
import { releaseOf, shippedTexts } from '../../test/support/shipped.ts';
import { consentAllowsOrders, consentOf } from './consent.ts';

const { policy: shipped } = releaseOf(await shippedTexts());
const asking = (unknown: 'tolerated' | 'refused', riskNotices = ['r2']) => ({
  ...shipped,
  consent: { agreements: ['2', '3'], riskNotices, unknown },
});

test('an agreement in force with its risk notice allows orders, an older one of either does not (E1.2)', () => {
  for (const unknown of ['tolerated', 'refused'] as const) {
    const policy = asking(unknown);
    assert.ok(consentAllowsOrders({ agreement_version: '3', risk_notice_version: 'r2' }, policy));
    for (const facts of [
      { agreement_version: '1', risk_notice_version: 'r2' },
      { agreement_version: '3', risk_notice_version: 'r1' },
      { agreement_version: '1' },
    ]) {
      assert.equal(consentOf(facts, policy), 'superseded');
      assert.ok(!consentAllowsOrders(facts, policy));
    }
  }
});

test('what is not known of a customer is tolerated or refused, as the policy says', () => {
  for (const facts of [{}, { agreement_version: '3' }, { risk_notice_version: 'r2' }]) {
    assert.equal(consentOf(facts, asking('tolerated')), 'unknown');
    assert.ok(consentAllowsOrders(facts, asking('tolerated')));
    assert.ok(!consentAllowsOrders(facts, asking('refused')));
  }
});

test('a policy that names no versions asks for none', () => {
  const none = { ...shipped, consent: { agreements: [], riskNotices: [], unknown: 'refused' as const } };
  assert.ok(consentAllowsOrders({}, none));
  assert.ok(consentAllowsOrders({ agreement_version: '3' }, asking('refused', [])));
});
