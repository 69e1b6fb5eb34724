import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { LANGUAGES } from '../../locales/catalogue.ts';
import type { SpeechTexts } from '../../speech/prompts-port.ts';
import type { Ending, Reply, Speech } from '../../speech/reply.ts';
import { STATIC_PROMPTS } from '../static-answers.ts';
import { createTwimlRenderer } from './twiml.ts';

const HEAD = '<?xml version="1.0" encoding="UTF-8"?>';
const PUBLIC_URL = 'https://hotline.example/prefix';

/** Says the prompt's own key. */
const PROMPTS: SpeechTexts = {
  text: (speech, language) => `${language} ${speech.prompt}`,
  spoken: (speech, given) => {
    const language = speech.language ?? given;
    return [{ language, text: `${language} ${speech.prompt}` }];
  },
  voice: (language) =>
    language === 'zh-CN' ? { language: 'cmn-CN', voice: 'Polly.Zhiyu' } : { language, voice: 'woman' },
};
const renderer = createTwimlRenderer({ publicUrl: PUBLIC_URL, prompts: PROMPTS });

const MENU: Ending = {
  kind: 'collect',
  collect: { keys: 'one', firstKeySeconds: 7, betweenKeysSeconds: 4 },
};
const ENTRY: Ending = {
  kind: 'collect',
  collect: { keys: 'entry', firstKeySeconds: 7, betweenKeysSeconds: 4 },
};
const ACTION = `${PUBLIC_URL}/voice/turn?step=pin.ask&amp;t=token`;

function render(speech: readonly Speech[], ending: Ending, more: Partial<Reply> = {}): string {
  const xml = renderer.reply({ language: 'en-US', step: 'pin.ask', speech, ending, ...more }, 'token');
  assert.ok(xml.startsWith(`${HEAD}<Response>`));
  return xml.slice(`${HEAD}<Response>`.length, -'</Response>'.length);
}

function said(prompt: string, language = 'en-US'): string {
  return `<Say language="${language}" voice="woman">${language} ${prompt}</Say>`;
}

test('a menu takes any one key, # and * included, within the time for a first key', () => {
  assert.equal(
    render([{ prompt: 'menu' }], MENU),
    `<Gather input="dtmf" method="POST" action="${ACTION}" actionOnEmptyResult="true" numDigits="1" finishOnKey="" timeout="7">${said('menu')}</Gather>`,
  );
});

test('an entry has the longer time for its first key and the shorter between keys', () => {
  assert.equal(
    render([{ prompt: 'pin' }], ENTRY),
    `<Gather input="dtmf" method="POST" action="${ACTION}" actionOnEmptyResult="true" finishOnKey="#" timeout="4">${said('pin')}<Pause length="3"/></Gather>`,
  );
});

test('an input of one length ends by itself, and by # before', () => {
  const ending: Ending = {
    kind: 'collect',
    collect: { keys: 'entry', length: 6, firstKeySeconds: 7, betweenKeysSeconds: 4 },
  };
  assert.match(render([{ prompt: 'pin' }], ending), /numDigits="6" finishOnKey="#" timeout="4"/);
});

test('an entry whose times are equal has no pause', () => {
  const ending: Ending = {
    kind: 'collect',
    collect: { keys: 'entry', firstKeySeconds: 4, betweenKeysSeconds: 4 },
  };
  assert.ok(!render([{ prompt: 'pin' }], ending).includes('<Pause'));
});

test('what must be heard to its end stands before the Gather, with all that comes before it', () => {
  const xml = render(
    [{ prompt: 'a' }, { prompt: 'payee', bargeIn: false }, { prompt: 'b' }, { prompt: 'c' }],
    MENU,
  );
  const gather = xml.indexOf('<Gather');
  assert.ok(xml.startsWith(`${said('a')}${said('payee')}<Gather`));
  assert.ok(xml.indexOf(said('b')) > gather && xml.indexOf(said('c')) > xml.indexOf(said('b')));
});

test('a person is reached by the queue, and the action hears how the caller left it', () => {
  assert.equal(
    render([{ prompt: 'person' }], { kind: 'queue', queue: 'fraud' }),
    `${said('person')}<Enqueue action="${ACTION}" method="POST">fraud</Enqueue>`,
  );
});

test('a goodbye is said before the line is cut', () => {
  assert.equal(render([{ prompt: 'bye' }], { kind: 'hangup' }), `${said('bye')}<Hangup/>`);
});

test('a slowed source waits before it hears anything', () => {
  assert.ok(render([{ prompt: 'menu' }], MENU, { pauseSeconds: 3 }).startsWith('<Pause length="3"/><Gather'));
});

test('a speech can have a language of its own, and the voice goes with it', () => {
  const xml = render([{ prompt: 'hint', language: 'zh-CN' }, { prompt: 'menu' }], MENU);
  assert.ok(xml.includes('<Say language="cmn-CN" voice="Polly.Zhiyu">zh-CN hint</Say>'));
  assert.ok(xml.includes(said('menu')));
});

test('an unknown call is sent to the beginning', () => {
  assert.equal(
    renderer.startAgain(),
    `${HEAD}<Response><Redirect method="POST">${PUBLIC_URL}/voice/answer</Redirect></Response>`,
  );
});

test('an outage is told in every language, and then a person follows', () => {
  for (const language of LANGUAGES) {
    const xml = renderer.outageAnswer(language);
    for (const prompt of STATIC_PROMPTS.outage) assert.ok(xml.includes(`${language} ${prompt}`));
    const waitUrl = `${PUBLIC_URL}/voice/wait?l=${language}&amp;aside=1`;
    const queued = `waitUrl="${waitUrl}" waitUrlMethod="POST">verification</Enqueue></Response>`;
    assert.ok(xml.endsWith(`<Enqueue action="${PUBLIC_URL}/voice/fallback" method="POST" ${queued}`));
    // Every word of it is said where ** is heard (invariant 41).
    assert.match(xml, /<Response><Gather [^>]*>(<Say [^>]*>[^<]*<\/Say>)+<\/Gather><Enqueue/);
    assert.ok(renderer.keepAliveAnswer(language).includes('<Enqueue'));
    assert.ok(renderer.goodbyeAnswer(language).endsWith('<Hangup/></Response>'));
  }
});

test('a prompt missing from the static documents stops the start', () => {
  const prompts: SpeechTexts = {
    ...PROMPTS,
    spoken: () => {
      throw new Error('no such prompt');
    },
  };
  assert.throws(() => createTwimlRenderer({ publicUrl: PUBLIC_URL, prompts }));
});

const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string(),
  fc.constantFrom(
    '\0\x1b\x7f',
    '\ud800',
    ']]>',
    '<!-- -->',
    '&#0;',
    '\ufffe\uffff',
    '<?xml?>',
    '‮',
    '\u2028',
    'a\r\nb',
  ),
);
const anySeconds = fc.oneof(fc.integer({ min: 1, max: 60 }), fc.double({ min: 0, max: 60, noNaN: true }));
const anySpeech: fc.Arbitrary<Speech> = fc.record(
  { prompt: anyText, bargeIn: fc.constant(false as const), language: fc.constantFrom(...LANGUAGES) },
  { requiredKeys: ['prompt'] },
);
const anyEnding: fc.Arbitrary<Ending> = fc.oneof(
  fc.record({
    kind: fc.constant('collect' as const),
    collect: fc.record({
      keys: fc.constantFrom('one' as const, 'entry' as const),
      firstKeySeconds: anySeconds,
      betweenKeysSeconds: anySeconds,
    }),
  }),
  fc.record({ kind: fc.constant('queue' as const), queue: anyText }),
  fc.record({ kind: fc.constant('hangup' as const) }),
);
const anyReply: fc.Arbitrary<Reply> = fc.record(
  {
    language: fc.constantFrom(...LANGUAGES),
    step: anyText,
    speech: fc.array(anySpeech, { maxLength: 6 }),
    ending: anyEnding,
    pauseSeconds: anySeconds,
  },
  { requiredKeys: ['language', 'step', 'speech', 'ending'] },
);
/** Everything outside the characters of XML 1.0. */
const NO_XML_CHARACTER = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

test('TwiML is always well-formed, and only our own verbs stand in it', () => {
  const verbs = new Set(['Response', 'Say', 'Gather', 'Pause', 'Enqueue', 'Hangup']);
  const raw = createTwimlRenderer({
    publicUrl: PUBLIC_URL,
    prompts: { ...PROMPTS, text: (speech) => speech.prompt },
  });
  fc.assert(
    fc.property(anyReply, anyText, (reply, token) => {
      const xml = raw.reply(reply, token);
      assert.equal(XMLValidator.validate(xml), true);
      assert.ok(xml.isWellFormed() && !NO_XML_CHARACTER.test(xml));
      for (const [, name = ''] of xml.matchAll(/<([A-Za-z!]+)/g)) assert.ok(verbs.has(name), name);
    }),
  );
});

test('ordinary words arrive as they were written', () => {
  const words = '您好 <b>A & B</b> "quoted" \'single\' Xin chào ạ 😀 100%';
  const raw = createTwimlRenderer({
    publicUrl: PUBLIC_URL,
    prompts: { ...PROMPTS, spoken: () => [{ language: 'zh-CN', text: words }] },
  });
  const xml = raw.reply(
    { language: 'zh-CN', step: 'a', speech: [{ prompt: 'x' }], ending: { kind: 'hangup' } },
    't',
  );
  assert.equal(new XMLParser().parse(xml).Response.Say, words);
});

test('the same reply and token give the same bytes', () => {
  fc.assert(
    fc.property(anyReply, anyText, (reply, token) => {
      assert.equal(renderer.reply(structuredClone(reply), token), renderer.reply(reply, token));
    }),
    { numRuns: 30 },
  );
});
