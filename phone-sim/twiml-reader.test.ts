import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import twilio from 'twilio';
import type { Verb } from './twiml.ts';
import { readTwiml } from './twiml-reader.ts';

function verbs(inner: string): readonly Verb[] {
  const read = readTwiml(`<?xml version="1.0" encoding="UTF-8"?><Response>${inner}</Response>`);
  assert.equal(read.kind, 'read', JSON.stringify(read));
  return read.kind === 'read' ? read.verbs : [];
}

function problems(document: string): string {
  const read = readTwiml(document);
  assert.equal(read.kind, 'refused', document);
  return read.kind === 'refused' ? read.problems.join('; ') : '';
}

const inside = (inner: string) => problems(`<Response>${inner}</Response>`);

test('a Gather is read with its nested prompt and the defaults of the carrier', () => {
  assert.deepEqual(verbs('<Gather action="/voice/turn?step=a&amp;t=b"><Say>Hello</Say><Pause/></Gather>'), [
    {
      kind: 'gather',
      action: '/voice/turn?step=a&t=b',
      method: 'POST',
      finishOnKey: '#',
      timeoutSeconds: 5,
      actionOnEmptyResult: false,
      nested: [
        { kind: 'say', text: 'Hello', language: 'en-US', loop: 1 },
        { kind: 'pause', seconds: 1 },
      ],
    },
  ]);
});

test('every verb is read in its order', () => {
  const read = verbs(
    `<Say language="cmn-CN" voice="Polly.Zhiyu-Neural">您好</Say><Play>/tone.mp3</Play><Pause length="3"/>
     <Gather action="/a" input="dtmf" numDigits="1" finishOnKey="" timeout="7" actionOnEmptyResult="true"/>
     <Enqueue action="/left" waitUrl="/wait">verification</Enqueue>
     <Dial action="/dialled"><Number>+8640012345</Number></Dial><Redirect method="GET">/again</Redirect><Hangup/>`,
  );
  assert.deepEqual(
    read.map(({ kind }) => kind),
    ['say', 'play', 'pause', 'gather', 'enqueue', 'dial', 'redirect', 'hangup'],
  );
  assert.deepEqual(read[3], {
    kind: 'gather',
    action: '/a',
    method: 'POST',
    numDigits: 1,
    finishOnKey: '',
    timeoutSeconds: 7,
    actionOnEmptyResult: true,
    nested: [],
  });
  assert.deepEqual(verbs('<Reject reason="busy"/>'), [{ kind: 'reject', reason: 'busy' }]);
});

test("whatever text the carrier's own library writes is read back as it was", () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 200 }), (raw) => {
      const text = raw
        .replace(/[\p{Cc}\p{Cs}\ufffe\uffff]/gu, ' ')
        .replace(/\s+/gu, ' ')
        .trim();
      fc.pre(text !== '');
      const response = new twilio.twiml.VoiceResponse();
      response.say({ language: 'vi-VN', voice: 'Google.vi-VN-Wavenet-A' }, text);
      const read = readTwiml(response.toString());
      assert.equal(read.kind, 'read', JSON.stringify(read));
      const say = read.kind === 'read' ? read.verbs[0] : undefined;
      assert.equal(say?.kind === 'say' ? say.text : undefined, text);
    }),
  );
});

test('no text at all makes the reader throw', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      readTwiml(text);
      readTwiml(`<Response>${text}</Response>`);
    }),
  );
});

test('numbers and digits stay text: leading zeros are said', () => {
  assert.equal((verbs('<Say>007</Say>')[0] as { text: string }).text, '007');
  assert.equal(
    (verbs('<Say>a &amp; &#39;b&#x27; <![CDATA[x < y]]></Say>')[0] as { text: string }).text,
    "a & 'b' x < y",
  );
});

test('what is not TwiML is refused', () => {
  assert.match(problems(''), /not well-formed/);
  assert.match(problems('Hello'), /not well-formed/);
  assert.match(problems('{"a":1}'), /not well-formed/);
  assert.match(problems('<Response><Say>x</Response>'), /not well-formed/);
  assert.match(problems('<html/>'), /expected one <Response>, found <html>/);
  assert.match(problems('<Response/><Response/>'), /expected one <Response>/);
  assert.match(problems('<Response version="2"/>'), /unknown attribute version/);
  assert.match(problems('<Response><__proto__/></Response>'), /not readable/);
  assert.match(problems(`<Response>${' '.repeat(70_000)}</Response>`), /longer than/);
});

test('entities that would grow are refused before they can', () => {
  assert.match(
    problems('<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><Response><Say>&b;</Say></Response>'),
    /document type/,
  );
  assert.match(inside('<Say>&b;</Say>'), /unknown entity &b;/);
  assert.match(inside('<Say>&#x110000;</Say>'), /unknown entity/);
  assert.match(inside('<Say>a & b</Say>'), /entity|well-formed/);
});

test('unknown verbs, unknown attributes and wrong nesting are refused by name, all at once', () => {
  const all = inside(
    '<Record/><Say pitch="high">x</Say>words<Gather action="/a"><Hangup/></Gather><Say><break/></Say><Hangup>now</Hangup>',
  );
  assert.match(all, /unknown verb <Record>/);
  assert.match(all, /<Say>: unknown attribute pitch/);
  assert.match(all, /<Response>: text between the verbs/);
  assert.match(all, /<Gather>: <Hangup> is not allowed inside/);
  assert.match(all, /<Say>: <break> is not allowed inside/);
  assert.match(all, /<Hangup>: text between/);
  assert.match(inside('<gather action="/a"/>'), /unknown verb <gather>/);
  assert.match(inside('<Say>x</Say><Reject/>'), /only the first verb/);
});

test('a Gather without an action, with odd numbers or with speech is refused', () => {
  assert.match(inside('<Gather/>'), /needs action/);
  assert.match(inside('<Gather action=""/>'), /needs action/);
  assert.match(inside('<Gather action="http://"/>'), /not an address/);
  for (const timeout of ['auto', '0', '-1', '2.5', '', '1e3'])
    assert.match(inside(`<Gather action="/a" timeout="${timeout}"/>`), /timeout must be a whole number/);
  assert.match(inside('<Gather action="/a" numDigits="0"/>'), /numDigits/);
  assert.match(inside('<Gather action="/a" finishOnKey="##"/>'), /finishOnKey/);
  assert.match(inside('<Gather action="/a" finishOnKey="X"/>'), /finishOnKey/);
  assert.match(inside('<Gather action="/a" actionOnEmptyResult="yes"/>'), /true or false/);
  assert.match(inside('<Gather action="/a" input="dtmf speech"/>'), /input must be dtmf/);
  assert.match(inside('<Gather action="/a" bargeIn="false"/>'), /speak before the Gather/);
});

test('a Say longer than 4096 characters is refused, one of 4096 is not', () => {
  assert.equal(verbs(`<Say>${'好'.repeat(4_096)}</Say>`).length, 1);
  assert.match(inside(`<Say>${'好'.repeat(4_097)}</Say>`), /more than 4096/);
  assert.match(inside('<Say> </Say>'), /nothing to say/);
});

test('a voice is refused unless it speaks the language', () => {
  for (const [language, voice] of [
    ['cmn-CN', 'Polly.Zhiyu'],
    ['cmn-CN', 'Google.cmn-CN-Wavenet-A'],
    ['vi-VN', 'Google.vi-VN-Neural2-A'],
    ['en-US', 'Polly.Joanna-Neural'],
    ['en-US', 'Google.en-US-Chirp3-HD-Kore'],
  ])
    assert.equal(verbs(`<Say language="${language}" voice="${voice}">x</Say>`).length, 1);
  assert.match(inside('<Say language="zh-CN">x</Say>'), /unknown language zh-CN/);
  assert.match(inside('<Say language="vi-VN" voice="Polly.Zhiyu">x</Say>'), /does not speak vi-VN/);
  assert.match(inside('<Say language="vi-VN" voice="Google.vi-VN-Neural2-Z">x</Say>'), /unknown voice/);
  assert.equal((verbs('<Say voice="Polly.Zhiyu">x</Say>')[0] as { language: string }).language, 'cmn-CN');
});

test('a conference is read with all that it says of a participant, and what is wrong with it is named', () => {
  const [dial] = verbs(
    '<Dial action="/left" hangupOnStar="true"><Conference participantLabel="caller-1" beep="false" startConferenceOnEnter="false" endConferenceOnExit="true" waitUrl="/wait" statusCallback="/events" statusCallbackEvent="start join" record="record-from-start" coach="CA1" muted="true">room</Conference></Dial>',
  );
  assert.deepEqual(dial, {
    kind: 'dial',
    target: 'conference:room',
    conference: {
      name: 'room',
      entry: {
        ...{
          label: 'caller-1',
          muted: true,
          beep: false,
          startOnEnter: false,
          endOnExit: true,
          record: true,
        },
        ...{ coach: 'CA1', wait: { url: '/wait', method: 'POST' } },
        reports: { url: '/events', method: 'POST', events: new Set(['start', 'join']) },
      },
    },
    hangupOnStar: true,
    action: '/left',
    method: 'POST',
    timeoutSeconds: 30,
  });
  const [plain] = verbs('<Dial><Conference>room</Conference></Dial>');
  assert.ok(plain?.kind === 'dial' && plain.conference);
  const { startOnEnter, endOnExit, beep, record, wait, reports } = plain.conference.entry;
  assert.deepEqual(
    [startOnEnter, endOnExit, beep, record, wait, reports],
    [true, false, true, false, undefined, undefined],
  );
  for (const [noun, problem] of [
    ['<Conference></Conference>', /needs a name/],
    ['<Conference beep="loud">r</Conference>', /beep must be/],
    ['<Conference record="yes">r</Conference>', /record must be/],
    ['<Conference participantLabel="">r</Conference>', /participantLabel must have/],
    [
      '<Conference statusCallback="/e" statusCallbackEvent="start party">r</Conference>',
      /unknown event party/,
    ],
    ['<Conference colour="red">r</Conference>', /unknown attribute colour/],
  ] as const) {
    const read = readTwiml(`<Response><Dial>${noun}</Dial></Response>`);
    assert.ok(read.kind === 'refused' && read.problems.some((one) => problem.test(one)), noun);
  }
});
