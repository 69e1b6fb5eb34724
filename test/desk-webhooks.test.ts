import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import request from 'supertest';
import { twilio } from '../src/carriers/twilio/twilio.ts';
import { type ConferenceEvent, conferenceName, handoffOf } from '../src/escalation/carrier-command.ts';
import type {
  CallerAtDesk,
  CallerPlace,
  DeskDoor,
  DialResult,
  StaffLegReport,
} from '../src/escalation/desk-door.ts';
import { Fault } from '../src/platform/fault.ts';
import { isOpaqueId } from '../src/platform/opaque-id.ts';
import { CALL, FORM, PUBLIC_URL, postSigned, signature, startHttp } from './http-support.ts';

const HANDOFF = 'Zm9v_-';
const JOIN = `/voice/desk/join?h=${HANDOFF}&p=caller-2&l=vi-VN`;
const REPORT = {
  ...FORM,
  ConferenceSid: 'CF1',
  FriendlyName: conferenceName(HANDOFF),
  SequenceNumber: '4',
  StatusCallbackEvent: 'participant-join',
  ParticipantLabel: 'agent-1',
};
const LEG = `/voice/desk/leg?h=${HANDOFF}&p=agent-1`;

/** A desk that keeps what it is asked and answers with one place; or fails. */
class KeptDesk implements DeskDoor {
  readonly asked: (readonly [string, ...unknown[]])[] = [];
  place: CallerPlace | undefined = { kind: 'goodbye', language: 'vi-VN' };
  fails = false;

  async conferenceEvent(event: ConferenceEvent): Promise<void> {
    this.#note('conferenceEvent', event);
  }
  async staffLeg(report: StaffLegReport): Promise<void> {
    this.#note('staffLeg', report);
  }
  async joinDocument(caller: CallerAtDesk): Promise<CallerPlace | undefined> {
    return this.#note('joinDocument', caller);
  }
  async callerLeft(caller: CallerAtDesk, result: DialResult): Promise<CallerPlace | undefined> {
    return this.#note('callerLeft', caller, result);
  }
  async requeueDocument(caller: CallerAtDesk): Promise<CallerPlace | undefined> {
    return this.#note('requeueDocument', caller);
  }

  #note(...what: [string, ...unknown[]]): CallerPlace | undefined {
    this.asked.push(what);
    if (this.fails) throw new Fault('store_unavailable', 'the store is out');
    return this.place;
  }
}

function start() {
  const desk = new KeptDesk();
  const http = startHttp({ desk });
  return { desk, http, post: (path: string, form = {}) => postSigned(http.app, path, { ...FORM, ...form }) };
}

const caller = { handoff: HANDOFF, callId: CALL, legNumber: 2 };

describe('a caller’s webhooks of a hand-off', () => {
  test('each asks the desk, with the leg of its own URL, and answers the place', async () => {
    const { desk, post } = start();
    for (const [path, asked] of [
      [JOIN, ['joinDocument', caller]],
      [JOIN.replace('join', 'queue'), ['requeueDocument', caller]],
      [JOIN.replace('join', 'left'), ['callerLeft', caller, 'over']],
      [`${JOIN.replace('join', 'left')}&from=not_joined&aside=1`, ['callerLeft', caller, 'not_joined']],
      [`${JOIN.replace('join', 'left')}&from=answered_star&aside=1`, ['callerLeft', caller, 'answered_star']],
      // Nobody begins a keying here: back at once.
      [`/voice/keying?h=${HANDOFF}&l=vi-VN`, ['callerLeft', { ...caller, legNumber: 1 }, 'not_joined']],
    ] as const) {
      const response = await post(path);
      assert.equal(response.status, 200);
      assert.match(response.text, /goodbye\.plain in vi-VN.*<Hangup\/>/, path);
      assert.deepEqual(desk.asked.at(-1), asked, path);
    }
  });

  test('two stars freeze wherever they are keyed, and one is asked about once more', async () => {
    const { desk, http, post } = start();
    await post('/voice/answer');
    const left = JOIN.replace('join', 'left');
    for (const path of [`${left}&from=answered_star&aside=1`, `${left}&from=not_joined&aside=1`]) {
      const response = await post(path, { Digits: '**' });
      assert.match(response.text, /step 0/, 'the answer of a freeze is the call’s own');
    }
    const once = await post(`${left}&from=answered_star&aside=1`, { Digits: '*' });
    assert.match(once.text, /desk\.starred in vi-VN/);
    assert.match(once.text, /numDigits="2"/);
    assert.deepEqual(desk.asked, []);
    assert.equal(http.calls.calls.size, 1);
  });

  test('a caller of whom the desk knows nothing is asked where the call stands', async () => {
    const { desk, http, post } = start();
    await post('/voice/answer');
    desk.place = undefined;
    assert.match((await post(JOIN)).text, /step 0/);
    assert.match((await post('/voice/desk/join')).text, /step 0/, 'without a hand-off');
    assert.equal(desk.asked.length, 1);
    assert.match(http.logLines.join(''), /"route":"voice.desk","reason":"no_handoff"/);
  });

  test('where the desk fails the caller hears so, and is in a queue', async () => {
    const { desk, http, post } = start();
    desk.fails = true;
    for (const path of [JOIN, JOIN.replace('join', 'left'), JOIN.replace('join', 'queue')])
      assert.match((await post(path)).text, /common\.outage in vi-VN.*<Enqueue /);
    assert.match(http.logLines.join(''), /"fault":"store_unavailable"/);
  });

  test('the desk is not asked about a caller who has hung up', async () => {
    const { desk, post } = start();
    for (const CallStatus of ['completed', 'failed'])
      assert.match((await post(JOIN.replace('join', 'left'), { CallStatus })).text, /<Response\/>/);
    assert.deepEqual(desk.asked, []);
  });

  test('GET is asked to come by POST, with what is ours and no more', async () => {
    const { http } = start();
    const path = `${JOIN}&From=%2B8613800138000`;
    const got = await request(http.app).get(path).set('X-Twilio-Signature', signature(path, {}));
    const again = /<Redirect method="POST">([^<]*)</.exec(got.text)?.[1]?.replaceAll('&amp;', '&');
    assert.equal(again, `${PUBLIC_URL}${JOIN}`);
    const put = await request(http.app).put(JOIN).set('X-Twilio-Signature', signature(JOIN, {}));
    assert.equal(put.status, 405);
  });

  test('hold and staff hear words without keys, also where the carrier names no call', async () => {
    const { http } = start();
    for (const [path, words] of [
      ['/voice/desk/hold?l=en-US', 'desk.hold in en-US'],
      ['/voice/desk/staff?l=zh-CN', 'desk.staff in zh-CN'],
    ] as const) {
      const response = await postSigned(http.app, path, {});
      assert.match(response.text, new RegExp(words));
      assert.match(response.text, /<Pause [^>]*\/><Redirect method="POST">/);
      assert.doesNotMatch(response.text, /<Gather/);
    }
  });
});

describe('reports of a hand-off', () => {
  test('a conference’s and a leg’s are told to the desk', async () => {
    const { desk, post } = start();
    assert.equal((await post('/voice/desk/events', REPORT)).status, 200);
    assert.equal((await post(LEG, { CallStatus: 'no-answer' })).status, 200);
    const label = { role: 'agent', number: 1 };
    assert.deepEqual(desk.asked, [
      [
        'conferenceEvent',
        {
          ...{ conference: conferenceName(HANDOFF), conferenceId: 'CF1', sequence: 4 },
          what: { kind: 'joined', callId: CALL, label },
        },
      ],
      ['staffLeg', { handoff: HANDOFF, label, callId: CALL, state: 'no-answer' }],
    ]);
  });

  test('a report that cannot be taken now is refused, so that it is sent again; one of no use is taken', async () => {
    const { desk, http, post } = start();
    desk.fails = true;
    assert.equal((await post('/voice/desk/events', REPORT)).status, 503);
    assert.equal((await post(LEG)).status, 503);
    assert.match(http.logLines.join(''), /"route":"desk.events".*"fault":"store_unavailable"/);
    desk.asked.length = 0;
    for (const odd of [
      { FriendlyName: 'Room 1' },
      { StatusCallbackEvent: 'participant-speech-start' },
      { SequenceNumber: 'x' },
    ])
      assert.equal((await post('/voice/desk/events', { ...REPORT, ...odd })).status, 200);
    assert.deepEqual(desk.asked, []);
  });

  test('what is no report is logged and refused, and so is a report of a stranger', async () => {
    const { desk, http, post } = start();
    assert.equal((await post('/voice/desk/events')).status, 400);
    for (const path of ['/voice/desk/leg', `/voice/desk/leg?h=${HANDOFF}`, '/voice/desk/leg?p=agent-1'])
      assert.equal((await post(path)).status, 400);
    assert.match(http.logLines.join(''), /"route":"desk.events","reason":"no_conference"/);
    assert.match(http.logLines.join(''), /"route":"desk.leg","reason":"no_leg"/);
    for (const path of ['/voice/desk/events', LEG, JOIN, '/voice/desk/hold', '/voice/keying'])
      assert.equal((await postSigned(http.app, path, REPORT, 'another token')).status, 403);
    const got = await request(http.app).get(LEG).set('X-Twilio-Signature', signature(LEG, {}));
    assert.equal(got.status, 405);
    assert.deepEqual(desk.asked, []);
  });

  test('a wait that our command ended gets an empty answer and moves nothing; without a desk a person has answered', async () => {
    const form = { QueueResult: 'redirected', QueueTime: '7' };
    const { desk, http, post } = start();
    await post('/voice/answer');
    const before = structuredClone([...http.calls.calls]);
    const turn = `/voice/turn?step=entry.ask&t=${http.calls.token(CALL)}`;
    for (const path of [turn, '/voice/fallback'])
      assert.match((await post(path, form)).text, /\?><Response\/>$/);
    assert.deepEqual(JSON.stringify([...http.calls.calls]), JSON.stringify(before));
    assert.deepEqual([http.calls.taken, desk.asked], [[], []]);
    const without = startHttp();
    assert.match(
      (await postSigned(without.app, '/voice/fallback', { ...FORM, ...form })).text,
      /goodbye\.plain/,
    );
    assert.equal((await postSigned(without.app, JOIN, FORM)).status, 404);
  });
});

test('a report of any content has one shape or is none (invariant 45)', () => {
  const odd = fc.oneof(
    fc.constantFrom(
      '',
      '0',
      '1',
      '-',
      'CF1',
      'h-',
      'h-Zm9v',
      'h-~zz',
      'agent-1',
      'participant-leave',
      '**',
      '135790',
    ),
    fc.string({ unit: 'binary', maxLength: 140 }),
  );
  const fields = fc.record(
    Object.fromEntries(
      [...Object.keys(REPORT), 'ReasonParticipantLeft'].map((name) => [name, fc.oneof(odd, fc.array(odd))]),
    ),
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(fields, odd, (form, query) => {
      const changed = { ...REPORT, ...(form as { readonly [name: string]: string | string[] }) };
      const body = new URLSearchParams(
        Object.entries(changed).flatMap(([name, value]) =>
          [value].flat().map((one) => [name, one.toWellFormed()]),
        ),
      ).toString();
      const path = `/voice/desk/events?h=${encodeURIComponent(query.toWellFormed())}&p=${encodeURIComponent(query.toWellFormed())}`;
      const parsed: { [name: string]: string | string[] } = {};
      for (const name of new Set(new URLSearchParams(body).keys()))
        parsed[name] = new URLSearchParams(body).getAll(name);
      const received = twilio.receive(
        {
          ...{ url: `${PUBLIC_URL}${path}`, body: Buffer.from(body) },
          headers: { 'x-twilio-signature': signature(path, parsed) },
          query: { h: query.toWellFormed(), p: query.toWellFormed() },
        },
        ['token-of-the-carrier'],
      );
      assert.ok(received.kind === 'genuine');
      const { conference, ownUrl } = received.event;
      assert.ok(ownUrl.handoff === undefined || /^[\x21-\x7e]{1,96}$/.test(ownUrl.handoff));
      if (conference === undefined || conference === 'no_use') return;
      assert.ok(handoffOf(conference.conference) !== undefined && isOpaqueId(conference.conferenceId));
      assert.ok(Number.isInteger(conference.sequence) && conference.sequence >= 1);
      if ('callId' in conference.what) assert.ok(isOpaqueId(conference.what.callId));
    }),
  );
});
