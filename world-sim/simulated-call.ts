import {
  type CarrierCallStatus,
  newCallSid,
  type Parameters,
  standardParameters,
} from '../phone-sim/carrier-request.ts';
import type { ByLanguage } from '../src/locales/catalogue.ts';
import type { Answered, Carrier, Hook, Route } from './carrier.ts';
import type { EventQueue } from './event-queue.ts';
import type { RandomSource } from './random-source.ts';
import type { Actor } from './request.ts';

const ACCOUNT = `AC${'0'.repeat(32)}`;
/** The demo company's lines. */
export const DIALLED: ByLanguage<string> = {
  'zh-CN': '+861058880001',
  'vi-VN': '+842873000001',
  'en-US': '+12025550143',
};
/** Where a caller is who waits for a person because of an outage. */
export const OUTAGE_QUEUE = 'outage queue';
export const QUEUE = 'handoff';

export interface SimulatedCallOptions {
  readonly carrier: Carrier;
  readonly random: RandomSource;
  readonly events: EventQueue;
  readonly from: string;
  readonly to: string;
  readonly actor: Actor;
}

/** One call from the caller's side: reads where the call stands from the address the next key goes to. */
export class SimulatedCall {
  readonly callSid: string;
  readonly from: string;
  readonly #options: SimulatedCallOptions;
  #action: string | undefined;
  #over = false;
  step: string | undefined;
  /** The newest webhook of the call, for those who send it again. */
  lastHook: Hook | undefined;
  dialledAt: number;

  constructor(options: SimulatedCallOptions) {
    this.#options = options;
    this.callSid = newCallSid(options.random.source);
    this.from = options.from;
    this.dialledAt = options.events.now;
  }

  /** Whether nobody is on the line any more. */
  get isOver(): boolean {
    return this.#over;
  }

  async dial(): Promise<void> {
    await this.#post('answer', '/voice/answer', {}, 'dials');
  }

  /** Presses keys where the call stands; an empty text is silence. */
  async key(digits: string, words: string): Promise<void> {
    await this.#post('turn', this.#action ?? '/voice/turn', { Digits: digits }, words);
  }

  /** What `key` would send, for those who send it in another way. */
  prepareKey(digits: string, words: string): Hook {
    return this.#hook('turn', this.#action ?? '/voice/turn', { Digits: digits }, words);
  }

  /** Sends a prepared webhook as the carrier would. */
  async deliver(hook: Hook): Promise<void> {
    await this.#follow(hook);
  }

  /** Leaves the queue for a person, in the carrier's words. */
  async leaveQueue(result: string): Promise<void> {
    const route = this.step === QUEUE ? 'turn' : 'fallback';
    await this.#post(
      route,
      this.#action ?? '/voice/fallback',
      { QueueResult: result },
      `leaves the queue: ${result}`,
    );
  }

  /** Puts the receiver down; the carrier says so, sometimes only after asking again. */
  async hangUp(): Promise<void> {
    if (this.#over) return;
    this.#over = true;
    await this.#options.carrier.deliver(this.#hook('status', '/voice/status', {}, 'hangs up', 'completed'));
  }

  async #post(route: Route, url: string, said: Parameters, words: string): Promise<void> {
    await this.#follow(this.#hook(route, url, said, words));
  }

  async #follow(hook: Hook): Promise<void> {
    const { carrier } = this.#options;
    this.lastHook = hook;
    let answer = await carrier.deliver(hook);
    if (answer === undefined && hook.route !== 'fallback')
      answer = await carrier.deliver(
        this.#hook('fallback', '/voice/fallback', { ErrorCode: '11200' }, 'falls back'),
      );
    if (answer === undefined) {
      // The carrier plays its own apology and gives the call up.
      await this.hangUp();
      return;
    }
    await this.#read(answer);
  }

  async #read({ body }: Answered): Promise<void> {
    const redirect = /<Redirect[^>]*>([^<]+)</.exec(body)?.[1];
    if (redirect !== undefined)
      return this.#post('answer', redirect.replaceAll('&amp;', '&'), {}, 'starts again');
    this.#action = /<(?:Gather|Enqueue)\b[^>]*\baction="([^"]+)"/.exec(body)?.[1]?.replaceAll('&amp;', '&');
    if (this.#action === undefined) {
      this.step = undefined;
      await this.hangUp();
      return;
    }
    this.step = new URL(this.#action).searchParams.get('step') ?? OUTAGE_QUEUE;
  }

  #hook(
    route: Route,
    url: string,
    said: Parameters,
    words: string,
    status: CarrierCallStatus = 'in-progress',
  ): Hook {
    const { carrier, from, to, actor } = this.#options;
    const identity = { callSid: this.callSid, accountSid: ACCOUNT, from, to };
    const form = { ...standardParameters(identity, status), ...said };
    return carrier.hook({ route, call: this.callSid, from, actor, words }, url, form);
  }
}
