import { assertNever } from '../src/platform/fault.ts';
import { customerKeys, type DemoCustomer, findCustomer } from './customers.ts';
import { codeIn, type Inbox, type SmsMessage } from './inbox.client.ts';
import { DIFFERENT_ANSWER, type Phone, sameAnswer } from './phone.ts';
import type { Action, Expectation, Instruction, KeyPart, Placeholder } from './script.ts';
import type { PhoneEvent } from './transcript.ts';
import { type SayLanguage, spokenMilliseconds } from './voices.ts';

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

/** How long a message may take from commit to inbox before a script gives up on it. */
const SMS_PATIENCE_MILLISECONDS = 3_000;
const SMS_LOOK_MILLISECONDS = 50;
/** Key 8 goes round all languages; once round is enough to find any. */
const LANGUAGE_KEY = '8';
const MOST_LANGUAGE_KEYS = 3;
const SERVER_ERROR = 500;

/** Something in a script that did not come about; the message names no keys. */
class Unfulfilled extends Error {}

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
  readonly #inboxes: Inbox[] = [];
  #inboxTrouble = 'no customer with a registered phone is chosen';
  readonly #messages: { readonly message: SmsMessage; expected: boolean }[] = [];
  /** Where in `events` the caller last did something. */
  #mark = 0;
  readonly #troubles: Trouble[] = [];
  #failed: (message: string) => void = () => {};

  constructor(environment: ScriptEnvironment) {
    this.#environment = environment;
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
        return this.#repeatLast();
      case 'replay':
        return this.#replay(action.number);
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
    this.#messages.length = 0;
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

  /** Begins to watch the customer's handset; what is in it already is old. */
  async #watch(): Promise<void> {
    const number = this.#customer?.registeredPhone;
    if (!number) return;
    let inbox = this.#inboxes.find((one) => one.number === number);
    if (!inbox) {
      inbox = this.#environment.openInbox(number);
      this.#inboxes.push(inbox);
    }
    try {
      await inbox.fresh();
      this.#inboxTrouble = '';
    } catch (error) {
      this.#inboxTrouble = error instanceof Error ? error.message : 'the inbox cannot be read';
    }
  }

  async #lookForSms(): Promise<void> {
    if (this.#inboxTrouble !== '') throw new Unfulfilled(this.#inboxTrouble);
    for (const inbox of this.#inboxes) {
      const fresh = await inbox.fresh();
      this.#phone?.receive(fresh);
      this.#messages.push(...fresh.map((message) => ({ message, expected: false })));
    }
  }

  /** Looks into the inbox until something is found there, or patience ends. */
  async #awaitSms<Found>(find: () => Found | undefined): Promise<Found | undefined> {
    for (let waited = 0; ; waited += SMS_LOOK_MILLISECONDS) {
      await this.#lookForSms();
      const found = find();
      if (found !== undefined || waited >= SMS_PATIENCE_MILLISECONDS) return found;
      await this.#environment.rest(SMS_LOOK_MILLISECONDS);
    }
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
        return this.#code(part.what);
      default:
        return assertNever(part, 'key part');
    }
  }

  async #code(what: 'code' | 'previousCode' | 'wrongCode'): Promise<string> {
    const needed = what === 'previousCode' ? 2 : 1;
    const code = await this.#awaitSms(() => {
      const codes = this.#messages.flatMap(({ message }) => codeIn(message.body) ?? []);
      return codes.length >= needed ? codes.at(-needed) : undefined;
    });
    if (code === undefined)
      throw new Unfulfilled(`fewer than ${needed} SMS with a code came during this call`);
    // The same first digit, so that it is wrong and not merely old.
    return what === 'wrongCode' ? `${code.slice(0, -1)}${(Number(code.at(-1)) + 1) % 10}` : code;
  }

  async #chooseLanguage(language: SayLanguage): Promise<void> {
    const phone = this.#live();
    for (let presses = 0; ; presses++) {
      await phone.listenToWords();
      const heard = this.#languageHeard();
      if (heard === language) return;
      if (presses === MOST_LANGUAGE_KEYS || phone.collects === undefined)
        throw new Unfulfilled(`the language did not become ${language}: still ${heard ?? 'silence'}`);
      this.#mark = this.events.length;
      await phone.pressAll(phone.collects === 'one' ? LANGUAGE_KEY : `${LANGUAGE_KEY}#`);
    }
  }

  async #repeatLast(): Promise<void> {
    const phone = this.#live();
    const earlier = phone.exchanges.at(-1);
    const again = await phone.repeatLast();
    if (!earlier || !sameAnswer(earlier, again))
      throw new Unfulfilled(
        'the same webhook got another answer, a retry must get the first one byte for byte',
      );
  }

  async #replay(number: number): Promise<void> {
    const phone = this.#live();
    if (number > phone.exchanges.length)
      throw new Unfulfilled(`webhook ${number} has not been sent: there are ${phone.exchanges.length}`);
    const { outcome } = await phone.replay(number);
    if (outcome.kind === 'unreachable')
      throw new Unfulfilled(`the replayed webhook failed: ${outcome.reason}`);
    if (outcome.response.status >= SERVER_ERROR)
      throw new Unfulfilled(`the replayed webhook was answered with ${outcome.response.status}`);
  }

  #heard(): readonly Extract<PhoneEvent, { kind: 'said' }>[] {
    return this.events.slice(this.#mark).flatMap((event) => (event.kind === 'said' ? [event] : []));
  }

  /** The language most was said in; the greeting has hints in the others. */
  #languageHeard(): SayLanguage | undefined {
    const milliseconds = new Map<SayLanguage, number>();
    for (const { language, text } of this.#heard())
      milliseconds.set(language, (milliseconds.get(language) ?? 0) + spokenMilliseconds(text, language));
    return [...milliseconds].sort(([, one], [, other]) => other - one)[0]?.[0];
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
        const language = this.#languageHeard();
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
        return this.#expectSms(expectation.text);
      case 'no_sms': {
        await this.#lookForSms();
        if (this.#messages.some(({ expected }) => !expected))
          throw new Unfulfilled('expected no SMS but one came');
        return;
      }
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

  async #expectSms(text: string): Promise<void> {
    const found = await this.#awaitSms(() =>
      this.#messages.find(({ message, expected }) => !expected && message.body.includes(text)),
    );
    // The bodies hold codes: a failure tells how many came, not what they said.
    if (!found)
      throw new Unfulfilled(
        `expected an SMS with “${text}” but ${this.#messages.length} others came in this call`,
      );
    found.expected = true;
  }
}

/** Where the call stands, for failure messages. */
function whereabouts(phone: Phone): string {
  if (phone.step !== undefined) return `the call is at step ${phone.step}`;
  if (phone.queue !== undefined) return `the call waits in the queue ${phone.queue}`;
  if (phone.state === 'ended') return `the call is over, ended by the ${phone.endedBy}`;
  return `the call is ${phone.state}`;
}
