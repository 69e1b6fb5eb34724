import { stringify } from 'node:querystring';
import type { Express } from 'express';
import request from 'supertest';
import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks.js';
import type {
  Answer,
  CallEnd,
  Calls,
  FreezeAsked,
  IncomingCall,
  KeyedTurn,
  ReplyRenderer,
} from '../src/calls/calls-port.ts';
import { CARRIERS } from '../src/carriers/catalogue.ts';
import type { MessageStatus } from '../src/carriers/sms.routes.ts';
import { createTwimlRenderer } from '../src/carriers/twilio/twiml.ts';
import { EVENTS } from '../src/events.ts';
import { createHttpApp, type HttpAppDependencies } from '../src/http/http-app.ts';
import { ManualClock } from '../src/platform/clock.ts';
import { sha256 } from '../src/platform/digest.ts';
import type { SpeechTexts } from '../src/speech/prompts-port.ts';
import type { Reply } from '../src/speech/reply.ts';
import { createLog } from '../src/telemetry/logger.ts';
import { memoryTelemetry } from '../src/telemetry/memory.ts';

export const PUBLIC_URL = 'https://hotline.example/prefix';
export const AUTH_TOKEN = 'token-of-the-carrier';
export const CALL = `CA${'0123456789abcdef'.repeat(2)}`;
export const FROM = '+8613800138000';
export const TO = '+842800000000';
export const FORM = { CallSid: CALL, From: FROM, To: TO, CallStatus: 'in-progress' };

const PROMPTS: SpeechTexts = {
  text: (speech, language) => `${speech.prompt} in ${language}`,
  spoken: (speech, given) => {
    const language = speech.language ?? given;
    return [{ language, text: `${speech.prompt} in ${language}` }];
  },
  voice: (language) => ({ language, voice: 'woman' }),
};

interface MemoryCall {
  step: number;
  ended?: CallEnd;
  readonly answers: Map<string, Answer>;
}

/**
 * A small hotline in memory: a call has steps 0, 1, 2 … and each turn with keys takes the next one. It keeps the
 * contract of Calls: one answer per token, nothing moves without the token of the step and keys.
 */
export class MemoryCalls implements Calls {
  readonly calls = new Map<string, MemoryCall>();
  readonly taken: KeyedTurn[] = [];
  readonly asked: IncomingCall[] = [];
  readonly #renderer: ReplyRenderer;
  constructor(renderer: ReplyRenderer) {
    this.#renderer = renderer;
  }

  async answer(call: IncomingCall): Promise<Answer> {
    this.asked.push(call);
    const known = this.calls.get(call.callId);
    if (known) return this.#words(call.callId, known, 'repeated');
    const begun: MemoryCall = { step: 0, answers: new Map() };
    this.calls.set(call.callId, begun);
    return this.#words(call.callId, begun, 'taken');
  }

  async freeze(asked: FreezeAsked): Promise<Answer> {
    const known = this.calls.get(asked.callId);
    return known ? this.#words(asked.callId, known, 'taken') : this.answer(asked);
  }

  async turn(turn: KeyedTurn): Promise<Answer> {
    const call = this.calls.get(turn.callId);
    if (!call) return { kind: 'unknown_call', body: this.#renderer.startAgain() };
    if (call.ended) return { kind: 'ended', body: this.#render('bye', turn.callId, call) };
    const before = turn.token === undefined ? undefined : call.answers.get(turn.token);
    if (before) return { ...before, kind: 'repeated' };
    if (turn.token !== this.token(turn.callId) || turn.digits === undefined)
      return this.#words(turn.callId, call, 'reprompted');
    this.taken.push(turn);
    call.step += 1;
    const answer = this.#words(turn.callId, call, 'taken');
    call.answers.set(turn.token, answer);
    return answer;
  }

  async resume(call: IncomingCall): Promise<Answer> {
    const known = this.calls.get(call.callId);
    return known ? this.#words(call.callId, known, 'reprompted') : this.answer(call);
  }

  async ended(callId: string, end: CallEnd): Promise<void> {
    const call = this.calls.get(callId);
    if (call) call.ended ??= end;
  }

  /** The token of the step the call stands at. */
  token(callId: string): string {
    return sha256(`${callId}:${this.calls.get(callId)?.step}`).slice(0, 22);
  }

  #words(callId: string, call: MemoryCall, kind: Answer['kind']): Answer {
    return { kind, body: this.#render(`step ${call.step}`, callId, call) };
  }

  #render(prompt: string, callId: string, call: MemoryCall): string {
    const reply: Reply = {
      language: 'en-US',
      step: 'entry.ask',
      speech: [{ prompt }],
      ending: call.ended
        ? { kind: 'hangup' }
        : { kind: 'collect', collect: { keys: 'entry', firstKeySeconds: 7, betweenKeysSeconds: 4 } },
    };
    return this.#renderer.reply(reply, this.token(callId));
  }
}

/** The whole HTTP side over a hotline in memory, with everything it lets out at hand. */
export function startHttp(changes: Partial<HttpAppDependencies> = {}) {
  const renderer = createTwimlRenderer({ publicUrl: PUBLIC_URL, prompts: PROMPTS });
  const calls = new MemoryCalls(renderer);
  const telemetry = memoryTelemetry();
  const logLines: string[] = [];
  const messageStatuses: MessageStatus[] = [];
  const dependencies: HttpAppDependencies = {
    publicUrl: PUBLIC_URL,
    carrier: CARRIERS.twilio,
    webhookSecrets: [AUTH_TOKEN],
    calls,
    answers: renderer,
    isListedLine: () => true,
    lineLanguage: (dialled) => (dialled.startsWith('+84') ? 'vi-VN' : 'zh-CN'),
    messageStatus: async (status) => void messageStatuses.push(status),
    ready: async () => [],
    log: createLog({
      events: EVENTS,
      level: 'debug',
      pretty: false,
      clock: new ManualClock(),
      destination: { write: (line) => void logLines.push(line) },
    }),
    telemetry,
    ...changes,
  };
  const app = createHttpApp(dependencies);
  return { app, dependencies, calls, telemetry, logLines, messageStatuses, renderer };
}

type Form = { readonly [name: string]: string | readonly string[] };

/** Sends a form the carrier has signed. */
export function postSigned(app: Express, path: string, form: Form, authToken = AUTH_TOKEN) {
  return request(app)
    .post(path)
    .set('X-Twilio-Signature', signature(path, form, authToken))
    .type('form')
    .send(stringify(form));
}

/** What the carrier would sign for a path below the public URL. */
export function signature(path: string, form: Form, authToken = AUTH_TOKEN): string {
  return getExpectedTwilioSignature(authToken, `${PUBLIC_URL}${path}`, form);
}

/** Keys at the step the call stands at. */
export function postKeys(http: ReturnType<typeof startHttp>, digits: string) {
  return postSigned(http.app, `/voice/turn?step=entry.ask&t=${http.calls.token(CALL)}`, {
    ...FORM,
    Digits: digits,
  });
}
