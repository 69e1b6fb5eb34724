import assert from 'node:assert/strict';
import { parse, stringify } from 'node:querystring';
import { test } from 'node:test';
import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks.js';
import { findCall, turnsOfCall } from '../src/calls/calls.store.ts';
import { recordedCall, replayCall } from '../src/calls/replay.ts';
import { CARRIERS, type CarrierName } from '../src/carriers/catalogue.ts';
import { type CarrierBench, carrierContract, type Done, type Said } from './contracts/carrier.contract.ts';
import { registeredNumber } from './support/callers.ts';
import type { JsonAnswer } from './support/json-answer.ts';
import { jsonCarrier, jsonSignature } from './support/json-carrier.ts';
import { demoCustomer, keysOf, lineOf, startWorld } from './support/world.ts';

const queryOf = (url: string) => parse(new URL(url).search.slice(1));

function twilioForm(said: Said): { readonly [name: string]: string } {
  const fields = {
    CallSid: said.callId,
    From: said.from,
    To: said.to,
    StirVerstat: said.attestation,
    Digits: said.digits,
    FinishedOnKey: said.finishKey,
    QueueResult: said.queueWord,
    CallStatus: said.stateWord,
    ErrorCode: said.error === undefined ? undefined : String(said.error),
    MessageSid: said.message?.id,
    MessageStatus: said.message?.word,
    ConferenceSid: said.conference?.id,
    FriendlyName: said.conference?.name,
    SequenceNumber: said.conference?.sequence === undefined ? undefined : String(said.conference.sequence),
    StatusCallbackEvent: said.conference?.word,
    ParticipantLabel: said.conference?.label,
    ReasonParticipantLeft: said.conference?.leaveWord,
    SomethingNew: said.unknownField,
  };
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

function twilioWebhook(
  url: string,
  form: { readonly [name: string]: string | readonly string[] },
  secret: string,
) {
  return {
    url,
    headers: { 'x-twilio-signature': getExpectedTwilioSignature(secret, url, form) },
    query: queryOf(url),
    body: Buffer.from(stringify(form)),
  };
}

function readTwiml(answer: string): Done {
  const attribute = (element: string | undefined, name: string) =>
    new RegExp(` ${name}="([^"]*)"`).exec(element ?? '')?.[1]?.replaceAll('&amp;', '&');
  // A Gather that asks for nothing hears stars beside the words.
  const gathers = [...answer.matchAll(/<Gather [^>]*>/g)].map(([tag]) => tag);
  const isAside = (tag: string) => !/numDigits|actionOnEmptyResult/.test(tag);
  const keysTo = attribute(
    gathers.find((tag) => !isAside(tag)),
    'action',
  );
  const starsTo = attribute(gathers.find(isAside), 'action');
  const [enqueue] = /<Enqueue [^>]*>/.exec(answer) ?? [];
  const whileWaiting = attribute(enqueue, 'waitUrl');
  const queue = /<Enqueue [^>]*>([^<]*)</.exec(answer)?.[1];
  const redirect = /<Redirect [^>]*>([^<]*)</.exec(answer)?.[1]?.replaceAll('&amp;', '&');
  const [conference, name = ''] = /<Conference [^>]*>([^<]*)</.exec(answer) ?? [];
  const isPlayed = redirect !== undefined && conference === undefined && answer.includes('<Pause');
  const asks = isPlayed || conference ? undefined : redirect;
  return {
    said: [...answer.matchAll(/<Say [^>]*>([^<]*)</g)].map(([, text = '']) => text),
    hangsUp: answer.includes('<Hangup/>'),
    ...(keysTo === undefined ? {} : { keysTo }),
    ...(starsTo === undefined ? {} : { starsTo }),
    ...(answer.includes('<Leave/>') ? { leaves: true as const } : {}),
    ...(queue === undefined
      ? {}
      : {
          queue: {
            name: queue,
            url: attribute(enqueue, 'action') ?? '',
            ...(whileWaiting === undefined ? {} : { whileWaiting }),
          },
        }),
    ...(asks === undefined ? {} : { asks }),
    ...(isPlayed ? { again: redirect } : {}),
    ...(conference === undefined
      ? {}
      : {
          joins: {
            name,
            label: attribute(conference, 'participantLabel') ?? '',
            next: attribute(/<Dial [^>]*>/.exec(answer)?.[0], 'action') ?? '',
            taken: redirect ?? '',
          },
        }),
  };
}

/** One bench for each carrier of the catalogue: the compiler asks for it. */
const BENCHES: { readonly [name in CarrierName]: CarrierBench } = {
  twilio: {
    carrier: CARRIERS.twilio,
    webhook: (url, said, secret) => twilioWebhook(url, twilioForm(said), secret),
    doubled: (url, said, secret) =>
      twilioWebhook(url, { ...twilioForm(said), Digits: [said.digits, said.digits] }, secret),
    queueWords: {
      answered: ['bridged', 'bridging-in-process', 'redirected', 'redirected-from-bridged'],
      hung_up: ['hangup'],
      left: ['leave'],
      full: ['queue-full'],
      failed: ['error', 'system-error'],
    },
    movedWord: 'redirected',
    conferenceWords: {
      started: 'conference-start',
      ended: 'conference-end',
      joined: 'participant-join',
      left: 'participant-leave',
      held: 'participant-hold',
      unheld: 'participant-unhold',
      muted: 'participant-mute',
      unmuted: 'participant-unmute',
      changed: 'participant-modify',
    },
    leaveWords: {
      moved: ['participant_updated_via_api'],
      hung_up: ['participant_hung_up'],
      ended: ['conference_ended_via_api', 'moderator_ended_conference'],
      failed: ['participant_add_failed'],
    },
    endWords: {
      completed: 'completed',
      busy: 'busy',
      failed: 'failed',
      'no-answer': 'no-answer',
      canceled: 'canceled',
    },
    liveWord: 'in-progress',
    messageWords: {
      sent: ['accepted', 'scheduled', 'queued', 'sending', 'sent'],
      delivered: ['delivered', 'read'],
      failed: ['undelivered', 'failed', 'canceled'],
    },
    readAnswer: readTwiml,
  },
};

function jsonBody(said: Said): string {
  return JSON.stringify({
    call: said.callId,
    caller: said.from,
    dialled: said.to,
    trust: said.attestation,
    keys: said.digits,
    endKey: said.finishKey,
    queue: said.queueWord,
    state: said.stateWord,
    error: said.error,
    message: said.message && { id: said.message.id, fate: said.message.word },
    room: said.conference && {
      id: said.conference.id,
      name: said.conference.name,
      count: said.conference.sequence,
      what: said.conference.word,
      place: said.conference.label,
      why: said.conference.leaveWord,
    },
    somethingNew: said.unknownField,
  });
}

function jsonWebhook(url: string, body: string, secret: string) {
  return {
    url,
    headers: { 'x-json-signature': jsonSignature(url, body, secret) },
    query: queryOf(url),
    body: Buffer.from(body),
  };
}

const JSON_BENCH: CarrierBench = {
  carrier: jsonCarrier,
  webhook: (url, said, secret) => jsonWebhook(url, jsonBody(said), secret),
  doubled: (url, said, secret) =>
    jsonWebhook(url, jsonBody(said).replace('{', `{"keys":"${said.digits}",`), secret),
  queueWords: {
    answered: ['talked', 'sent_elsewhere'],
    hung_up: ['gone'],
    left: ['taken_out'],
    full: ['no_room'],
    failed: ['broken'],
  },
  movedWord: 'sent_elsewhere',
  conferenceWords: {
    started: 'opened',
    ended: 'closed',
    joined: 'in',
    left: 'out',
    held: 'parked',
    unheld: 'unparked',
    muted: 'silenced',
    unmuted: 'unsilenced',
    changed: 'altered',
  },
  leaveWords: { moved: ['told_to'], hung_up: ['gone'], ended: ['closed'], failed: ['never_in'] },
  endWords: {
    completed: 'over',
    busy: 'engaged',
    failed: 'error',
    'no-answer': 'unanswered',
    canceled: 'dropped',
  },
  liveWord: 'talking',
  messageWords: { sent: ['sent'], delivered: ['delivered'], failed: ['failed'] },
  readAnswer: (answer) => {
    const { say, collect, queue, starsTo, leave, ask, hangUp, room, again } = JSON.parse(
      answer,
    ) as JsonAnswer;
    return {
      said: say.map(({ text }) => text),
      hangsUp: hangUp === true,
      ...(collect && { keysTo: collect.url }),
      ...(queue && { queue }),
      ...(starsTo === undefined ? {} : { starsTo }),
      ...(leave === undefined ? {} : { leaves: leave }),
      ...(ask === undefined ? {} : { asks: ask }),
      ...(room && { joins: { name: room.name, label: room.place, next: room.next, taken: room.taken } }),
      ...(again === undefined ? {} : { again }),
    };
  },
};

for (const bench of [...Object.values(BENCHES), JSON_BENCH]) carrierContract(bench);

test('a whole call is played by another carrier: no room but its own knows which', async (t) => {
  const world = await startWorld({ carrier: jsonCarrier });
  t.after(() => world.stop());
  const customer = demoCustomer(({ id }) => id === 'demo-01');
  const [secret = ''] = world.config.webhookTokens;
  const call = { callId: 'json/call-1', from: registeredNumber(customer), to: lineOf('en-US') };
  const post = async (url: string, said: Said, signature?: string) => {
    const body = jsonBody(said);
    return fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-json-signature': signature ?? jsonSignature(url, body, secret),
      },
      body,
    });
  };
  let at = JSON_BENCH.readAnswer(await (await post(`${world.url}/voice/answer`, call)).text());
  const key = async (digits: string) => {
    assert.ok(at.keysTo, `keys are asked for; last said: ${at.said.at(-1)}`);
    const response = await post(at.keysTo, { ...call, digits });
    assert.match(response.headers.get('content-type') ?? '', /^application\/json/);
    at = JSON_BENCH.readAnswer(await response.text());
  };
  const { phone, id } = keysOf(customer);
  for (const digits of ['1', '1', phone, id, customer.queryPin, '1']) await key(digits);
  assert.match(at.keysTo ?? '', /step=more&t=/);
  assert.equal((await world.knex('carried_orders')).length, 1);

  assert.equal(
    (await post(`${world.url}/voice/status`, { ...call, stateWord: 'over' }, 'f'.repeat(64))).status,
    403,
  );
  assert.equal((await post(`${world.url}/voice/status`, { ...call, stateWord: 'over' })).status, 200);
  const stored = await findCall(world.knex, world.config.keyring, call.callId);
  assert.ok(stored);
  assert.equal(stored.state.status, 'ended');
  const turns = await turnsOfCall(world.knex, world.config.keyring, call.callId);
  assert.deepEqual(
    replayCall(
      recordedCall(stored, turns),
      world.release,
      jsonCarrier.createRenderer({ publicUrl: world.url, prompts: world.release.prompts }),
    ),
    { kind: 'same', turns: 8 },
  );
});
