import assert from 'node:assert/strict';
import { test } from 'node:test';
import { jsonCarrier } from '../../test/support/json-carrier.ts';
import { callControlOf, messagingOf } from './account.ts';
import { CARRIERS } from './catalogue.ts';
import type { TwilioConfig } from './twilio/twilio.settings.ts';

const ACCOUNT: TwilioConfig = {
  ...{ accountSid: `AC${'1'.repeat(32)}`, authToken: 'token-of-an-account', messagingFrom: '+12025550143' },
  ...{ callsFrom: '+12025550143', talksRecorded: true, apiBaseUrl: 'http://127.0.0.1:9' },
};
const PUBLIC_URL = 'https://hotline.example';

test('calls are commanded where the carrier takes commands, by an account with a number to call staff from', async () => {
  const control = callControlOf(CARRIERS.twilio, ACCOUNT, PUBLIC_URL);
  assert.deepEqual(await control?.carryOut({ kind: 'end_leg', callId: 'CA1' }), { kind: 'retry' });
  for (const account of [undefined, { ...ACCOUNT, callsFrom: undefined }])
    assert.equal(callControlOf(CARRIERS.twilio, account, PUBLIC_URL), undefined);
  assert.equal(callControlOf(jsonCarrier, ACCOUNT, PUBLIC_URL), undefined);
});

test('SMS are sent by an account of a carrier that sends them, and by nothing else', async () => {
  const sent = await messagingOf(CARRIERS.twilio, ACCOUNT).send({
    to: '+8613800138000',
    body: 'x',
    reference: 'r',
  });
  assert.equal(sent.kind, 'unavailable', 'it was tried');
  assert.throws(() => messagingOf(CARRIERS.twilio, undefined), /without a carrier account/);
  assert.throws(() => messagingOf(jsonCarrier, ACCOUNT), /json sends no SMS/);
});
