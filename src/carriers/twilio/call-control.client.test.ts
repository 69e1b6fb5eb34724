import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { type CarrierApi, startCarrierApi } from '../../../phone-sim/carrier-api.service.ts';
import { CarrierWorld } from '../../../phone-sim/carrier-world.service.ts';
import { heldToDescription } from '../../../test/support/carrier-description.ts';
import type { CarrierCommand, CommandAnswer } from '../../escalation/carrier-command.ts';
import { ManualClock } from '../../platform/clock.ts';
import { seededRandom } from '../../platform/random.ts';
import { TwilioCallControl } from './call-control.client.ts';

const TOKEN = 'token-of-the-carrier-in-this-test';
const PUBLIC_URL = 'https://hotline.example/prefix';
const CALL = `CA${'1'.repeat(32)}`;
const CONFERENCE_ID = `CF${'2'.repeat(32)}`;
const LANGUAGE = 'vi-VN';
const COMMANDS: readonly CarrierCommand[] = [
  {
    ...{ kind: 'call_staff', handoff: 'a/b?c=d', conference: 'h-a~2fb~3fc~3dd', to: '+8613900000001' },
    ...{ label: { role: 'agent', number: 3 }, language: LANGUAGE, ringSeconds: 20 },
  },
  {
    ...{ kind: 'join_caller', handoff: 'a/b?c=d', callId: CALL, language: LANGUAGE },
    label: { role: 'caller', number: 2 },
  },
  { kind: 'key_caller', handoff: 'x', callId: CALL, language: LANGUAGE },
  { kind: 'requeue_caller', handoff: 'x', callId: CALL, language: LANGUAGE },
  ...([true, false] as const).map(
    (held): CarrierCommand => ({
      ...{ kind: 'hold', conference: 'h-x', conferenceId: CONFERENCE_ID, callId: CALL, held },
      language: LANGUAGE,
    }),
  ),
  ...(['listen', 'whisper', 'speak'] as const).map(
    (voice): CarrierCommand => ({
      ...{
        kind: 'voice',
        conference: 'h-x',
        conferenceId: CONFERENCE_ID,
        callId: CALL,
        agentCall: CALL,
        voice,
      },
    }),
  ),
  { kind: 'end_leg', callId: CALL },
  { kind: 'record', conference: 'h-x', conferenceId: CONFERENCE_ID, paused: true },
  { kind: 'record', conference: 'h-x', conferenceId: CONFERENCE_ID, paused: false },
];

const world = new CarrierWorld({
  ...{
    baseUrl: 'http://127.0.0.1:9',
    authToken: TOKEN,
    clock: new ManualClock(),
    stopwatch: new ManualClock(),
  },
  random: seededRandom('call control'),
});
const violations: string[] = [];
let started: Promise<CarrierApi> | undefined;

function api(): Promise<CarrierApi> {
  started ??= heldToDescription('twilio-conferences.json', () => true).then((check) =>
    startCarrierApi({ world, authToken: TOKEN, check, refused: (reason) => violations.push(reason) }),
  );
  return started;
}

after(async () => (await started)?.stop());

async function controlOf(limitMilliseconds?: number, authToken = TOKEN): Promise<TwilioCallControl> {
  return new TwilioCallControl({
    ...{ accountSid: world.accountSid, authToken, publicUrl: PUBLIC_URL, talksRecorded: true },
    ...{ callsFrom: '+12025550143', baseUrl: (await api()).url },
    ...(limitMilliseconds === undefined ? {} : { limitMilliseconds }),
  });
}

test('every command is a request as the carrier has published it, with the addresses of our documents', async () => {
  const carrier = await api();
  const control = await controlOf();
  const before = carrier.received.length;
  for (const command of COMMANDS) {
    const other = { status: 404, body: { code: 20_404 } };
    carrier.answer(other);
    assert.deepEqual(await control.carryOut(command), { kind: 'gone' }, command.kind);
  }
  assert.deepEqual(violations, []);
  // Where an id given is over, the name is asked for: twice, for each state a conference can be in.
  const sent = carrier.received.slice(before).filter(({ method }) => method === 'POST');
  const account = `/2010-04-01/Accounts/${world.accountSid}`;
  const participant = `${account}/Conferences/${CONFERENCE_ID}/Participants/${CALL}.json`;
  const call = `${account}/Calls/${CALL}.json`;
  const recording = `${account}/Conferences/${CONFERENCE_ID}/Recordings/Twilio.CURRENT.json`;
  const fallback = { FallbackUrl: `${PUBLIC_URL}/voice/fallback`, FallbackMethod: 'POST' };
  const moved = (path: string) => [call, { Url: `${PUBLIC_URL}${path}`, Method: 'POST', ...fallback }];
  assert.deepEqual(
    sent.map(({ path, form }) => [path, form]),
    [
      [
        `${account}/Conferences/h-a~2fb~3fc~3dd/Participants.json`,
        {
          ...{ From: '+12025550143', To: '+8613900000001', Label: 'agent-3', Timeout: '20', Beep: 'false' },
          ...{
            StartConferenceOnEnter: 'true',
            EndConferenceOnExit: 'false',
            ConferenceRecord: 'record-from-start',
          },
          ...{ WaitUrl: `${PUBLIC_URL}/voice/desk/staff?l=vi-VN`, WaitMethod: 'POST' },
          StatusCallback: `${PUBLIC_URL}/voice/desk/leg?h=a%2Fb%3Fc%3Dd&p=agent-3#rc=3&rp=ct,rt,5xx`,
          ...{ StatusCallbackMethod: 'POST', StatusCallbackEvent: ['ringing', 'answered', 'completed'] },
          ConferenceStatusCallback: `${PUBLIC_URL}/voice/desk/events#rc=3&rp=ct,rt,5xx`,
          ConferenceStatusCallbackMethod: 'POST',
          ConferenceStatusCallbackEvent: ['start', 'end', 'join', 'leave', 'mute', 'hold', 'modify'],
        },
      ],
      moved('/voice/desk/join?h=a%2Fb%3Fc%3Dd&p=caller-2&l=vi-VN'),
      moved('/voice/keying?h=x&l=vi-VN'),
      moved('/voice/desk/queue?h=x&l=vi-VN'),
      [participant, { Hold: 'true', HoldUrl: `${PUBLIC_URL}/voice/desk/hold?l=vi-VN`, HoldMethod: 'POST' }],
      [participant, { Hold: 'false' }],
      [participant, { Muted: 'true', Coaching: 'true', CallSidToCoach: CALL }],
      [participant, { Muted: 'false', Coaching: 'true', CallSidToCoach: CALL }],
      [participant, { Muted: 'false', Coaching: 'false' }],
      [call, { Status: 'completed' }],
      [recording, { Status: 'paused', PauseBehavior: 'silence' }],
      [recording, { Status: 'in-progress' }],
    ],
  );
});

test('a refusal says what follows: gone, to be sent again, or no use', async () => {
  const carrier = await api();
  const control = await controlOf();
  const end: CarrierCommand = { kind: 'end_leg', callId: CALL };
  const cases: readonly (readonly [number, number | undefined, CommandAnswer, string?])[] = [
    [404, 20_404, { kind: 'gone' }],
    [400, 21_220, { kind: 'gone' }],
    [429, 20_429, { kind: 'retry', afterSeconds: 7 }, '7'],
    [429, undefined, { kind: 'retry' }],
    [500, undefined, { kind: 'retry' }],
    [503, 20_503, { kind: 'retry' }],
    [302, undefined, { kind: 'retry' }],
    [401, 20_003, { kind: 'retry' }],
    [403, 20_006, { kind: 'retry' }],
    [404, undefined, { kind: 'retry' }],
    [400, 21_211, { kind: 'refused', carrierError: 21_211 }],
    [403, 13_227, { kind: 'refused', carrierError: 13_227 }],
  ];
  for (const [status, code, expected, retryAfter] of cases) {
    carrier.answer({
      status,
      body: { code, message: 'quotes +8613900000001' },
      ...(retryAfter ? { retryAfter } : {}),
    });
    assert.deepEqual(await control.carryOut(end), expected, `${status} ${code}`);
  }
  // The label is in the conference: the same command was sent before.
  const [callStaff] = COMMANDS;
  assert.ok(callStaff);
  carrier.answer({ status: 400, body: { code: 16_025 } });
  assert.deepEqual(await control.carryOut(callStaff), { kind: 'done' });
});

test('nothing is waited for longer than the limit, and nothing is thrown', async () => {
  const carrier = await api();
  carrier.answer('hang');
  assert.deepEqual(await (await controlOf(100)).carryOut({ kind: 'end_leg', callId: CALL }), {
    kind: 'retry',
  });
  const nobody = new TwilioCallControl({
    ...{ accountSid: world.accountSid, authToken: TOKEN, publicUrl: PUBLIC_URL, talksRecorded: false },
    ...{ callsFrom: '+12025550143', baseUrl: 'http://127.0.0.1:9' },
  });
  for (const command of COMMANDS) assert.deepEqual(await nobody.carryOut(command), { kind: 'retry' });
  assert.deepEqual(
    await (await controlOf(undefined, 'another')).carryOut({ kind: 'end_leg', callId: CALL }),
    {
      kind: 'retry',
    },
  );
});

test('an answer of success without an id is not the carrier’s, and the leg is called again', async () => {
  const carrier = await api();
  const [callStaff] = COMMANDS;
  assert.ok(callStaff);
  for (const body of [{}, { call_sid: 4 }, { call_sid: '123456' }]) {
    carrier.answer({ status: 201, body });
    assert.deepEqual(await (await controlOf()).carryOut(callStaff), { kind: 'retry' });
  }
  violations.length = 0;
});
