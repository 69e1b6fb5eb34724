import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readEvent } from './inbound.ts';

const CALL = `CA${'0123456789abcdef'.repeat(2)}`;
const MESSAGE = `SM${'0123456789abcdef'.repeat(2)}`;
const FORM = { CallSid: CALL, From: '+8613800138000', To: '+862100000000' };
const QUERY = { step: 'identity.phone', t: 'Zm9v_-' };

test('the names Twilio gives to things are read, each once', () => {
  assert.deepEqual(
    readEvent(
      {
        ...FORM,
        StirVerstat: 'TN-Validation-Passed-A',
        Digits: '12',
        FinishedOnKey: '#',
        ErrorCode: '11200',
      },
      QUERY,
    ),
    {
      callId: CALL,
      from: FORM.From,
      to: FORM.To,
      attestation: 'TN-Validation-Passed-A',
      digits: '12',
      finishKey: '#',
      fallbackError: 11_200,
      ownUrl: { step: QUERY.step, token: QUERY.t, freezeInProgress: false, aside: false, holdCount: 0 },
      freezeAsked: false,
      urgent: false,
    },
  );
});

test('callers without a number are read as they are announced', () => {
  for (const From of ['anonymous', '+266696687', 'client:alice', 'sip:alice@example.com'])
    assert.equal(readEvent({ ...FORM, From }, {}).from, From);
  for (const From of [undefined, '', ['+86138', '+86139'], 'x'.repeat(300), 'a\r\nb'])
    assert.equal(readEvent({ ...FORM, From }, {}).from, 'anonymous');
});

test('each of Twilio’s words for the end of a wait has one of ours, and a new one is a failure', () => {
  const read = (QueueResult: string | readonly string[]) =>
    readEvent({ ...FORM, QueueResult }, {}).queueResult;
  for (const [word, result] of [
    ['bridged', 'answered'],
    ['bridging-in-process', 'answered'],
    ['redirected', 'answered'],
    ['redirected-from-bridged', 'answered'],
    ['hangup', 'hung_up'],
    ['leave', 'left'],
    ['queue-full', 'full'],
    ['error', 'failed'],
    ['system-error', 'failed'],
    ['some-new-word', 'failed'],
    ['constructor', 'failed'],
    ['Bridged', 'failed'],
    ['x'.repeat(21), 'failed'],
    ['12', 'failed'],
  ] as const)
    assert.equal(read(word), result, word);
  for (const word of ['', ['bridged', 'bridged']]) assert.equal(read(word), undefined, String(word));
});

test('only the end of a call ends it', () => {
  const read = (CallStatus: string) => readEvent({ ...FORM, CallStatus }, {}).callStatus;
  assert.equal(read('completed'), 'completed');
  assert.equal(read('no-answer'), 'no-answer');
  assert.equal(read('in-progress'), 'live');
  assert.equal(read('constructor'), 'live');
});

test('how a message fared is read with its error, and unknown words are let go', () => {
  const read = (form: { readonly [name: string]: string }) => readEvent(form, {}).message;
  assert.deepEqual(read({ MessageSid: MESSAGE, MessageStatus: 'undelivered', ErrorCode: '30003' }), {
    messageId: MESSAGE,
    delivery: 'failed',
    carrierError: 30_003,
  });
  for (const [word, delivery] of [
    ['queued', 'sent'],
    ['delivered', 'delivered'],
    ['read', 'delivered'],
    ['canceled', 'failed'],
  ] as const)
    assert.deepEqual(read({ MessageSid: MESSAGE, MessageStatus: word }), { messageId: MESSAGE, delivery });
  assert.equal(read({ MessageSid: MESSAGE, MessageStatus: 'receiving' }), 'no_use');
  assert.equal(read({ MessageStatus: 'sent' }), undefined);
  assert.equal(read({ MessageSid: MESSAGE }), undefined);
});

test('reading never throws, whatever stands in a form, and digits are always keys', () => {
  const value = fc.oneof(fc.string({ unit: 'binary' }), fc.array(fc.string()), fc.constant(undefined));
  const names = ['CallSid', 'From', 'To', 'Digits', 'StirVerstat', 'QueueResult', 'CallStatus', 'MessageSid'];
  fc.assert(
    fc.property(fc.dictionary(fc.oneof(fc.constantFrom(...names), fc.string()), value), (form) => {
      for (const filled of [form, { ...form, CallSid: CALL, MessageSid: MESSAGE }])
        assert.match(readEvent(filled, form).digits ?? '', /^[0-9*#]{0,64}$/);
    }),
  );
});
