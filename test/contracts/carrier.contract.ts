import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { CallEnd } from '../../src/calls/calls-port.ts';
import type { Carrier, CarrierEvent, ReceivedWebhook } from '../../src/carriers/carrier.ts';
import { DESK_PROMPTS } from '../../src/carriers/desk-answers.ts';
import { FREEZE_QUEUE, STATIC_PROMPTS } from '../../src/carriers/static-answers.ts';
import {
  type ConferenceEvent,
  conferenceName,
  type LeaveReason,
} from '../../src/escalation/carrier-command.ts';
import { QUEUE_RESULTS, type QueueResult } from '../../src/escalation/queue-result.ts';
import { LANGUAGES } from '../../src/locales/catalogue.ts';
import { isOpaqueId } from '../../src/platform/opaque-id.ts';
import type { SpeechTexts } from '../../src/speech/prompts-port.ts';
import type { Reply } from '../../src/speech/reply.ts';

/** What a webhook says, before a carrier has put it into its own form. What is left out is not sent. */
export interface Said {
  readonly callId?: string;
  readonly from?: string;
  readonly to?: string;
  readonly attestation?: string;
  readonly digits?: string;
  readonly finishKey?: string;
  readonly queueWord?: string;
  readonly stateWord?: string;
  readonly error?: number;
  readonly message?: { readonly id: string; readonly word: string };
  readonly conference?: {
    readonly id?: string;
    readonly name?: string;
    readonly sequence?: number;
    readonly word?: string;
    readonly label?: string;
    readonly leaveWord?: string;
  };
  /** A field no carrier has. */
  readonly unknownField?: string;
}

/** What an answer makes a carrier do. */
export interface Done {
  readonly said: readonly string[];
  readonly keysTo?: string;
  readonly queue?: { readonly name: string; readonly url: string; readonly whileWaiting?: string };
  /** Where keys go that are pressed beside the words. */
  readonly starsTo?: string;
  readonly leaves?: true;
  readonly asks?: string;
  readonly hangsUp: boolean;
  /** Into a conference under a label; where its end is told, and that the label was used. */
  readonly joins?: {
    readonly name: string;
    readonly label: string;
    readonly next: string;
    readonly taken: string;
  };
  /** The document that follows by itself, after words and a pause. */
  readonly again?: string;
}

/** How a carrier's side of the line writes webhooks and reads answers: what the contract needs to know of a carrier. */
export interface CarrierBench {
  readonly carrier: Carrier;
  /** A webhook to this URL as the carrier sends and signs it. */
  webhook(url: string, said: Said, secret: string): ReceivedWebhook;
  /** The same with the keys sent twice. */
  doubled(url: string, said: Said & { readonly digits: string }, secret: string): ReceivedWebhook;
  readonly queueWords: { readonly [result in QueueResult]: readonly string[] };
  /** The word for a wait that a command of ours ended. */
  readonly movedWord: string;
  readonly conferenceWords: { readonly [kind in ConferenceEvent['what']['kind']]: string };
  readonly leaveWords: { readonly [reason in LeaveReason]: readonly string[] };
  readonly endWords: { readonly [end in CallEnd]: string };
  readonly liveWord: string;
  readonly messageWords: { readonly [delivery in 'sent' | 'delivered' | 'failed']: readonly string[] };
  readAnswer(answer: string): Done;
}

const SECRET = 'secret-of-the-account';
const PUBLIC_URL = 'https://hotline.example/prefix';
const URL_OF_TURN = `${PUBLIC_URL}/voice/turn?step=identity.phone&t=Zm9v_-`;
const CALL = { callId: 'v3:b0d2f0a6-8d2b', from: '+8613800138000', to: '+861058880001' };
const PROMPTS: SpeechTexts = {
  text: (speech, language) => `${language} ${speech.prompt}`,
  spoken: (speech, given) => {
    const language = speech.language ?? given;
    return [{ language, text: `${language} ${speech.prompt}` }];
  },
  voice: (language) => ({ language, voice: 'woman' }),
};

/** What every carrier must do, for any form of webhooks and answers. */
export function carrierContract(bench: CarrierBench): void {
  describe(`the carrier ${bench.carrier.name}`, () => {
    verifiesSignatures(bench);
    readsEvents(bench);
    readsConferences(bench);
    readsKeys(bench);
    rendersReplies(bench);
    rendersHandoffs(bench);
  });
}

function read(bench: CarrierBench, said: Said, url = URL_OF_TURN): CarrierEvent {
  const received = bench.carrier.receive(bench.webhook(url, said, SECRET), [SECRET]);
  assert.ok(received.kind === 'genuine', 'what the carrier signed is believed');
  return received.event;
}

function verifiesSignatures(bench: CarrierBench): void {
  const { carrier } = bench;
  const genuine = bench.webhook(URL_OF_TURN, { ...CALL, digits: '1' }, SECRET);
  const kindOf = (webhook: ReceivedWebhook, secrets = [SECRET]) => carrier.receive(webhook, secrets).kind;

  test('a webhook of either secret of a rotation is genuine, and of no other (invariant 39)', () => {
    assert.equal(carrier.refusalByHeaders(genuine.headers), undefined);
    assert.equal(kindOf(genuine, ['new', SECRET]), 'genuine');
    for (const secrets of [['new'], [], ['']]) assert.equal(kindOf(genuine, secrets), 'refused');
  });

  test('a signature over another URL or another body is refused (invariant 39)', () => {
    const other = bench.webhook(URL_OF_TURN, { ...CALL, digits: '2' }, SECRET);
    assert.equal(kindOf({ ...genuine, body: other.body }), 'refused');
    for (const url of [
      URL_OF_TURN.replace('/prefix', ''),
      URL_OF_TURN.replace('hotline.', 'evil.'),
      `${URL_OF_TURN}x`,
    ])
      assert.equal(kindOf({ ...genuine, url }), 'refused', url);
  });

  test('without a signature, or with what has not its shape, nothing is read (invariant 39)', () => {
    assert.equal(carrier.refusalByHeaders({}), 'absent');
    for (const value of ['', 'short', 'A'.repeat(1_000), '\r\n'])
      for (const name of Object.keys(genuine.headers)) {
        const webhook = { ...genuine, headers: { ...genuine.headers, [name]: value } };
        assert.equal(kindOf(webhook), 'refused', JSON.stringify(value));
      }
    for (const url of ['', 'not a url', `${PUBLIC_URL}/%E0%A4%A`])
      assert.equal(kindOf({ ...genuine, url }), 'refused', url);
  });
}

function readsEvents(bench: CarrierBench): void {
  test('a call is read with what the network claims of it', () => {
    const event = read(bench, { ...CALL, attestation: 'TN-Validation-Passed-A' });
    const { callId, from, to, attestation } = event;
    assert.deepEqual({ callId, from, to, attestation }, { ...CALL, attestation: 'TN-Validation-Passed-A' });
    const withheld = read(bench, { callId: CALL.callId });
    assert.deepEqual([withheld.from, withheld.to], ['anonymous', '']);
  });

  test('any opaque id is a call id, and whatever else the carrier calls a call becomes one of its own (invariant 45)', () => {
    for (const callId of ['x', 'CA'.concat('0'.repeat(32)), '../x', 'a'.repeat(64)])
      assert.equal(read(bench, { callId }).callId, callId);
    const odd = ['a b', 'a\r\nb', 'a'.repeat(65), 'a'.repeat(66), '135790', '号', '\0'];
    const shaped = odd.map((callId) => read(bench, { callId }).callId ?? '');
    assert.equal(new Set(shaped).size, odd.length);
    for (const [index, callId] of odd.entries()) {
      assert.ok(isOpaqueId(shaped[index] ?? '') && !shaped[index]?.includes(callId), JSON.stringify(callId));
      assert.equal(read(bench, { callId }).callId, shaped[index], 'the same in every webhook of the call');
    }
    for (const none of [{}, { callId: '' }]) assert.equal(read(bench, none).callId, undefined);
  });

  test('a dialled number is the same however it is written, and an odd attestation is none (invariant 45)', () => {
    for (const to of ['+861058880001', '00861058880001', 'sip:+86-10-5888-0001@host;transport=tls'])
      assert.equal(read(bench, { ...CALL, to }).to, '+861058880001', to);
    for (const attestation of ['1', '-A', 'a b', 'x'.repeat(65), '<>'])
      assert.equal(read(bench, { ...CALL, attestation }).attestation, undefined, attestation);
  });

  test('every word for the end of a wait has a neutral one, and an unknown word is a failure', () => {
    for (const result of QUEUE_RESULTS) {
      const words = bench.queueWords[result];
      assert.ok(words.length > 0, result);
      for (const queueWord of words) assert.equal(read(bench, { ...CALL, queueWord }).queueResult, result);
    }
    assert.equal(read(bench, { ...CALL, queueWord: 'something-new' }).queueResult, 'failed');
    assert.equal(read(bench, CALL).queueResult, undefined);
  });

  test('the end of a call is read, and a call that goes on is live', () => {
    for (const [end, stateWord] of Object.entries(bench.endWords))
      assert.equal(read(bench, { ...CALL, stateWord }).callStatus, end);
    assert.equal(read(bench, { ...CALL, stateWord: bench.liveWord }).callStatus, 'live');
    assert.equal(read(bench, CALL).callStatus, undefined);
  });

  test('how a message fared is read, with the carrier’s error number and our own id', () => {
    const url = `${PUBLIC_URL}/sms/status?reference=r1`;
    for (const [delivery, words] of Object.entries(bench.messageWords))
      for (const word of words) {
        const event = read(bench, { message: { id: 'm-1', word }, error: 30_003 }, url);
        assert.deepEqual(event.message, { messageId: 'm-1', delivery, carrierError: 30_003 });
        assert.equal(event.ownUrl.reference, 'r1');
      }
    assert.equal(read(bench, { message: { id: 'm-1', word: 'something-new' } }).message, 'no_use');
    assert.equal(read(bench, CALL).message, undefined);
    assert.equal(read(bench, { ...CALL, error: 11_200 }).fallbackError, 11_200);
  });

  test('a field that is not known changes nothing', () => {
    const said = { ...CALL, digits: '1' };
    assert.deepEqual(read(bench, { ...said, unknownField: '**' }), read(bench, said));
  });

  test('step, token, urgency and holds come from our own URL', () => {
    assert.deepEqual(read(bench, CALL).ownUrl, {
      step: 'identity.phone',
      token: 'Zm9v_-',
      freezeInProgress: false,
      aside: false,
      holdCount: 0,
    });
    const onTheWay = read(bench, { ...CALL, digits: '1' }, `${URL_OF_TURN}&urgent=1`);
    assert.deepEqual(
      [onTheWay.ownUrl.freezeInProgress, onTheWay.urgent, onTheWay.freezeAsked],
      [true, true, false],
    );
    assert.equal(read(bench, CALL, `${PUBLIC_URL}/voice/fallback?held=3`).ownUrl.holdCount, 3);
  });
}

function readsConferences(bench: CarrierBench): void {
  const name = conferenceName('Zm9v/1');
  const report = { id: 'CF1', name, sequence: 3, word: bench.conferenceWords.joined, label: 'agent-2' };
  const conferenceOf = (said: Said) => read(bench, said, `${PUBLIC_URL}/voice/desk/events`).conference;
  const leg = { callId: CALL.callId, label: { role: 'agent', number: 2 } };
  const about = { conference: name, conferenceId: 'CF1', sequence: 3 };

  test('what happens in a conference is read with its count, its leg and why a leg has left', () => {
    for (const [kind, word] of Object.entries(bench.conferenceWords))
      assert.deepEqual(conferenceOf({ ...CALL, conference: { ...report, word } }), {
        ...about,
        what: ['started', 'ended'].includes(kind) ? { kind } : { kind, ...leg },
      });
    const word = bench.conferenceWords.left;
    for (const [reason, words] of Object.entries(bench.leaveWords))
      for (const leaveWord of words)
        assert.deepEqual(conferenceOf({ ...CALL, conference: { ...report, word, leaveWord } }), {
          ...about,
          what: { kind: 'left', ...leg, reason },
        });
    const unknown = conferenceOf({ ...CALL, conference: { ...report, word, leaveWord: 'something-new' } });
    assert.deepEqual(unknown, { ...about, what: { kind: 'left', ...leg } });
    assert.equal(conferenceOf(CALL), undefined);
  });

  test('nothing follows from a report of a stranger’s conference, or from an odd one (invariant 45)', () => {
    for (const odd of [
      { name: 'Room 1' },
      { name: '' },
      { id: '' },
      { sequence: 0 },
      { sequence: -1 },
      { sequence: 1_000_001 },
      { word: 'something-new' },
      { word: 'constructor' },
    ])
      assert.equal(
        conferenceOf({ ...CALL, conference: { ...report, ...odd } }),
        'no_use',
        JSON.stringify(odd),
      );
    assert.equal(conferenceOf({ conference: report }), 'no_use', 'a leg without a call');
    const odd = conferenceOf({ ...CALL, conference: { ...report, label: 'boss-1', id: 'a b' } });
    assert.ok(typeof odd === 'object' && 'callId' in odd.what);
    assert.deepEqual([odd.what.label, isOpaqueId(odd.conferenceId)], [undefined, true]);
  });

  test('a wait that a command of ours ended is told from one that a person did, and hand-offs come from our own URL', () => {
    const event = read(bench, { ...CALL, queueWord: bench.movedWord });
    assert.deepEqual([event.moved, event.queueResult], [true, 'answered']);
    for (const queueWord of Object.values(bench.queueWords).flat())
      if (queueWord !== bench.movedWord) assert.equal(read(bench, { ...CALL, queueWord }).moved, undefined);
    const url = `${PUBLIC_URL}/voice/desk/left?h=Zm9v%2F1&p=caller-2&l=vi-VN&from=answered_star&aside=1`;
    assert.deepEqual(read(bench, { ...CALL, digits: '**' }, url).ownUrl, {
      ...{ language: 'vi-VN', handoff: 'Zm9v/1', leg: { role: 'caller', number: 2 }, from: 'answered_star' },
      ...{ freezeInProgress: false, aside: true, holdCount: 0 },
    });
    const odd = `${PUBLIC_URL}/voice/desk/left?h=a%20b&p=boss-1&from=nowhere&h=c`;
    assert.deepEqual(read(bench, CALL, odd).ownUrl, { freezeInProgress: false, aside: false, holdCount: 0 });
  });
}

function rendersHandoffs(bench: CarrierBench): void {
  const renderer = bench.carrier.createRenderer({ publicUrl: PUBLIC_URL, prompts: PROMPTS });
  const caller = { handoff: 'Zm9v/1', legNumber: 2 };
  const label = { role: 'caller', number: 2 } as const;
  const leftUrl = (language: string, more = '') =>
    `${PUBLIC_URL}/voice/desk/left?h=Zm9v%2F1&p=caller-2&l=${language}${more}`;

  test('a caller comes into a conference, back into a queue, is asked about a star, or hears goodbye', () => {
    for (const language of LANGUAGES) {
      const says = (prompt: string) => `${language} ${prompt}`;
      const place = {
        kind: 'conference',
        conference: conferenceName(caller.handoff),
        label,
        language,
      } as const;
      const joined = bench.readAnswer(renderer.callerPlace({ ...place, adviser: '4821' }, caller));
      const taken = leftUrl(language, '&from=not_joined');
      assert.deepEqual(joined, {
        said: [says(DESK_PROMPTS.adviser)],
        hangsUp: false,
        starsTo: `${taken}&aside=1`,
        joins: { name: place.conference, label: 'caller-2', next: leftUrl(language), taken },
      });
      assert.deepEqual(bench.readAnswer(renderer.callerPlace(place, caller)).said, []);
      const queue = { kind: 'queue', queue: 'verification', language } as const;
      assert.deepEqual(bench.readAnswer(renderer.callerPlace(queue, caller)), {
        said: [says(DESK_PROMPTS.stay)],
        hangsUp: false,
        starsTo: `${PUBLIC_URL}/voice/freeze?aside=1`,
        queue: {
          name: 'verification',
          url: `${PUBLIC_URL}/voice/fallback`,
          whileWaiting: `${PUBLIC_URL}/voice/wait?l=${language}&aside=1`,
        },
      });
      const asked = bench.readAnswer(renderer.callerPlace({ kind: 'asked_to_freeze', language }, caller));
      assert.deepEqual(
        [asked.said, asked.keysTo],
        [[says(DESK_PROMPTS.starred)], leftUrl(language, '&from=answered_star&aside=1')],
      );
      const goodbye = bench.readAnswer(renderer.callerPlace({ kind: 'goodbye', language }, caller));
      assert.deepEqual(goodbye, bench.readAnswer(renderer.goodbyeAnswer(language)));
    }
  });

  test('a caller who has keyed what a person asked for goes back to that person', () => {
    const reply: Reply = {
      ...{ language: 'en-US', step: 'pin.entry', speech: [{ prompt: 'thanks' }] },
      ending: { kind: 'desk', handoff: caller.handoff, hears: 'freeze' },
    };
    assert.deepEqual(bench.readAnswer(renderer.reply(reply, 't')), {
      ...{ said: ['en-US thanks'], hangsUp: false },
      starsTo: `${PUBLIC_URL}/voice/turn?step=pin.entry&t=t&aside=1`,
      asks: `${PUBLIC_URL}/voice/desk/queue?h=Zm9v%2F1&l=en-US`,
    });
  });

  test('words for a caller on hold and for staff who wait are said again and again, and take no keys', () => {
    for (const [answer, prompt, path] of [
      [renderer.onHold('vi-VN'), DESK_PROMPTS.hold, 'hold'],
      [renderer.staffWaits('vi-VN'), DESK_PROMPTS.staff, 'staff'],
    ] as const)
      assert.deepEqual(bench.readAnswer(answer), {
        ...{ said: [`vi-VN ${prompt}`], hangsUp: false },
        again: `${PUBLIC_URL}/voice/desk/${path}?l=vi-VN`,
      });
  });

  test('a prompt of hand-offs that is missing stops the start', () => {
    for (const prompt of Object.values(DESK_PROMPTS)) {
      const text: SpeechTexts['text'] = (speech, language) => {
        if (speech.prompt === prompt) throw new Error('no such prompt');
        return PROMPTS.text(speech, language);
      };
      const settings = { publicUrl: PUBLIC_URL, prompts: { ...PROMPTS, text } };
      assert.throws(() => bench.carrier.createRenderer(settings), prompt);
    }
  });
}

function readsKeys(bench: CarrierBench): void {
  const digitsOf = (digits: string) => read(bench, { ...CALL, digits }).digits;

  test('keys are read, an empty text is silence, and absence is neither', () => {
    assert.equal(digitsOf('13800138000'), '13800138000');
    assert.equal(digitsOf('1*#'), '1*#');
    assert.equal(digitsOf(''), '');
    assert.equal(read(bench, CALL).digits, undefined);
    assert.equal(read(bench, { ...CALL, digits: '1', finishKey: '#' }).finishKey, '#');
  });

  test('two stars ask for a freeze where nothing else can be meant, and go first (invariants 30, 41)', () => {
    for (const digits of ['**', '**34', '***', '**#', '12****']) {
      const event = read(bench, { ...CALL, digits });
      assert.deepEqual([event.freezeAsked, event.urgent], [true, true], digits);
    }
    // Beside a step no keys are asked for.
    for (const url of [`${URL_OF_TURN}&aside=1`, `${PUBLIC_URL}/voice/answer?held=1`])
      assert.equal(read(bench, { ...CALL, digits: '12**' }, url).freezeAsked, true, url);
    for (const [digits, urgent] of [
      ['12**34', true],
      ['12**', true],
      ['*', true],
      ['1*2*3', false],
      ['', false],
      ['11010*', false],
    ] as const) {
      const event = read(bench, { ...CALL, digits });
      assert.deepEqual([event.freezeAsked, event.urgent], [false, urgent], digits);
    }
    const [queueWord = ''] = bench.queueWords.hung_up;
    assert.equal(read(bench, { ...CALL, queueWord }).urgent, true, 'the end of a wait makes room');
  });

  test('what no keypad sends, line ends and a megabyte of keys are no keys, and nothing is thrown', () => {
    for (const digits of ['1\r\n2', '1\n', 'ABCD', '１２', '-1', '1 2'])
      assert.equal(digitsOf(digits), undefined, digits.slice(0, 10));
    for (const digits of ['1'.repeat(65), '7'.repeat(1024 * 1024)])
      assert.equal(digitsOf(digits), undefined, 'more keys than any input has');
    const stars = '*'.repeat(1024 * 1024);
    assert.equal(read(bench, { ...CALL, digits: stars }).freezeAsked, true);
    assert.equal(read(bench, { ...CALL, digits: `${'1'.repeat(99)}**` }).digits, '0**');
    for (const from of ['a\r\nb', 'x'.repeat(300)])
      assert.equal(read(bench, { ...CALL, from }).from, 'anonymous');
  });

  test('keys sent twice in one webhook are never read as other keys', () => {
    const webhook = bench.doubled(URL_OF_TURN, { ...CALL, digits: '1' }, SECRET);
    const received = bench.carrier.receive(webhook, [SECRET]);
    assert.ok(received.kind === 'genuine');
    assert.ok([undefined, '1'].includes(received.event.digits));
  });

  test('the same webhook twice is the same event', () => {
    assert.deepEqual(read(bench, { ...CALL, digits: '1' }), read(bench, { ...CALL, digits: '1' }));
  });
}

function rendersReplies(bench: CarrierBench): void {
  const settings = { publicUrl: PUBLIC_URL, prompts: PROMPTS };
  const renderer = bench.carrier.createRenderer(settings);
  const base: Pick<Reply, 'language' | 'step' | 'speech'> = {
    language: 'en-US',
    step: 'pin.entry',
    speech: [
      { prompt: 'hello', bargeIn: false },
      { prompt: 'hint', language: 'zh-CN' },
    ],
  };
  const collect = { firstKeySeconds: 7, betweenKeysSeconds: 4 };
  const urlOf = (token: string, more = '') => `${PUBLIC_URL}/voice/turn?step=pin.entry&t=${token}${more}`;

  test('a reply is said in order, and its keys go to our URL with step and token', () => {
    for (const keys of ['one', 'entry'] as const) {
      const reply: Reply = { ...base, ending: { kind: 'collect', collect: { keys, ...collect } } };
      const done = bench.readAnswer(renderer.reply(reply, 'token'));
      assert.deepEqual(done.said, ['en-US hello', 'zh-CN hint']);
      assert.deepEqual([done.keysTo, done.hangsUp], [urlOf('token'), false]);
      const urgent = bench.readAnswer(renderer.reply({ ...reply, urgent: true }, 'token'));
      assert.equal(urgent.keysTo, urlOf('token', '&urgent=1'));
      assert.equal(renderer.reply(structuredClone(reply), 'token'), renderer.reply(reply, 'token'));
    }
  });

  test('a person is reached by the queue, whose end comes to our URL; a goodbye ends the call', () => {
    const queued = bench.readAnswer(
      renderer.reply({ ...base, ending: { kind: 'queue', queue: 'fraud' } }, 't'),
    );
    assert.deepEqual([queued.queue, queued.starsTo], [{ name: 'fraud', url: urlOf('t') }, undefined]);
    const hears: Reply = { ...base, ending: { kind: 'queue', queue: 'fraud', hears: 'freeze' } };
    const heard = bench.readAnswer(renderer.reply(hears, 't'));
    assert.equal(heard.starsTo, urlOf('t', '&aside=1'));
    assert.equal(heard.queue?.whileWaiting, `${PUBLIC_URL}/voice/wait?l=en-US&aside=1&step=pin.entry&t=t`);
    assert.deepEqual(heard.said, queued.said);
    const ended = bench.readAnswer(renderer.reply({ ...base, ending: { kind: 'hangup' } }, 't'));
    assert.deepEqual([ended.hangsUp, ended.keysTo, ended.queue], [true, undefined, undefined]);
  });

  test('the static answers are said in every language and lead where they must', () => {
    const fallback = `${PUBLIC_URL}/voice/fallback`;
    const freezeUrl = `${PUBLIC_URL}/voice/freeze?aside=1`;
    const asking = bench.carrier.createRenderer({ ...settings, freezesInOutage: true });
    for (const language of LANGUAGES) {
      const says = (done: Done, prompts: readonly string[]) => {
        for (const prompt of prompts) assert.ok(done.said.includes(`${language} ${prompt}`), prompt);
        return done;
      };
      const outage = says(bench.readAnswer(renderer.outageAnswer(language)), STATIC_PROMPTS.outage);
      assert.deepEqual([outage.queue?.url, outage.starsTo], [fallback, freezeUrl]);
      const withFreeze = says(bench.readAnswer(asking.outageAnswer(language)), STATIC_PROMPTS.outageAsking);
      assert.deepEqual([withFreeze.queue?.url, withFreeze.keysTo], [fallback, freezeUrl]);
      for (const [answer, prompts] of [
        [renderer.outageAnswer(language, true), STATIC_PROMPTS.outageNotFrozen],
        [renderer.keepAliveAnswer(language, true), STATIC_PROMPTS.notFrozen],
      ] as const)
        assert.equal(says(bench.readAnswer(answer), prompts).queue?.name, FREEZE_QUEUE);
      const waiting = bench.readAnswer(renderer.waitAnswer(language, 'waiting', `${PUBLIC_URL}/voice/wait`));
      assert.deepEqual(
        [says(waiting, STATIC_PROMPTS.waiting).keysTo, waiting.queue],
        [`${PUBLIC_URL}/voice/wait`, undefined],
      );
      const queued = bench.readAnswer(renderer.freezeQueuedAnswer(language));
      assert.equal(says(queued, STATIC_PROMPTS.freezeQueued).queue?.name, FREEZE_QUEUE);
      const held = bench.readAnswer(renderer.holdAnswer(language, '/voice/answer', 2));
      assert.equal(says(held, STATIC_PROMPTS.hold).keysTo, `${PUBLIC_URL}/voice/answer?held=2`);
      const kept = bench.readAnswer(renderer.keepAliveAnswer(language));
      assert.equal(says(kept, STATIC_PROMPTS.toPerson).queue?.url, fallback);
      const goodbye = bench.readAnswer(renderer.goodbyeAnswer(language));
      assert.equal(says(goodbye, STATIC_PROMPTS.goodbye).hangsUp, true);
    }
    assert.equal(bench.readAnswer(renderer.leaveAnswer()).leaves, true);
    assert.equal(bench.readAnswer(renderer.startAgain()).asks, `${PUBLIC_URL}/voice/answer`);
    assert.equal(
      bench.readAnswer(renderer.postAgain('/voice/turn?step=a&t=b')).asks,
      `${PUBLIC_URL}/voice/turn?step=a&t=b`,
    );
  });

  test('each static document that hears ** has a mark of its own, which its webhooks bring back', () => {
    let marks = 0;
    const marking = bench.carrier.createRenderer({
      ...settings,
      freezesInOutage: true,
      newMark: () => `mark-${++marks}`,
    });
    const seen = new Set<string>();
    const documents = [
      () => marking.holdAnswer('en-US', '/voice/answer', 2),
      () => marking.holdAnswer('en-US', '/voice/fallback', 2),
      () => marking.outageAnswer('en-US'),
      () => marking.outageAnswer('en-US', true),
      () => marking.freezeQueuedAnswer('en-US'),
      () => marking.keepAliveAnswer('en-US'),
      () => marking.keepAliveAnswer('en-US', true),
    ];
    for (const made of [...documents, ...documents]) {
      const { keysTo, starsTo, queue } = bench.readAnswer(made());
      const urls = [keysTo, starsTo, queue?.whileWaiting].flatMap((url) => (url ? [url] : []));
      const tokens = new Set(
        urls.map((url) => read(bench, { ...CALL, digits: '**' }, url).ownUrl.token ?? 'no mark'),
      );
      for (const token of tokens) {
        assert.match(token, /^mark-/);
        assert.ok(!seen.has(token), `${token} stood in another document`);
        seen.add(token);
      }
      assert.ok(urls.length > 0);
    }
  });

  test('a static prompt that is missing stops the start', () => {
    const text = () => {
      throw new Error('no such prompt');
    };
    assert.throws(() =>
      bench.carrier.createRenderer({ ...settings, prompts: { ...PROMPTS, text, spoken: text } }),
    );
  });
}
