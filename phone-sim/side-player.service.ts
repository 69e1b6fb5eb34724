import type { Agenda } from './agenda.ts';
import { readAnswer } from './answer.ts';
import { type ServiceEndpoint, sendToService } from './carrier.client.ts';
import { type Parameters, signedRequest } from './carrier-request.ts';
import type { Document } from './conference.ts';
import type { Verb } from './twiml.ts';
import { spokenMilliseconds } from './voices.ts';

/** The carrier's error: a document of a conference has a verb that it does not take there, such as a Gather. */
const NOT_TAKEN_THERE = 13_238;

interface SidePlayerDependencies {
  readonly agenda: Agenda;
  readonly endpoint: ServiceEndpoint;
  readonly authToken: string;
  /** What the one leg hears. */
  heard(verb: Extract<Verb, { kind: 'say' | 'pause' }>): void;
  fault(code: number, reason: string, url: string): void;
}

/**
 * Plays a document to one leg of a conference, which is on hold or waits for the beginning: words, pauses and redirects, and
 * silence when it has come to its end.
 */
export class SidePlayer {
  readonly #deps: SidePlayerDependencies;
  readonly #parameters: Parameters;
  #stopped = false;
  #cancel: () => void = () => {};

  constructor(deps: SidePlayerDependencies, parameters: Parameters) {
    this.#deps = deps;
    this.#parameters = parameters;
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel();
  }

  async play({ url, method }: Document): Promise<void> {
    const { endpoint, authToken, fault } = this.#deps;
    const exchange = await sendToService(endpoint, signedRequest(method, url, this.#parameters, authToken));
    if (this.#stopped) return;
    const read = readAnswer(exchange);
    if (read.kind === 'fault') return fault(read.code, read.reason, url);
    await this.#run(read.verbs, 0, url);
  }

  async #run(verbs: readonly Verb[], position: number, url: string): Promise<void> {
    const verb = verbs[position];
    if (!verb || this.#stopped) return;
    const next = (milliseconds: number) => {
      this.#cancel = this.#deps.agenda.after(milliseconds, () => this.#run(verbs, position + 1, url));
    };
    switch (verb.kind) {
      case 'say':
        this.#deps.heard(verb);
        return next(spokenMilliseconds(verb.text, verb.language) * verb.loop);
      case 'pause':
        this.#deps.heard(verb);
        return next(verb.seconds * 1_000);
      case 'play':
        return next(0);
      case 'redirect':
        return this.play({ url: new URL(verb.url, url).href, method: verb.method });
      default:
        this.#deps.fault(NOT_TAKEN_THERE, `${verb.kind} in a document of a conference`, url);
    }
  }
}
