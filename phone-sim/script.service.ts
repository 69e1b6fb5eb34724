import { assertNever } from '../src/platform/fault.ts';
import { DIFFERENT_ANSWER } from './answer.ts';
import { customerKeys, type DemoCustomer, findCustomer } from './customers.ts';
import type { Inbox, SmsMessage } from './inbox.client.ts';
import { keyOffered, languageHeard, type Said } from './languages-heard.ts';
import type { Phone } from './phone.ts';
import { repeatLast, replay } from './replay.service.ts';
import type { Action, Expectation, Instruction, KeyPart, Placeholder } from './script.ts';
import { ScriptMessages } from './script-messages.service.ts';
import type { PhoneEvent } from './transcript.ts';
import { Unfulfilled, whereabouts } from './unfulfilled.ts';
import type { SayLanguage } from './voices.ts';

export interface ScriptEnvironment {
  /** A new telephone for each call of the script. */
  readonly newPhone: (onEvent: (event: PhoneEvent) => void) => Phone;
  /** Asked once, when the script first names a customer. */
  readonly customers: () => Promise<readonly DemoCustomer[]>;
  readonly openInbox: (number: string) => Inbox;
  /** Real milliseconds, between looks into the inbox: messages leave the service after its answer. */
  readonly rest: (milliseconds: number) => Promise<void>;
  readonly onEvent?: (event: PhoneEvent) => void;
}

export interface ScriptFailure {
  readonly line: number;
  readonly source: string;
  readonly message: string;
}

export interface ScriptResult {
  readonly events: readonly PhoneEvent[];
  readonly failures: readonly ScriptFailure[];
}

/** Key 8 offers the languages, or goes round all of them; once round is enough to find any. */
const LANGUAGE_KEY = '8';
const MOST_LANGUAGE_KEYS = 3;

/**
 * Plays a script and returns the transcript with everything that did not come about. A failed expectation does not
 * stop the script, an instruction that cannot be carried out does. A call still on at the end is hung up.
 */
export async function playScript(
  instructions: readonly Instruction[],
  environment: ScriptEnvironment,
): Promise<ScriptResult> {
  const player = new ScriptPlayer(environment);
  const failures: ScriptFailure[] = [];
  for (const { line, source, action } of instructions) {
    const failed = (message: string): void => void failures.push({ line, source, message });
    try {
      await player.play(action, failed);
    } catch (error) {
      if (!(error instanceof Unfulfilled)) throw error;
      failed(error.message);
      if (action.kind !== 'expect') break;
    }
  }
  await player.finish();
  return { events: player.events, failures: failures.sort((one, other) => one.line - other.line) };
}

/** An error the carrier met; it fails the script at the instruction it came up at, unless an `expect fault` names it. */
interface Trouble {
  readonly text: string;
  readonly failed: (message: string) => void;
  expected: boolean;
}

class ScriptPlayer {
  readonly events: PhoneEvent[] = [];
  readonly #environment: ScriptEnvironment;
  #phone: Phone | undefined;
  #customers: readonly DemoCustomer[] | undefined;
  #customer: DemoCustomer | undefined;
  #twice = false;
  readonly #messages: ScriptMessages;
  /** Where in `events` the caller last did something. */
  #mark = 0;
  readonly #troubles: Trouble[] = [];
  #failed: (message: string) => void = () => {};

  constructor(environment: ScriptEnvironment) {
    this.#environment = environment;
    const { openInbox, rest } = environment;
    const onFresh = (messages: readonly SmsMessage[]) => this.#phone?.receive(messages);
    this.#messages = new ScriptMessages({ openInbox, rest, onFresh });
  }

  /** Carries out one instruction; `failed` takes what comes up on the way and does not stop it. */
  async play(action: Action, failed: (message: string) => void): Promise<void> {
    this.#failed = failed;
    switch (action.kind) {
      case 'call':
        return this.#dial(action);
      case 'customer':
        this.#customer = await this.#find(action.wanted);
        if (this.#phone) await this.#watch();
        return;
      case 'language':
        return this.#chooseLanguage(action.language);
      case 'expect':
        await this.#live().listenToWords();
        return this.#expect(action.expectation);
      case 'keys':
        return this.#press(action.parts, action.atOnce);
      case 'stay_silent': {
        const phone = this.#live();
        await phone.listen();
        if (phone.state !== 'collecting')
          throw new Unfulfilled(`nobody waits for a key: ${whereabouts(phone)}`);
        this.#mark = this.events.length;
        return phone.staySilent();
      }
      case 'wait':
        return this.#live().pass(action.milliseconds, 'wait');
      case 'hang_up':
        return this.#live().hangUp();
      case 'leave_queue': {
        const phone = this.#live();
        await phone.listen();
        if (phone.state !== 'queued') throw new Unfulfilled(`the call is in no queue: ${whereabouts(phone)}`);
        this.#mark = this.events.length;
        return phone.leaveQueue(action.result);
      }
      case 'repeat_last':
        return repeatLast(this.#live());
      case 'replay':
        return replay(this.#live(), action.number);
      case 'send_twice':
        this.#twice = true;
        if (this.#phone) this.#phone.duplicates = 'parallel';
        return;
      default:
        assertNever(action, 'action');
    }
  }

  /** Hangs up if the call is still on, and reports the faults that no `expect fault` has named. */
  async finish(): Promise<void> {
    await this.#phone?.hangUp();
    for (const trouble of this.#troubles)
      if (!trouble.expected) trouble.failed(`the carrier met error ${trouble.text}`);
  }

  #take(event: PhoneEvent): void {
    this.events.push(event);
    if (event.kind === 'fault')
      this.#troubles.push({ text: `${event.code} ${event.reason}`, failed: this.#failed, expected: false });
    if (event.kind === 'http' && event.note === DIFFERENT_ANSWER)
      this.#failed(`webhook #${event.number} was sent twice and answered differently`);
    this.#environment.onEvent?.(event);
  }

  #live(): Phone {
    if (!this.#phone) throw new Unfulfilled('there is no call');
    return this.#phone;
  }

  async #dial(action: Extract<Action, { kind: 'call' }>): Promise<void> {
    if (this.#phone && this.#phone.state !== 'ended')
      throw new Unfulfilled('the call before is still on: hang up first');
    const from = typeof action.from === 'string' ? action.from : await this.#registeredPhone(action.from);
    this.#messages.clear();
    if (this.#customer) await this.#watch();
    this.#mark = this.events.length;
    this.#phone = this.#environment.newPhone((event) => this.#take(event));
    if (this.#twice) this.#phone.duplicates = 'parallel';
    const { to, attestation } = action;
    await this.#phone.dial({ from, to, ...(attestation ? { attestation } : {}) });
  }

  async #find(wanted: string): Promise<DemoCustomer> {
    this.#customers ??= await this.#environment.customers();
    const customer = findCustomer(this.#customers, wanted);
    if (!customer) throw new Unfulfilled(`there is no demo customer "${wanted}"`);
    return customer;
  }

  async #of(placeholder: Extract<Placeholder, { kind: 'customer' }>): Promise<DemoCustomer> {
    const customer = placeholder.of === undefined ? this.#customer : await this.#find(placeholder.of);
    if (!customer) throw new Unfulfilled('no customer is chosen');
    return customer;
  }

  async #registeredPhone(placeholder: Placeholder): Promise<string> {
    const phone = placeholder.kind === 'customer' ? (await this.#of(placeholder)).registeredPhone : undefined;
    if (!phone) throw new Unfulfilled('the customer has no registered phone');
    return phone;
  }

  async #watch(): Promise<void> {
    const number = this.#customer?.registeredPhone;
    if (number) await this.#messages.watch(number);
  }

  async #press(parts: readonly KeyPart[], atOnce: boolean): Promise<void> {
    const phone = this.#live();
    if (!atOnce) {
      await phone.listenToWords();
      if (phone.collects === undefined)
        throw new Unfulfilled(`nobody waits for a key: ${whereabouts(phone)}`);
    }
    let keys = '';
    for (const part of parts) keys += await this.#keysOf(part);
    this.#mark = this.events.length;
    await phone.pressAll(keys);
  }

  async #keysOf(part: KeyPart): Promise<string> {
    switch (part.kind) {
      case 'keys':
        return part.keys;
      case 'customer': {
        const keys = customerKeys(await this.#of(part), part.what);
        if (keys === undefined) throw new Unfulfilled(`the customer has no ${part.what}`);
        return keys;
      }
      case 'code':
        return this.#messages.code(part.what);
      default:
        return assertNever(part, 'key part');
    }
  }

  async #chooseLanguage(language: SayLanguage): Promise<void> {
    const phone = this.#live();
    for (let presses = 0; ; presses++) {
      await phone.listenToWords();
      const heard = languageHeard(this.#heard());
      if (heard === language) return;
      if (presses === MOST_LANGUAGE_KEYS || phone.collects === undefined)
        throw new Unfulfilled(`the language did not become ${language}: still ${heard ?? 'silence'}`);
      this.#mark = this.events.length;
      await phone.pressAll(phone.collects === 'one' ? LANGUAGE_KEY : `${LANGUAGE_KEY}#`);
      await phone.listenToWords();
      const offered = keyOffered(this.#heard(), language);
      if (offered === undefined || phone.collects === undefined) continue;
      this.#mark = this.events.length;
      await phone.pressAll(offered);
    }
  }

  #heard(): readonly Said[] {
    return this.events.slice(this.#mark).flatMap((event) => (event.kind === 'said' ? [event] : []));
  }

  async #expect(expectation: Expectation): Promise<void> {
    const phone = this.#live();
    const heard = this.#heard()
      .map(({ text }) => text)
      .join(' ');
    switch (expectation.kind) {
      case 'said':
        if (!heard.includes(expectation.text))
          throw new Unfulfilled(
            `expected “${expectation.text}” but heard “${heard}” (${whereabouts(phone)})`,
          );
        return;
      case 'not_said':
        if (heard.includes(expectation.text))
          throw new Unfulfilled(`did not expect “${expectation.text}” but heard “${heard}”`);
        return;
      case 'step':
        if (phone.step !== expectation.step)
          throw new Unfulfilled(`expected step ${expectation.step} but ${whereabouts(phone)}`);
        return;
      case 'language': {
        const language = languageHeard(this.#heard());
        if (language !== expectation.language)
          throw new Unfulfilled(`expected ${expectation.language} but heard ${language ?? 'nothing'}`);
        return;
      }
      case 'queue':
        if (phone.queue !== expectation.queue)
          throw new Unfulfilled(`expected the queue ${expectation.queue} but ${whereabouts(phone)}`);
        return;
      case 'hangup':
        if (phone.state !== 'ended' || phone.endedBy === 'caller')
          throw new Unfulfilled(`expected the other side to hang up but ${whereabouts(phone)}`);
        return;
      case 'sms':
        return this.#messages.expect(expectation.text);
      case 'no_sms':
        return this.#messages.expectNone();
      case 'fault': {
        const trouble = this.#troubles.find((one) => !one.expected && one.text.includes(expectation.text));
        if (!trouble) throw new Unfulfilled(`expected a fault with “${expectation.text}” but there was none`);
        trouble.expected = true;
        return;
      }
      default:
        assertNever(expectation, 'expectation');
    }
  }
}
