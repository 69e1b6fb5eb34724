import type { Express } from 'express';
import inject from 'light-my-request';
import { type CarrierRequest, type Parameters, signedRequest } from '../phone-sim/carrier-request.ts';
import { SECOND } from '../src/platform/clock.ts';
import type { EventQueue } from './event-queue.ts';
import type { FaultInjector } from './fault-injector.ts';
import type { RandomSource } from './random-source.ts';
import { type Actor, type RequestContext, requests } from './request.ts';
import type { Scheduler } from './scheduler.ts';

export type Route = 'answer' | 'turn' | 'fallback' | 'status' | 'sms';

/** A webhook, ready to be sent any number of times with the same bytes. */
export interface Hook {
  readonly route: Route;
  readonly request: CarrierRequest;
  readonly call: string;
  readonly token: string | undefined;
  readonly from: string;
  readonly actor: Actor;
  readonly forged: boolean;
  /** What it says, without a secret. */
  readonly words: string;
}

export interface Answered {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** Receives every webhook that arrives, and its answer. */
export interface WebhookObserver {
  arrived(hook: Hook): RequestContext;
  answered(hook: Hook, context: RequestContext, answer: Answered): void;
}

export interface CarrierDependencies {
  readonly http: Express;
  readonly publicUrl: string;
  readonly authToken: string;
  readonly random: RandomSource;
  readonly events: EventQueue;
  readonly scheduler: Scheduler;
  readonly faults: FaultInjector;
  readonly observer: WebhookObserver;
}

/** How long the carrier waits for an answer, and how often it tries before it uses the fallback. */
const READ_LIMIT = 15 * SECOND;
const TRIES = 3;
const TWIN_WITHIN = 2 * SECOND;
const REPLAY = { least: 3 * SECOND, most: 400 * SECOND };

/** The carrier between callers and the service: it signs, loses, repeats and delays webhooks, and falls back. */
export class Carrier {
  readonly #deps: CarrierDependencies;
  /** Webhooks being handled. */
  inFlight = 0;

  constructor(dependencies: CarrierDependencies) {
    this.#deps = dependencies;
  }

  /** A signed webhook. `path` is ours or comes from an answer of the service. */
  hook(hook: Omit<Hook, 'request' | 'forged' | 'token'>, url: string, form: Parameters): Hook {
    const { publicUrl, authToken } = this.#deps;
    const address = url.startsWith('/') ? `${publicUrl}${url}` : url;
    const token = new URL(address).searchParams.get('t')?.slice(0, 22) ?? undefined;
    const request = signedRequest('POST', address, form, authToken);
    return { ...hook, request, token: hook.route === 'answer' ? 'answer' : token, forged: false };
  }

  /** Sends a webhook once and waits for the answer. */
  async send(hook: Hook): Promise<Answered> {
    const { scheduler, http, observer } = this.#deps;
    const { pathname, search } = new URL(hook.request.url);
    const arrival = Promise.withResolvers<{ context: RequestContext; answer: Answered }>();
    await scheduler.pass(() => {
      const context = observer.arrived(hook);
      this.inFlight++;
      requests.run(context, () =>
        inject(
          http,
          {
            method: 'POST',
            url: `${pathname}${search}`,
            headers: hook.request.headers,
            payload: hook.request.body,
          },
          (error, response) => {
            this.inFlight--;
            if (error || !response) return arrival.reject(error ?? new Error('no answer'));
            const contentType = String(response.headers['content-type'] ?? '');
            const answer = { status: response.statusCode, contentType, body: response.payload };
            observer.answered(hook, context, answer);
            arrival.resolve({ context, answer });
          },
        ),
      );
    });
    return (await arrival.promise).answer;
  }

  /** Brings a webhook to the service as well as the carrier can; undefined when nothing came back. */
  async deliver(hook: Hook): Promise<Answered | undefined> {
    const { random, events, faults } = this.#deps;
    const { webhookLost, answerLost, webhookTwice, webhookReplayed } = faults.faultRates;
    if (random.chance(webhookReplayed))
      events.after(random.between(REPLAY.least, REPLAY.most), () => void this.send(hook));
    for (let tries = 0; tries < TRIES; tries++) {
      if (random.chance(webhookLost)) {
        await events.wait(READ_LIMIT);
        continue;
      }
      if (random.chance(webhookTwice))
        events.after(random.between(0, TWIN_WITHIN), () => void this.send(hook));
      const answer = await this.send(hook);
      if (random.chance(answerLost)) {
        await events.wait(READ_LIMIT);
        continue;
      }
      if (answer.status < 500) return answer;
    }
    return undefined;
  }
}
