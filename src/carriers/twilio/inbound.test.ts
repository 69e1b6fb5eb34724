import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  holdCount,
  isUrgent,
  ownQuery,
  queueWaitEnded,
  readCallStatus,
  readIncomingCall,
  readKeyedTurn,
  readMessageStatus,
} from './inbound.ts';

const CALL = `CA${'0123456789abcdef'.repeat(2)}`;
const MESSAGE = `SM${'0123456789abcdef'.repeat(2)}`;
const FORM = { CallSid: CALL, From: '+8613800138000', To: '+862100000000' };
const QUERY = { step: 'identity.phone', t: 'Zm9v_-' };

test('an incoming call is read with what the network claims of it', () => {
  assert.deepEqual(readIncomingCall({ ...FORM, StirVerstat: 'TN-Validation-Passed-A' }), {
    kind: 'understood',
    value: { callId: CALL, from: FORM.From, to: FORM.To, attestation: 'TN-Validation-Passed-A' },
    problems: [],
  });
});

test('callers without a number are read as they are announced', () => {
  for (const From of ['anonymous', '+266696687', 'client:alice', 'sip:alice@example.com']) {
    const read = readIncomingCall({ ...FORM, From });
    assert.equal(read.kind === 'understood' && read.value.from, From);
  }
  for (const From of [undefined, '', ['+86138', '+86139'], 'x'.repeat(300), 'a\r\nb']) {
    const read = readIncomingCall({ ...FORM, From });
    assert.equal(read.kind === 'understood' && read.value.from, 'anonymous');
  }
});

test('a call id that is missing, doubled or malformed is no call', () => {
  for (const CallSid of [undefined, '', [CALL, CALL], 'a'.repeat(65), `${CALL}\n`, 'a b', '號']) {
    for (const read of [
      readIncomingCall({ ...FORM, CallSid }),
      readKeyedTurn({ ...FORM, CallSid, Digits: '1' }, QUERY),
      readCallStatus({ ...FORM, CallSid, CallStatus: 'completed' }),
    ])
      assert.deepEqual(read, { kind: 'malformed', problem: 'no_call_id' });
  }
});

test('keys, step and token of a turn are read, and silence is an empty text', () => {
  const read = readKeyedTurn({ ...FORM, Digits: '' }, QUERY);
  assert.deepEqual(read, {
    kind: 'understood',
    value: {
      callId: CALL,
      from: FORM.From,
      to: FORM.To,
      token: QUERY.t,
      step: QUERY.step,
      digits: '',
    },
    problems: [],
  });
});

test('missing, doubled, overlong and unkeyable digits are no digits at all', () => {
  for (const Digits of [
    undefined,
    ['1', '1'],
    ['1', '2'],
    '1'.repeat(65),
    '1'.repeat(1_000_000),
    'X',
    '１',
    '1\n',
  ]) {
    const read = readKeyedTurn({ ...FORM, Digits }, QUERY);
    assert.equal(read.kind, 'understood');
    assert.equal(read.kind === 'understood' && read.value.digits, undefined);
    assert.deepEqual(read.kind === 'understood' && read.problems, ['no_keys']);
  }
});

test('a missing, doubled or malformed step token is no token', () => {
  for (const t of [undefined, '', ['a', 'a'], 'a b', 'a'.repeat(65), '../../..', '<x>']) {
    const read = readKeyedTurn({ ...FORM, Digits: '1' }, { step: QUERY.step, t });
    assert.equal(read.kind === 'understood' && read.value.token, undefined);
  }
});

test('leaving the queue is read as a turn without keys', () => {
  const read = readKeyedTurn({ ...FORM, QueueResult: 'queue-full' }, QUERY);
  assert.equal(read.kind === 'understood' && read.value.queueResult, 'full');
  assert.deepEqual(read.kind === 'understood' && read.problems, []);
  assert.equal(queueWaitEnded({ QueueResult: 'bridged' }), true);
  for (const QueueResult of [undefined, 'queue-full', 'system-error', 'leave', ['bridged', 'bridged']])
    assert.equal(queueWaitEnded({ QueueResult }), false);
});

test('only the end of a call ends it', () => {
  const read = (CallStatus: string) => {
    const status = readCallStatus({ ...FORM, CallStatus });
    return status.kind === 'understood' ? status.value.end : status.problem;
  };
  assert.equal(read('completed'), 'completed');
  assert.equal(read('no-answer'), 'no-answer');
  assert.equal(read('in-progress'), undefined);
  assert.equal(read('constructor'), undefined);
});

test('a message status is read with its error, and unknown ones are let go', () => {
  assert.deepEqual(
    readMessageStatus({ MessageSid: MESSAGE, MessageStatus: 'undelivered', ErrorCode: '30003' }),
    {
      kind: 'understood',
      value: { messageId: MESSAGE, delivery: 'undelivered', carrierError: 30003 },
      problems: [],
    },
  );
  assert.deepEqual(readMessageStatus({ MessageSid: MESSAGE, MessageStatus: 'read' }), {
    kind: 'understood',
    value: undefined,
    problems: [],
  });
  assert.equal(readMessageStatus({ MessageStatus: 'sent' }).kind, 'malformed');
  assert.equal(readMessageStatus({ MessageSid: MESSAGE }).kind, 'malformed');
});

test('of a query only our own step and token go back to the carrier', () => {
  assert.equal(
    ownQuery({ ...QUERY, From: '+8613800138000', CallSid: CALL }),
    '?step=identity.phone&t=Zm9v_-',
  );
  assert.equal(ownQuery({ ...QUERY, step: 'a&b' }), '');
  assert.equal(ownQuery({}), '');
});

test('reading never throws, whatever stands in a form', () => {
  const value = fc.oneof(fc.string({ unit: 'binary' }), fc.array(fc.string()), fc.constant(undefined));
  const names = ['CallSid', 'From', 'To', 'Digits', 'StirVerstat', 'QueueResult', 'CallStatus', 'MessageSid'];
  fc.assert(
    fc.property(fc.dictionary(fc.oneof(fc.constantFrom(...names), fc.string()), value), (form) => {
      for (const filled of [form, { ...form, CallSid: CALL, MessageSid: MESSAGE }]) {
        readIncomingCall(filled);
        const turn = readKeyedTurn(filled, form);
        if (turn.kind === 'understood' && turn.value.digits !== undefined)
          assert.match(turn.value.digits, /^[0-9*#]{0,64}$/);
        readCallStatus(filled);
        readMessageStatus(filled);
        ownQuery(form);
      }
    }),
  );
});

test('a freeze, what may become one and what ends a wait go first, and nothing else does (invariant 30)', () => {
  const urgent = { ...QUERY, urgent: '1' };
  for (const [form, query] of [
    [{ Digits: '12**34#' }, QUERY],
    [{ Digits: '*' }, QUERY],
    [{ Digits: '13800001001' }, urgent],
    [{ QueueResult: 'hangup' }, QUERY],
  ] as const) {
    assert.equal(isUrgent({ ...FORM, ...form }, query), true, JSON.stringify(form));
    const read = readKeyedTurn({ ...FORM, ...form }, query);
    assert.equal(read.kind === 'understood' && read.value.urgent, true);
  }
  for (const Digits of ['', '1', '11010*', '*1*2', ['**', '**'], 'x**'])
    assert.equal(isUrgent({ ...FORM, Digits }, QUERY), false, JSON.stringify(Digits));
});

test('how often a caller was held is read from our own URL, and nonsense counts as never', () => {
  assert.deepEqual(
    [undefined, '3', '-1', '1e9', 'x', ['1', '2']].map((held) =>
      holdCount(held === undefined ? {} : { held }),
    ),
    [0, 3, 0, 0, 0, 0],
  );
});
