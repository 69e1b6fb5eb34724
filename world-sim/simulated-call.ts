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
/** Where a caller is who holds because all lines are busy, and who hears last words. */
export const HOLD = 'hold';
export const ENDING = 'ending';

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
  /** Where keys go beside words that ask for none, and while waiting in a queue. */
  #aside: string | undefined;
  #waiting: string | undefined;
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

  /** Keys where none are asked for: beside words, or, where `waits`, in the queue. Without such a place nothing is sent. */
  async keyBeside(digits: string, words: string, waits: boolean): Promise<void> {
    const url = waits ? this.#waiting : this.#aside;
    if (url === undefined) return;
    const hook = this.#hook('turn', url, { Digits: digits }, words);
    if (!waits) return this.#follow(hook);
    // What is answered to a wait is played to the waiting caller, whose place is kept; <Leave> gives it up.
    const answer = await this.#options.carrier.deliver(hook);
    if (answer?.body.includes('<Leave')) await this.leaveQueue('leave');
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
    if (redirect !== undefined) return this.#post('answer', plain(redirect), {}, 'starts again');
    const gathers = [...body.matchAll(/<Gather\b[^>]*>/g)].map(([tag]) => tag);
    const asks = gathers.find((tag) => tag.includes('actionOnEmptyResult="true"'));
    const enqueue = /<Enqueue\b[^>]*>/.exec(body)?.[0];
    const aside = gathers.find((tag) => tag !== asks);
    this.#aside = attributeOf(aside, 'action');
    this.#waiting = attributeOf(enqueue, 'waitUrl');
    this.#action = attributeOf(asks ?? enqueue, 'action');
    if (this.#action === undefined) {
      // Words that lead nowhere but to the end: heard out, unless ** is keyed beside them.
      this.step = this.#aside === undefined ? undefined : ENDING;
      if (this.step === undefined) await this.hangUp();
      return;
    }
    const { searchParams } = new URL(this.#action);
    this.step = searchParams.has('held') ? HOLD : (searchParams.get('step') ?? OUTAGE_QUEUE);
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

function plain(attribute: string): string {
  return attribute.replaceAll('&amp;', '&');
}

function attributeOf(tag: string | undefined, name: string): string | undefined {
  const value = new RegExp(`\\b${name}="([^"]+)"`).exec(tag ?? '')?.[1];
  return value === undefined ? undefined : plain(value);
}
