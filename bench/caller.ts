import { newCallSid, type Parameters, standardParameters } from '../phone-sim/carrier-request.ts';
import { assert } from '../src/platform/fault.ts';
import type { Random } from '../src/platform/random.ts';
import type { Carrier } from './carrier.ts';
import type { BenchCustomer } from './customers.ts';
import { FIRST_STEP, HANGS_UP, type Script, type ScriptedTurn } from './scripts.ts';

/** The demo company's Chinese line. */
const DIALLED = '+861058880001';
const ACCOUNT = `AC${'0'.repeat(32)}`;

interface Call {
  readonly parameters: Parameters;
  /** Where the next webhook goes: the action URL of the newest answer. */
  next: string;
}

/**
 * Finds the action URL and the step it is for, without reading the rest of the TwiML: the load must not be the work. The last
 * one of the document: beside what stands before it only ** is heard.
 */
const ACTION = /^[\s\S]*<(?:Gather|Enqueue)\b[^>]*? action="([^"]*?[?&;]step=([^"&]*)[^"]*)"/;

/** One customer at a telephone, who calls again and again from the registered line. */
export class Caller {
  readonly #carrier: Carrier;
  readonly #random: Random;
  readonly #customer: BenchCustomer;
  #waiting: Call[] = [];
  #current: { readonly call: Call; readonly left: ScriptedTurn[] } | undefined;
  #calls: number;

  /** `first` is which of the scripts it begins with, so that not all callers do the same at once. */
  constructor(carrier: Carrier, random: Random, customer: BenchCustomer, first: number) {
    this.#carrier = carrier;
    this.#random = random;
    this.#customer = customer;
    this.#calls = first;
  }

  /** Takes the next turn of a call by one of the scripts; where a call is over, the next one begins with the next script. */
  async takeTurn(scripts: readonly Script[]): Promise<true> {
    if (this.#current === undefined || this.#current.left.length === 0) {
      const script = scripts[this.#calls++ % scripts.length];
      assert(script, 'there is a script');
      this.#current = { call: await this.#dial(), left: [...script(this.#customer)] };
      return true;
    }
    const { call, left } = this.#current;
    const turn = left.shift();
    assert(turn, 'there is a turn left');
    await this.#key(call, turn);
    return true;
  }

  /** A whole call by the next script. */
  async makeCall(scripts: readonly Script[]): Promise<void> {
    do await this.takeTurn(scripts);
    while (this.#current?.left.length);
  }

  /** Makes calls until so many wait, each after the script, for what `takeWaiting` does. */
  async prepare(calls: number, script: Script): Promise<void> {
    while (this.#waiting.length < calls) {
      const call = await this.#dial();
      for (const turn of script(this.#customer)) await this.#key(call, turn);
      this.#waiting.push(call);
    }
  }

  /** Takes one turn of a prepared call; false when none is left. */
  async takeWaiting(script: Script): Promise<boolean> {
    const call = this.#waiting.shift();
    if (!call) return false;
    for (const turn of script(this.#customer)) await this.#key(call, turn);
    return true;
  }

  /** Gives the connection up until the next turn. */
  rest(): void {
    this.#carrier.rest();
  }

  /** Puts the receiver down on every call that is not over, and gives the connection up. */
  async hangUp(): Promise<void> {
    const left = this.#current?.left.length ? [this.#current.call, ...this.#waiting] : this.#waiting;
    this.#current = undefined;
    this.#waiting = [];
    for (const { parameters } of left)
      await this.#carrier.send('/voice/status', { ...parameters, CallStatus: 'completed' });
    this.#carrier.rest();
  }

  async #dial(): Promise<Call> {
    const identity = {
      callSid: newCallSid(this.#random),
      accountSid: ACCOUNT,
      from: this.#customer.e164,
      to: DIALLED,
    };
    const call: Call = {
      parameters: standardParameters(identity, 'in-progress'),
      next: '/voice/answer',
    };
    await this.#send(call, {}, FIRST_STEP);
    return call;
  }

  #key(call: Call, turn: ScriptedTurn): Promise<void> {
    const { keys, queueResult, leadsTo } = turn;
    const said: Parameters = queueResult
      ? { QueueResult: queueResult }
      : { Digits: keys ?? '', FinishedOnKey: '' };
    return this.#send(call, said, leadsTo);
  }

  async #send(call: Call, said: Parameters, leadsTo: string): Promise<void> {
    const twiml = await this.#carrier.send(call.next, { ...call.parameters, ...said });
    const [, action = '', asked = 'nowhere'] = ACTION.exec(twiml) ?? [];
    // Beside the last words ** is still heard; a caller of the benchmark hears them out.
    const step = twiml.includes('<Hangup') ? HANGS_UP : asked;
    if (step !== leadsTo) throw new Error(`a call went to ${step} and not to ${leadsTo}`);
    call.next = action.replaceAll('&amp;', '&');
  }
}
